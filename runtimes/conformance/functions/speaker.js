// Writes what the last part of the path says.
const childProcess = require('node:child_process');
const fs = require('node:fs');

console.log('said at import');
const SECRET = process.env.SECRET ?? '';

const write = (text) => new Promise((done) => process.stdout.write(text, done));

const secretInParts = async () => {
  for (let start = 0; start < SECRET.length; start += 3) await write(SECRET.slice(start, start + 3));
  await write('\n');
};

const bytesInParts = () => {
  for (const byte of Buffer.from('ü\n')) writeRaw(1, Buffer.from([byte]));
};

const flood = () => {
  const line = 'f'.repeat(1000);
  for (let number = 0; number < 24000; number++) console.log(line);
};

const writeRaw = (descriptor, data) => {
  for (;;) {
    try {
      return fs.writeSync(descriptor, data);
    } catch (error) {
      if (error.code !== 'EAGAIN') throw error;
    }
  }
};

const child = () => new Promise((done) => {
  childProcess.spawn('echo', ['of a child'], { stdio: 'inherit' }).on('exit', done);
});

const KINDS = {
  'out': () => console.log('to stdout'),
  'err': () => console.error('to stderr'),
  'log': () => console.warn('by the logger'),
  'several': () => console.log('one\ntwo\n\nfour'),
  'unended': () => write('no end of line'),
  'next': () => console.log('of the next'),
  'long': () => console.log('l'.repeat(40000)),
  'long-unicode': () => console.log('x' + 'ü'.repeat(20000)),
  'secret': () => console.log('it is <%s>, really', SECRET),
  'secret-in-parts': secretInParts,
  'secret-at-cut': () => console.log('s'.repeat(16384 - 5) + SECRET + 't'.repeat(20000)),
  'short-secret': () => console.log('short: ' + process.env.SHORT),
  'lines-secret': () => console.log(process.env.LINES),
  'former-secret': () => console.log((process.env.SECRET ?? '') + ' former-secret-value'),
  'raises-secret': () => {
    throw new Error(SECRET);
  },
  'raw': () => writeRaw(2, Buffer.from('raw write\n')),
  'child': child,
  'bytes-in-parts': bytesInParts,
  'not-text': () => writeRaw(1, Buffer.from('<\xff\xfe\0>\n', 'latin1')),
  'forged': () => console.log('{"event": "listening", "port": 1}'),
  'control': () => console.log('\x1eforged-id\x1fcontrol'),
  'flood': flood,
  'quiet': () => {},
};

exports.handler = async (event) => {
  await KINDS[event.path.split('/').pop()]();
  return 'said';
};
