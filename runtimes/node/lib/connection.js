'use strict';
// A client's connection, and a request on its way through it.

const { randomUUID } = require('node:crypto');
const frames = require('./frames');
const http = require('./http');
const { Exchange } = require('./pool');

const PUSH_AT = 64 << 10;
const LINGER = 2000;
const SANE_ID = /^[\x20-\x7e]{1,128}$/;
const MESSAGES = {
  refused: 'this instance takes no requests any more',
  'not-started': 'too many requests are waiting',
  timeout: 'the function did not answer in time',
  'worker-ended': 'the function ended without an answer',
  'bad-answer': "the function's answer is malformed",
};

/** Takes the requests of a client one after the other, also where it sends them ahead. */
class Connection {
  /** @param {boolean} backlog whether it was accepted when the instance was told to end */
  constructor(front, socket, backlog) {
    Object.assign(this, { front, socket, backlog });
    this.peer = socket.remoteAddress ?? '';
    this.call = null;
    this.ahead = [];
    this.fault = null;
    this.heard = performance.now();
    this.bytes = 0;
    this.idleBytes = 0;
    this.closing = false;
  }

  take(request, response, expects) {
    const call = new Call(this, request, response, expects);
    if (!this.call) return this._begin(call);
    this.ahead.push(call);
    this.socket.pause();
  }

  _begin(call) {
    this.call = call;
    call.read();
  }

  /** The present request is answered; on to the next. */
  finished() {
    this.call = null;
    this.heard = performance.now();
    this.idleBytes = this.socket.bytesRead;
    if (this.closing) return;
    const next = this.ahead.shift();
    if (next && !(this.fault && !next.request.complete)) return this._begin(next);
    if (this.fault) this._refuse();
    else if (!this.socket.destroyed) this.socket.resume();
  }

  /** What arrived is not HTTP, or not all of it: nothing that follows can be understood. */
  fail(fault) {
    if (this.fault || this.closing) return;
    this.fault = fault;
    if (!this.call || !this.call.request.complete) this._refuse();
    else this.socket.pause(); // first comes the answer to what was whole
  }

  _refuse() {
    this.closing = true;
    if (!this.socket.writable) return this.socket.destroy();
    this.socket.end(http.rawRefusal(this.fault.status, this.fault.why));
    setTimeout(() => this.socket.destroy(), LINGER).unref();
  }

  /** Looks whether something arrived since it last looked; gives for how long nothing has. */
  quiet(now) {
    if (this.socket.bytesRead !== this.bytes) {
      this.bytes = this.socket.bytesRead;
      this.heard = now;
    }
    return now - this.heard;
  }

  /** Whether nothing of a request has arrived that is not answered. */
  get idle() {
    return !this.call && this.socket.bytesRead === this.idleBytes;
  }
}

/** A request, and the answer that is written as it comes. */
class Call extends Exchange {
  constructor(connection, request, response, expects) {
    super();
    Object.assign(this, { connection, request, response, expects });
    this.front = connection.front;
    this.reading = false;
    this.done = this.gone = false;
    this.pending = []; // body that is not given to the connection yet
    this.pendingSize = this.received = this.acknowledged = this.credit = 0;
    this.body = null;
    request.on('error', () => {}); // it was broken off, which the response's closing tells
    response.on('error', () => {});
    response.on('close', () => this._onClose());
  }

  get method() {
    return this.request.method;
  }

  get target() {
    return this.request.url;
  }

  /** The last value of a header; undefined without one. `name` in lower case. */
  header(name) {
    const raw = this.request.rawHeaders;
    for (let at = raw.length - 2; at >= 0; at -= 2) if (raw[at].toLowerCase() === name) return raw[at + 1];
    return undefined;
  }

  get headers() {
    const raw = this.request.rawHeaders;
    return Array.from({ length: raw.length / 2 }, (_, at) => [raw[2 * at], raw[2 * at + 1]]);
  }

  // --- from the client

  /** Reads the body, then gives the request to the front. */
  read() {
    const refusal = http.refusalOf(this.request, this.front.config.maxBody);
    if (refusal) return this.refuse(refusal);
    if (this.expects === 'other') return this.refuse({ status: 417, why: 'Expect' });
    if (this.expects === 'continue') this.response.writeContinue();
    this.reading = true;
    const parts = [];
    let size = 0;
    this.request.on('data', (part) => {
      size += part.length;
      if (size <= this.front.config.maxBody) parts.push(part);
      else if (!this.done) this.refuse({ status: 413, why: 'body too large' });
    });
    this.request.on('end', () => {
      this.reading = false;
      if (this.done || this.gone) return;
      this.body = parts.length === 1 ? parts[0] : Buffer.concat(parts);
      const given = this.header('x-request-id');
      this.requestId = given !== undefined && SANE_ID.test(given) ? given : randomUUID();
      this.front.take(this);
    });
  }

