// Does what the request's `kind` says: a path parameter, or else a query parameter.
const crypto = require('node:crypto');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { setTimeout: sleep } = require('node:timers/promises');

const AT_IMPORT = { ...process.env };
const NUMBER = integer(process.env.NUMBER ?? '0'); // an env can keep this from being loaded
console.log('said at import');

class OwnError extends Error {
  name = 'OwnError';
}

function integer(text) {
  if (!/^\d+$/.test(text)) throw new RangeError('not a number');
  return Number(text);
}

const answer = (body = null, statusCode = 200, more = {}) => ({ statusCode, body, ...more });

const circular = () => {
  const itself = {};
  itself.itself = itself;
  return itself;
};

const OCTETS = { 'Content-Type': 'application/octet-stream' };
const RESULTS = {
  'nothing': () => undefined,
  'text': () => 'grüße',
  'number': () => 42,
  'list': () => [1, null, 'drei'],
  'mapping': () => ({ a: { b: true } }),
  'false': () => false,
  'no-body': () => ({ statusCode: 200 }),
  'null-body': () => answer(null),
  'string-body': () => answer('grüße'),
  'typed-body': () => answer('<p>', 200, { headers: { 'content-type': 'text/html; charset=utf-8' } }),
  'object-body': () => answer({ a: [1, 2.5, 'ü'] }),
  'number-body': () => answer(7),
  'bytes-body': () => answer(new Uint8Array([0, 255, 16]), 200, { headers: OCTETS }),
  'base64-body': () => answer('AP8Q', 200, { headers: OCTETS, isBase64Encoded: true }),
  'not-base64-body': () => answer('AP8Q', 200, { isBase64Encoded: false }),
  'created': () => answer('{}', 201, { headers: { Location: '/shop/7' } }),
  'moved': () => answer(null, 302, { headers: { Location: 'https://example.org/' } }),
  'own-not-found': () => answer('no', 404),
  'own-failure': () => answer('broken', 503),
  'status-text': () => answer(null, '418'),
  'status-unnamed': () => answer(null, 299),
  'no-content': () => answer('dropped', 204),
  'not-modified': () => answer('dropped', 304, { headers: { ETag: '"1"' } }),
  'header-values': () => answer(null, 200, { headers: { 'X-Number': 7, 'X-Fraction': 1.5, 'X-True': true, 'X-False': false } }),
  'many': () => answer(null, 200, { multiValueHeaders: { 'X-Many': ['1', '2'], 'Set-Cookie': ['a=1, b', 'c=2'] } }),
  'many-wins': () => answer(null, 200, { headers: { 'X-MANY': 'no', 'X-One': '1' }, multiValueHeaders: { 'x-many': ['yes'] } }),
  'cookies': () => answer(null, 200, { cookies: ['a=1; Path=/', 'b=2'] }),
  'null-headers': () => answer('x', 200, { headers: null, multiValueHeaders: null, cookies: null }),
  'own-length': () => answer('four', 200, { headers: { 'Content-Length': '99', 'Connection': 'close', 'Keep-Alive': 'x' } }),
  'own-coding': () => answer('four', 200, { headers: { 'Transfer-Encoding': 'gzip' } }),
  'platform-headers': () => answer('x', 200, { headers: { 'X-Callbacks-Error': 'mine', 'x-callbacks-revision': '99' } }),
  'bad-status-99': () => answer(null, 99, { headers: { 'X-Mine': '1' } }),
  'bad-status-600': () => answer(null, 600),
  'bad-status-100': () => answer(null, 100),
  'bad-status-word': () => answer(null, 'fine'),
  'bad-status-null': () => answer(null, null),
  'bad-status-true': () => answer(null, true),
  'bad-status-fraction': () => answer(null, 200.5),
  'bad-base64': () => answer('*', 200, { headers: { 'X-Mine': '1' }, isBase64Encoded: true }),
  'bad-header-lines': () => answer(null, 200, { headers: { 'X-A': 'a\r\nX-B: b' } }),
  'bad-header-nul': () => answer(null, 200, { headers: { 'X-A': 'a\0b' } }),
  'bad-header-name': () => answer(null, 200, { headers: { 'X A': '1' } }),
  'bad-header-list': () => answer(null, 200, { headers: ['X-A', '1'] }),
  'bad-many': () => answer(null, 200, { multiValueHeaders: { 'X-A': '1' } }),
  'bad-cookie': () => answer(null, 200, { cookies: ['a=1\nb=2'] }),
  'bad-json': () => 10n,
  'bad-json-body': () => answer({ a: 10n }),
  'bad-circle': circular,
};

const asked = (event) => event.queryStringParameters ?? {};

// --- what the function is given, and sees

const given = (event, context) => ({
  request_id: context.awsRequestId,
  remaining: context.getRemainingTimeInMillis(),
  name: context.functionName,
  version: context.functionVersion,
  memory: String(context.memoryLimitInMB),
});

const environ = () => ({
  environ: { ...process.env }, at_import: AT_IMPORT, number: NUMBER, standard_input: fs.readFileSync(0, 'utf8'),
});

const BASICS = ['PATH', 'HOME', 'LANG', 'TZ', 'TMPDIR', 'SSL_CERT_FILE', 'REQUESTS_CA_BUNDLE', 'NODE_EXTRA_CA_CERTS'];
const TOLD = ['CALLBACK_ID', 'REVISION', 'ENV_VERSION', 'FUNCTION_NAME', 'MEMORY_MB'].map((name) => `CALLBACKS_${name}`);
const OWN = ['GREETING', 'EMPTY', 'SECRET', 'SHORT'];

