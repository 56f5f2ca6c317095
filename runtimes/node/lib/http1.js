'use strict';
// Strict HTTP/1.1: parses requests from bytes, renders answers to bytes; does no input or output itself.
//
// Node's own server takes, and each of its versions differently, what an instance has to refuse: a second space
// in the request line, names with spaces, line ends that are bare LFs, heads of any number of short headers.

const { STATUS_CODES } = require('node:http');

const TOKEN = "[!#$%&'*+\\-.^_`|~0-9A-Za-z]+";
const TEXT = '[^\\x00-\\x08\\x0a-\\x1f\\x7f]*';
const REQUEST_LINE = new RegExp(`(${TOKEN}) ([\\x21-\\x7e]+) HTTP/1\\.([01])\\r\\n`, 'y');
const OTHER_VERSION = /^\S+ \S+ HTTP\/[02-9]/;
const HEADER = new RegExp(`(${TOKEN}):(${TEXT})\\r\\n`, 'y');
const TRAILER = new RegExp(`^${TOKEN}:${TEXT}\\r\\n$`);
const CHUNK = new RegExp(`^([0-9A-Fa-f]{1,8})[ \\t]*(?:;${TEXT})?\\r\\n$`);
const NAME = new RegExp(`^${TOKEN}$`);
const VALUE = new RegExp(`^${TEXT}$`);
const LENGTH = /^[0-9]{1,12}$/;
const BEYOND_LATIN1 = /[^\x00-\xff]/;
const CR = 0x0d, LF = 0x0a;
const END_OF_HEAD = '\r\n\r\n';
const MAX_HEAD = 64 << 10;
const MAX_CHUNK_LINE = 300;
const MAX_TRAILERS = 4 << 10;
const CONTINUE = Buffer.from('HTTP/1.1 100 Continue\r\n\r\n');
const CHUNK_END = Buffer.from('\r\n');
const LAST_CHUNK = Buffer.from('0\r\n\r\n');
const NOTHING = Buffer.alloc(0);
const HOP_BY_HOP = new Set([
  'connection', 'keep-alive', 'proxy-connection', 'proxy-authenticate', 'proxy-authorization', 'te', 'trailer',
  'transfer-encoding', 'upgrade',
]);

/** A request that is refused; the connection cannot be used after it. */
class HttpError extends Error {
  constructor(status, why) {
    super(why);
    this.status = status;
  }
}

class Request {
  constructor(method, target, isOld) {
    Object.assign(this, { method, target, isOld });
    this.headers = []; // [name, value], as sent
    this.body = NOTHING;
    this.keepAlive = true;
  }

  /** The values of a header; `name` in lower case. */
  all(name) {
    return this.headers.filter(([known]) => known.toLowerCase() === name).map(([, value]) => value);
  }

  /** The last value of a header; undefined without one. */
  header(name) {
    return this.all(name).pop();
  }
}

/** `feed` bytes, then take requests with `next` until it gives null. */
class Parser {
  constructor(maxBody) {
    this.maxBody = maxBody;
    this.buffer = NOTHING; // what is not understood yet
    this.scanned = 0;
    this.request = null; // whose body is arriving
    this.wantsContinue = false;
  }

  feed(data) {
    this.buffer = this.buffer.length ? Buffer.concat([this.buffer, data]) : data;
  }

  /** Whether nothing of a request has arrived. */
  get idle() {
    return this.request === null && this.buffer.length === 0;
  }

  next() {
    if (!this.request && !this._head()) return null;
    if (!(this.chunked ? this._chunks() : this._rest())) return null;
    const { request } = this;
    request.body = this.parts.length === 1 ? this.parts[0] : Buffer.concat(this.parts, this.size);
    this.request = null;
    this.wantsContinue = false;
    return request;
  }

  _take(size) {
    const taken = this.buffer.subarray(0, size);
    this.buffer = this.buffer.subarray(size);
    return taken;
  }

  // --- the head

