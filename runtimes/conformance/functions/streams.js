// Streams, by the last part of the path.
const { Readable } = require('node:stream');
const { setTimeout: sleep } = require('node:timers/promises');

// A step more than half a second after the one before: what is held back is seen.
async function* steps() {
  for (let number = 0; number < 3; number++) {
    yield `step ${number}\n`;
    await sleep(600);
  }
}

function* mixed() {
  yield 'text ';
  yield new Uint8Array([0, 255]);
  yield '';
  yield 'grüße';
}

async function* failing() {
  yield 'first';
  await sleep(50);
  throw new TypeError('midway');
}

async function* failingAtOnce() {
  throw new TypeError('before all');
}

async function* badPiece() {
  yield 'first';
  await sleep(50);
  yield { not: 'a piece' };
}

function* large() {
  for (let number = 0; number < 256; number++) yield Buffer.alloc(65536, number);
}

function* oneLarge() {
  yield Buffer.alloc(9 << 20, 'z');
}

function* endless() {
  for (;;) yield Buffer.alloc(65536, 'e');
}

async function* hanging() {
  yield 'first';
  await sleep(60000);
}

async function* asynchronous() {
  yield 'one ';
  yield Buffer.from('two');
}

const web = () => new ReadableStream({
  start(controller) {
    controller.enqueue('web ');
    controller.enqueue(new Uint8Array([33]));
    controller.close();
  },
});

const STREAMS = {
  steps, mixed, failing, 'failing-at-once': failingAtOnce, 'bad-piece': badPiece, large, 'one-large': oneLarge,
  endless, hanging, async: asynchronous, iterator: () => ['a', 'b', Buffer.from('c')][Symbol.iterator](),
  empty: () => [][Symbol.iterator](), readable: () => Readable.from(['a', 'b']), web,
};

exports.handler = async (event) => {
  const kind = event.path.split('/').pop();
  if (kind === 'alive') return 'alive';
  return { statusCode: 201, headers: { 'Content-Type': 'text/plain', 'X-Kind': kind }, body: STREAMS[kind]() };
};
