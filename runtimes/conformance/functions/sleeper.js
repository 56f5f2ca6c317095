// Takes as many milliseconds as asked; tells which worker it was. May be told by env not to load.
const { setTimeout: sleep } = require('node:timers/promises');

const { VALUE = null, BROKEN, DETAIL = '', IMPORT_SECONDS = '0' } = process.env;

const block = (seconds) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, seconds * 1000);

if (BROKEN === 'raise') throw new TypeError('broken by its env: ' + DETAIL);
if (BROKEN === 'missing') require('surely-not-there');
if (BROKEN === 'exit') process.exit(9);
if (BROKEN === 'hang') block(600);
block(Number(IMPORT_SECONDS));

exports.handler = async (event) => {
  const query = event.queryStringParameters ?? {};
  if ('mark' in query) console.log('began ' + query.mark);
  await sleep(Number(query.ms ?? 0));
  return { pid: process.pid, value: VALUE, env_version: Number(process.env.CALLBACKS_ENV_VERSION) };
};