  _head() {
    if (this.buffer[0] === CR && this.buffer[1] === LF) { // a stray line end between requests (RFC 9112, 2.2)
      this._take(2);
      this.scanned = 0;
    }
    const end = this.buffer.indexOf(END_OF_HEAD, this.scanned);
    if (end > MAX_HEAD || (end < 0 && this.buffer.length > MAX_HEAD)) throw new HttpError(431, 'head too large');
    if (end < 0) {
      this._refuseBareLineEnds();
      this.scanned = Math.max(0, this.buffer.length - END_OF_HEAD.length + 1);
      return false;
    }
    this.scanned = 0;
    this.request = requestOf(this._take(end + END_OF_HEAD.length).latin1Slice(0, end + 2));
    this._framing(this.request);
    return true;
  }

  _refuseBareLineEnds() {
    for (let at = this.buffer.indexOf(LF, this.scanned); at >= 0; at = this.buffer.indexOf(LF, at + 1)) {
      if (this.buffer[at - 1] !== CR) throw new HttpError(400, 'a line ends with a bare LF');
    }
  }

  _framing(request) {
    const lengths = request.all('content-length');
    const codings = request.all('transfer-encoding');
    if (!request.isOld && request.all('host').length !== 1) throw new HttpError(400, 'exactly one Host is needed');
    if (lengths.length && codings.length) throw new HttpError(400, 'both Content-Length and Transfer-Encoding');
    if (codings.length > 1 || (codings.length && request.isOld)) throw new HttpError(400, 'Transfer-Encoding');
    if (codings.length && codings[0].toLowerCase() !== 'chunked') {
      throw new HttpError(501, 'Transfer-Encoding other than chunked');
    }
    if (lengths.length > 1 || (lengths.length && !LENGTH.test(lengths[0]))) throw new HttpError(400, 'Content-Length');
    this.chunked = codings.length > 0;
    this.left = Number(lengths[0] ?? 0); // of the body, or of a chunk and its end
    if (this.left > this.maxBody) throw new HttpError(413, 'body too large');
    this.parts = [];
    this.size = 0;
    this.trailers = -1; // their size so far, once the last chunk has come
    this._persistence(request);
  }

  _persistence(request) {
    const options = request.all('connection').join(',').toLowerCase().split(',').map((option) => option.trim());
    request.keepAlive = !request.isOld && !options.includes('close');
    const expected = request.header('expect')?.toLowerCase();
    if (!expected || request.isOld) return;
    if (expected !== '100-continue') throw new HttpError(417, 'Expect');
    this.wantsContinue = true;
  }

  // --- the body

  /** Takes what is there of the body; whether that is all. */
  _rest() {
    this._keep(this.left);
    return this.left === 0;
  }

  _keep(size) {
    const part = this._take(Math.min(size, this.buffer.length));
    if (part.length) this.parts.push(part);
    this.size += part.length;
    this.left -= part.length;
  }

  _chunks() {
    while (this.trailers < 0) {
      if (this.left > CHUNK_END.length) this._keep(this.left - CHUNK_END.length);
      if (this.left > CHUNK_END.length) return false;
      if (this.left ? !this._chunkEnd() : !this._chunkSize()) return false;
    }
    return this._trailers();
  }

  _chunkEnd() {
    if (this.buffer.length < CHUNK_END.length) return false;
    if (!this._take(CHUNK_END.length).equals(CHUNK_END)) throw new HttpError(400, 'end of a chunk');
    this.left = 0;
    return true;
  }

  _chunkSize() {
    const line = this._line(MAX_CHUNK_LINE, 400, 'size of a chunk');
    if (line === null) return false;
    const match = CHUNK.exec(line);
    if (!match) throw new HttpError(400, 'size of a chunk');
    const size = parseInt(match[1], 16);
    if (this.size + size > this.maxBody) throw new HttpError(413, 'body too large');
    if (size) this.left = size + CHUNK_END.length;
    else this.trailers = 0;
    return true;
  }