// Names nobody has said would be there.
const envNames = () => {
  const known = new Set([...BASICS, ...TOLD, ...OWN]);
  return Object.keys(process.env).filter((name) => !known.has(name)).sort();
};

const headerNames = (event) => Object.keys(event.multiValueHeaders).map((name) => name.toLowerCase()).sort();

const methodHeader = (event) => answer(event.httpMethod, 200, { headers: { 'X-Method': event.httpMethod } });

// Which of the modules asked for can be required.
const find = (event) => event.multiValueQueryStringParameters.name.filter((name) => {
  try {
    return require.resolve(name);
  } catch {
    return false;
  }
});

const bytesOf = (event) => Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8');

const received = (event) => {
  const body = bytesOf(event);
  return { length: body.length, sha256: crypto.createHash('sha256').update(body).digest('hex') };
};

const back = (event) => answer(bytesOf(event).toString('base64'), 200, { headers: OCTETS, isBase64Encoded: true });

const fill = (event) => answer('x'.repeat(Number(asked(event).length)), 200, { headers: { 'Content-Type': 'text/plain' } });

// --- what it says

const write = (text) => new Promise((done) => process.stdout.write(text, done));

const say = () => {
  console.log('to stdout');
  console.error('to stderr');
};

const lines = async () => {
  console.log('one\ntwo\n\nfour');
  await write('no end of line');
};

const secret = async () => {
  console.log(`it is <${process.env.SECRET}>`);
  for (const character of process.env.SECRET) await write(character);
  console.log(`\nshort: ${process.env.SHORT}`);
};

// --- what goes wrong

const TROUBLES = {
  'exit': () => process.exit(3),
  'exit-zero': () => process.exit(0),
  'kill': async () => {
    process.kill(process.pid, 'SIGKILL');
    await sleep(60_000);
  },
  'abort': () => process.abort(),
  'raises': () => {
    throw new OwnError('a detail');
  },
  'raises-secret': () => {
    throw new OwnError(process.env.SECRET);
  },
  'stray': async () => {
    setTimeout(() => {
      throw new OwnError('of a timer');
    }, 10);
    await sleep(60_000);
  },
  'spin': () => {
    for (;;);
  },
  'allocate': () => {
    const kept = [];
    for (;;) kept.push(new Array(1 << 20).fill(kept.length + 0.5));
  },
  'kill-parent': async () => {
    process.kill(process.ppid, 'SIGKILL');
    await sleep(60_000);
  },
};

// --- requests that wait for each other, by files

const file = (event, ...more) => path.join(os.tmpdir(), [asked(event).mark, ...more].join('.'));

const touch = (name) => fs.writeFileSync(name, '');

const until = async (condition) => {
  while (!condition()) await sleep(10);
};

// Until somebody says `go`.
const wait = async (event) => {
  touch(file(event, 'here'));
  await until(() => fs.existsSync(file(event, 'go')));
  return { waited: true, number: NUMBER };
};

const isHere = (event) => fs.existsSync(file(event, 'here'));

const go = (event) => {
  touch(file(event, 'go'));
  return 'gone';
};

// Until as many are here as are to meet.
const meet = async (event, context) => {
  const prefix = path.basename(file(event, ''));
  console.log(`came ${context.awsRequestId}`);
  touch(file(event, context.awsRequestId));
  const here = () => fs.readdirSync(os.tmpdir()).filter((name) => name.startsWith(prefix)).length;
  await until(() => here() >= Number(asked(event).count));
  console.log(`left ${context.awsRequestId}`);
  return 'met';
};

// Writes without end.
const beat = async (event) => {
  for (;;) {
    fs.appendFileSync(file(event), 'x');
    await sleep(10);
  }
};

const beats = (event) => fs.statSync(file(event)).size;

const span = async () => {
  const begin = Date.now() / 1000;
  await sleep(100);
  return [begin, Date.now() / 1000];
};

// --- streams

function* mixed() {
  yield 'text ';
  yield new Uint8Array([0, 255]);
  yield '';
  yield 'grüße';
}

async function* asynchronous() {
  yield 'one ';
  await sleep(10);
  yield Buffer.from('two');
}

async function* stepByStep(event) {
  yield 'first\n';
  await until(() => fs.existsSync(file(event, 'go')));
  yield 'second\n';
}

async function* failing() {
  yield 'first';
  await sleep(200);
  throw new OwnError('midway');
}

async function* hanging() {
  yield 'first';
  await sleep(60_000);
}

function* large() {
  for (let number = 0; number < 128; number++) yield Buffer.alloc(65536, number);
}

const STREAMS = {
  mixed, 'async': asynchronous, 'steps': stepByStep, failing, hanging, large, 'empty': () => [][Symbol.iterator](),
};

const stream = (event) => {
  const kind = asked(event).of;
  return answer(STREAMS[kind](event), 201, { headers: { 'Content-Type': 'text/plain', 'X-Kind': kind } });
};

const KINDS = {
  'echo': (event) => event, 'members': (event) => Object.keys(event).sort(), given, environ, 'env-names': envNames,
  'header-names': headerNames, 'method-header': methodHeader, find, received, back, fill, say, lines, secret,
  wait, 'is-here': isHere, go, meet, beat, beats, span, stream, ...TROUBLES,
};

exports.handler = async (event, context) => {
  const kind = (event.pathParameters ?? asked(event)).kind ?? 'echo';
  return kind in RESULTS ? RESULTS[kind]() : KINDS[kind](event, context);
};
