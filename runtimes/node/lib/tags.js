'use strict';
// Several requests write at once: each line says which one it is from.

const { AsyncLocalStorage } = require('node:async_hooks');
const { TAG, TAG_END } = require('./logs');

/** The request that runs; undefined outside of requests. */
const requests = new AsyncLocalStorage();

/** Tags the lines of standard output and error; gives what ends the line that a request has begun. */
function tagLines() {
  const streams = [tagged(process.stdout), tagged(process.stderr)];
  process.on('exit', () => streams.forEach(({ rests, finish }) => [...rests.keys()].forEach(finish)));
  return (request) => streams.forEach(({ finish }) => finish(request));
}

function tagged(stream) {
  stream._handle?.setBlocking?.(true); // else what was written last is lost when the process ends
  const write = stream.write.bind(stream);
  const rests = new Map(); // request, or undefined -> the beginning of a line, byte by byte
  const line = (request, text) => (request ? `${TAG}${request.id}${TAG_END}${text}\n` : `${text}\n`);
  const emit = (text, done) => write(Buffer.from(text, 'latin1'), done);

  stream.write = (chunk, encoding, callback) => {
    const done = typeof encoding === 'function' ? encoding : callback;
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk, typeof encoding === 'string' ? encoding : 'utf8') : chunk;
    const request = requests.getStore();
    const lines = Buffer.from(bytes).toString('latin1').split('\n');
    lines[0] = (rests.get(request) ?? '') + lines[0];
    const rest = lines.pop();
    if (!request?.ended) rests.set(request, rest);
    else if (rest) lines.push(rest); // nothing ends it any more
    return emit(lines.map((whole) => line(request, whole)).join(''), done);
  };

  const finish = (request) => {
    const rest = rests.get(request);
    rests.delete(request);
    if (rest) emit(line(request, rest));
  };
  return { rests, finish };
}

module.exports = { requests, tagLines };