  _trailers() {
    for (;;) {
      const line = this._line(MAX_TRAILERS - this.trailers, 431, 'trailers too large');
      if (line === null) return false;
      if (line === '\r\n') return true;
      if (!TRAILER.test(line)) throw new HttpError(400, 'trailer');
      this.trailers += line.length;
    }
  }

  /** The next line with its end; null if it has not arrived. */
  _line(longest, status, why) {
    const end = this.buffer.indexOf(LF);
    if ((end < 0 ? this.buffer.length : end) > longest) throw new HttpError(status, why);
    return end < 0 ? null : this._take(end + 1).latin1Slice();
  }
}

function requestOf(head) {
  REQUEST_LINE.lastIndex = 0;
  const line = REQUEST_LINE.exec(head);
  if (!line) throw OTHER_VERSION.test(head) ? new HttpError(505, 'HTTP version') : new HttpError(400, 'request line');
  const request = new Request(line[1], line[2], line[3] === '0');
  for (HEADER.lastIndex = REQUEST_LINE.lastIndex; HEADER.lastIndex < head.length;) {
    const field = HEADER.exec(head);
    if (!field) throw new HttpError(400, 'header line'); // a folded one begins with a space
    request.headers.push([field[1], trimmed(field[2])]);
  }
  return request;
}

function trimmed(value) {
  return value.replace(/^[ \t]+|[ \t]+$/g, '');
}

// --- answers

function isHeader(name, value) {
  return typeof name === 'string' && typeof value === 'string' && NAME.test(name) && VALUE.test(value);
}

/** As many bytes as headers take in a head. */
function sizeOf(headers) {
  return headers.reduce((size, [name, value]) => size + name.length + value.length + END_OF_HEAD.length, 0);
}

/** A worker's headers that may pass; throws if one must not be written. */
function checkedHeaders(headers) {
  if (!Array.isArray(headers)) throw new TypeError('headers must be a list');
  for (const header of headers) {
    if (!Array.isArray(header) || !isHeader(...header)) throw new TypeError('a header is malformed');
  }
  if (sizeOf(headers) > MAX_HEAD) throw new TypeError('headers are larger than 64 KiB');
  return headers.filter(([name]) => {
    const known = name.toLowerCase();
    return !HOP_BY_HOP.has(known) && known !== 'content-length' && !known.startsWith('x-callbacks-');
  });
}

/** The head of an answer; `length` null for none. */
function headOf(status, headers, { length = null, keepAlive = true, chunked = false }) {
  let head = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Status'}\r\n`;
  for (const [name, value] of headers) head += `${name}: ${onTheWire(value)}\r\n`;
  if (length !== null) head += `Content-Length: ${length}\r\n`;
  if (chunked) head += 'Transfer-Encoding: chunked\r\n';
  if (!keepAlive) head += 'Connection: close\r\n';
  return Buffer.from(`${head}\r\n`, 'latin1');
}

/** What goes beyond latin-1 is sent as UTF-8. */
function onTheWire(value) {
  return BEYOND_LATIN1.test(value) ? Buffer.from(value, 'utf8').toString('latin1') : value;
}

function chunkOf(data) {
  return Buffer.concat([Buffer.from(`${data.length.toString(16)}\r\n`), data, CHUNK_END]);
}

/** An answer of the front's own. */
function jsonAnswer(status, value, headers, { keepAlive = true, withBody = true } = {}) {
  const body = Buffer.from(JSON.stringify(value));
  const head = headOf(status, [['Content-Type', 'application/json'], ...headers], { length: body.length, keepAlive });
  return withBody ? Buffer.concat([head, body]) : head;
}

module.exports = {
  CONTINUE, HOP_BY_HOP, LAST_CHUNK, MAX_HEAD, HttpError, Parser, checkedHeaders, chunkOf, headOf, isHeader, jsonAnswer, sizeOf,
};
