// Serves several requests at once, and speaks in each of them.
const { setTimeout: sleep } = require('node:timers/promises');

console.log('said at import');

exports.handler = async (event, context) => {
  const query = event.queryStringParameters ?? {};
  for (let number = 0; number < Number(query.lines ?? 0); number++) {
    console.log(`line ${number} of ${query.mark}`);
    await sleep(2);
  }
  if ('block' in query) {
    console.log('began ' + query.mark);
    for (;;);
  }
  if ('mark' in query && 'ms' in query) console.log('began ' + query.mark);
  await sleep(Number(query.ms ?? 0));
  if ('raise' in query) throw new RangeError('of ' + query.mark);
  return { pid: process.pid, remaining: context.getRemainingTimeInMillis() };
};
