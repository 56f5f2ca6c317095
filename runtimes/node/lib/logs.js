'use strict';
/** Log lines: cut out of what workers write, masked, tagged, written to standard output as JSON. */
const fs = require('node:fs');
const net = require('node:net');

const LONGEST = 16 << 10;
const SHORTEST_SECRET = 8;
const MAX_WAITING = 4 << 20;
const MASK = '********';
const NEWLINE = 0x0a;
// around the request id in front of a line that a worker wrote for one of its requests
const TAG = '\x1e';
const TAG_END = '\x1f';

/** Replaces the values of env in texts; remembers those of the env before. */
class Masker {
  constructor() {
    this.secrets = [];
    this.present = [];
  }

  take(env) {
    const parts = Object.values(env).flatMap((value) => [value, ...value.split(/\r?\n/)]);
    const fresh = parts.map((part) => part.trim()).filter((part) => part.length >= SHORTEST_SECRET);
    this.secrets = [...new Set([...fresh, ...this.present])].sort((a, b) => b.length - a.length);
    this.present = fresh;
  }

  mask(text) {
    return this.secrets.reduce((masked, secret) => masked.replaceAll(secret, MASK), text);
  }

  /** Where a line that is too long may be cut: never inside a secret. */
  cut(line) {
    let at = LONGEST;
    for (const secret of this.secrets) {
      const raw = Buffer.from(secret);
      const found = line.indexOf(raw, Math.max(0, at - raw.length + 1));
      if (found >= 0 && found < at && found + raw.length > at) at = found || raw.length;
    }
    return at;
  }
}

/** Cuts one stream of bytes into lines. */
class Lines {
  constructor(stream, masker) {
    this.stream = stream;
    this.masker = masker;
    this.rest = Buffer.alloc(0);
  }

  /** Whole lines in `data`: {tag, text}; `tag` is null for a line without. */
  *feed(data, last = false) {
    let buffer = this.rest.length ? Buffer.concat([this.rest, data]) : data;
    for (let end; (end = buffer.indexOf(NEWLINE)) >= 0; buffer = buffer.subarray(end + 1)) {
      yield* this.pieces(buffer.subarray(0, end));
    }
    if (last && buffer.length) {
      yield* this.pieces(buffer);
      buffer = buffer.subarray(buffer.length);
    }
    while (buffer.length > 2 * LONGEST) {
      const at = this.masker.cut(buffer);
      yield this.line(buffer.subarray(0, at));
      buffer = buffer.subarray(at);
    }
    this.rest = Buffer.from(buffer);
  }

  *pieces(line) {
    while (line.length > LONGEST) {
      const at = this.masker.cut(line);
      yield this.line(line.subarray(0, at));
      line = line.subarray(at);
    }
    yield this.line(line);
  }

  line(bytes) {
    let text = bytes.toString('utf8');
    let tag = null;
    const end = text.startsWith(TAG) ? text.indexOf(TAG_END) : -1;
    if (end > 0) {
      tag = text.slice(1, end);
      text = text.slice(end + 1);
    }
    return { tag, text: this.masker.mask(text) };
  }
}

/** Standard output: never blocks, never fails; drops and counts what nobody reads. */
class Output {
  constructor(fd = 1) {
    this.dropped = 0;
    this.broken = false;
    this.to = writerTo(fd);
    this.to.on?.('error', () => {
      this.broken = true; // nobody will ever read it
    });
  }

  log(stream, message, requestId = null) {
    this.say({ time: new Date().toISOString(), request_id: requestId, stream, message });
  }

  event(event, more) {
    this.say({ event, ...more }, true);
  }

  say(value, urgent = false) {
    if (this.broken) return;
    if (this.to.writableLength > MAX_WAITING && !urgent) {
      this.dropped += 1;
      return;
    }
    if (this.dropped) {
      const dropped = this.dropped;
      this.dropped = 0;
      this.log('stderr', `(${dropped} log lines were dropped: nobody read them)`);
    }
    this.to.write(`${JSON.stringify(value)}\n`);
  }

  /** Calls back when all is written, or soon if nobody reads. */
  flush(done) {
    const timer = setTimeout(done, 500);
    if (this.broken || !this.to.writableLength) {
      clearTimeout(timer);
      return done();
    }
    this.to.once('drain', () => {
      clearTimeout(timer);
      done();
    });
  }
}

/** A pipe is written without blocking (process.stdout would block); a file cannot block. */
function writerTo(fd) {
  const kind = fs.fstatSync(fd);
  if (kind.isFIFO() || kind.isSocket()) {
    return new net.Socket({ fd, readable: false, writable: true });
  }
  return { writableLength: 0, write: (text) => fs.writeSync(fd, text) };
}

module.exports = { TAG, TAG_END, Masker, Lines, Output };
