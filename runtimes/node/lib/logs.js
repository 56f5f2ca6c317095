'use strict';
// Log lines: cut out of what workers write, masked, tagged, written to standard output as JSON.

const fs = require('node:fs');
const net = require('node:net');

const LONGEST = 16 << 10;
const SHORTEST_SECRET = 8;
const MAX_WAITING = 4 << 20;
const MASK = '********';
const NEWLINE = 0x0a;
const TAG = '\x1e', TAG_END = '\x1f'; // around the request id in front of a line from a worker with several slots

/** Replaces the values of env in texts. */
class Masker {
  constructor() {
    this.secrets = [];
  }

  /** Masks the values of these envs from now on, and no others. */
  keep(envs) {
    const values = envs.flatMap((env) => Object.values(env));
    const parts = values.flatMap((value) => [value, ...value.split(/\r\n|\r|\n/)]).map((part) => part.trim());
    const secrets = [...new Set(parts)].filter((part) => part.length >= SHORTEST_SECRET);
    this.secrets = secrets.sort((one, other) => other.length - one.length);
  }

  mask(text) {
    return this.secrets.reduce((masked, secret) => masked.replaceAll(secret, MASK), text);
  }

  /** Where a line that is too long may be cut: never inside a secret or a character. */
  cut(line) {
    let at = LONGEST;
    while (at > LONGEST - 4 && (line[at] & 0xc0) === 0x80) at--;
    for (const secret of this.secrets) {
      const size = Buffer.byteLength(secret);
      const found = line.subarray(0, at + size - 1).indexOf(secret, Math.max(0, at - size + 1));
      if (found >= 0 && found < at) at = found || size;
    }
    return at;
  }
}

/** Cuts one stream of bytes into lines: `listener(tag or null, text)`. */
class Lines {
  constructor(masker, listener) {
    this.masker = masker;
    this.listener = listener;
    this.rest = Buffer.alloc(0);
    this.tag = null; // of a line whose first pieces were told already
    this.begun = false;
  }

  feed(data) {
    let bytes = this.rest.length ? Buffer.concat([this.rest, data]) : data;
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE)) {
      this._line(bytes.subarray(0, end));
      bytes = bytes.subarray(end + 1);
    }
    this.rest = this._pieces(bytes, 2 * LONGEST);
  }

  end() {
    if (this.rest.length) this._line(this.rest);
    this.rest = Buffer.alloc(0);
  }

  _line(line) {
    const last = this._pieces(line, LONGEST);
    if (last.length || !this.begun) this._tell(last);
    this.begun = false;
    this.tag = null;
  }

  _pieces(line, longest) {
    while (line.length > longest) {
      line = this._untagged(line);
      const at = this.masker.cut(line);
      this._tell(line.subarray(0, at));
      line = line.subarray(at);
    }
    return line;
  }

  _tell(piece) {
    const bytes = this._untagged(piece);
    this.listener(this.tag, this.masker.mask(bytes.toString('utf8')));
  }

  _untagged(line) {
    if (this.begun) return line;
    this.begun = true;
    const end = line[0] === TAG.charCodeAt(0) ? line.indexOf(TAG_END) : -1;
    this.tag = end < 0 ? null : line.toString('latin1', 1, end);
    return line.subarray(end + 1);
  }
}

/** Standard output: never blocks, never fails; drops and counts what nobody reads. */
class Output {
  constructor(fd = 1) {
    this.dropped = 0;
    const kind = fs.fstatSync(fd);
    if (kind.isFIFO() || kind.isSocket()) {
      this.stream = new net.Socket({ fd, readable: false, writable: true });
      this.stream.on('error', () => {}); // nobody will ever read it
      this.stream.unref();
    } else {
      this.stream = { writableLength: 0, write: (text) => fs.writeSync(fd, text) };
    }
  }

  log(stream, message, requestId = null) {
    this._say({ time: new Date().toISOString(), request_id: requestId, stream, message }, false);
  }

  event(event, more) {
    this._say({ event, ...more }, true);
  }

  _say(value, urgent) {
    if (this.stream.destroyed) return;
    if (this.stream.writableLength > MAX_WAITING && !urgent) {
      this.dropped++;
      return;
    }
    if (this.dropped) {
      const dropped = this.dropped;
      this.dropped = 0;
      this.log('stderr', `(${dropped} log lines were dropped: nobody read them)`);
    }
    this.stream.write(`${JSON.stringify(value)}\n`);
  }

  /** Waits until all is written, but not long. */
  async flushed(longest) {
    if (this.stream.destroyed || !this.stream.writableLength) return;
    await new Promise((resolve) => {
      this.stream.once('drain', resolve).once('close', resolve);
      setTimeout(resolve, longest);
    });
  }
}

module.exports = { Lines, Masker, Output, TAG, TAG_END, LONGEST };