  /** Not HTTP as it must be; the answer is followed by what the client still sends, then the connection ends. */
  refuse({ status, why }) {
    this.done = true;
    this.reading = false;
    this.connection.closing = true;
    this._json(status, { message: why }, ['X-Callbacks-Error', 'bad-request'], true);
    const end = () => this.response.end();
    if (this.request.complete) return end();
    this.request.on('end', end).on('close', end).resume();
    setTimeout(end, LINGER).unref();
  }

  // --- from a worker

  head(told, envVersion) {
    const { status, length } = told;
    if (!Number.isInteger(status) || status < 200 || status > 599) throw new frames.FrameError('status');
    if (length !== null && !(Number.isSafeInteger(length) && length >= 0)) throw new frames.FrameError('length');
    this.head_ = { status, headers: [...http.checkedHeaders(told.headers), ...this.front.told(envVersion)] };
    this.length = length;
    this.bodyless = this.method === 'HEAD' || status === 204 || status === 304;
    if (length === null && !this.bodyless) this._writeHead(true);
  }

  chunk(data) {
    this.received += data.length;
    const withinLength = this.length === null || this.received <= this.length;
    if (!withinLength || this.received - this.acknowledged > frames.WINDOW + 2 * frames.PIECE) {
      throw new frames.FrameError('more body than there may be');
    }
    if (this.bodyless || this.gone) return this._taken(data.length);
    this.pending.push(data);
    this.pendingSize += data.length;
    if (this.length === null || this.pendingSize > PUSH_AT) this._push();
  }

  end() {
    if (this.length !== null && this.received !== this.length) return this._breakOff();
    if (!this.response.headersSent) this._writeHead(false);
    this.response.end(this.pending.length ? Buffer.concat(this.pending) : undefined);
    this._finish();
  }

  fail(status, error, { body, envVersion = this.front.envVersion, headers = [] } = {}) {
    if (this.done) return;
    if (this.response.headersSent) return this._breakOff();
    const told = ['X-Callbacks-Error', error, ...this.front.told(envVersion), ...headers];
    this.answer(status, body ?? { message: MESSAGES[error] }, told);
  }

  // --- to the client

  /** An answer of the front's own. */
  answer(status, value, headers = []) {
    this._json(status, value, headers, this.front.draining);
    this.response.end();
    this._finish();
  }

  _json(status, value, headers, close) {
    const body = Buffer.from(JSON.stringify(value));
    const all = ['Content-Type', 'application/json', ...headers, 'Content-Length', String(body.length)];
    if (close) all.push('Connection', 'close');
    this._send(status, all);
    if (this.method !== 'HEAD') this.response.write(body);
  }

  _writeHead(now) {
    const { status, headers } = this.head_;
    if (this.length !== null && status !== 204 && status !== 304) headers.push('Content-Length', String(this.length));
    if (this.front.draining) headers.push('Connection', 'close');
    this._send(status, headers);
    if (now) this.response.flushHeaders();
  }

  _send(status, headers) {
    if (this.gone) return;
    this.response.sendDate = false;
    this.response.writeHead(status, headers);
  }

  _push() {
    if (!this.response.headersSent) this._writeHead(false);
    for (const data of this.pending) this.response.write(data, () => this._taken(data.length));
    this.pending = [];
    this.pendingSize = 0;
  }

  /** Tells the worker that there is room for more. */
  _taken(size) {
    this.credit += size;
    if (this.done || this.credit < frames.PIECE) return;
    this.acknowledged += this.credit;
    this.front.pool.acknowledge(this, this.credit);
    this.credit = 0;
  }

  _onClose() {
    this.gone = !this.response.writableFinished;
    if (!this.gone) return;
    if (this.reading || this.done) return this._finish();
    const lost = this.received - this.acknowledged - this.credit;
    if (this.worker && lost > 0) this._taken(lost);
  }

  _breakOff() {
    this._finish();
    setImmediate(() => this.connection.socket.destroy()); // what it has got already may still go
  }

  _finish() {
    this.done = true;
    this.reading = false;
    if (this.connection.call === this) this.connection.finished();
  }
}

module.exports = { Connection };
