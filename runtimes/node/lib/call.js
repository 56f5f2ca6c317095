'use strict';
// A request on its way through the front, and the answer that is written as it comes.

const { randomUUID } = require('node:crypto');
const { encodeJob, jobOf } = require('./event');
const { Exchange } = require('./exchange');
const frames = require('./frames');
const http1 = require('./http1');

const PUSH_AT = 64 << 10;
const SANE_ID = /^[\x20-\x7e]{1,128}$/;
const MESSAGES = {
  refused: 'this instance takes no requests any more',
  'not-started': 'too many requests are waiting',
  timeout: 'the function did not answer in time',
  'worker-ended': 'the function ended without an answer',
  'bad-answer': "the function's answer is malformed",
  'bad-event': 'the event is not JSON that can be read',
};

class Call extends Exchange {
  constructor(connection, request) {
    super();
    Object.assign(this, { connection, request });
    this.front = connection.front;
    const given = request.header('x-request-id');
    this.requestId = given !== undefined && SANE_ID.test(given) ? given : randomUUID();
    this.keepAlive = request.keepAlive;
    this.pending = []; // not given to the connection yet
    this.pendingSize = 0;
    this.committed = this.done = this.gone = false;
    this.received = this.acknowledged = this.credit = 0;
  }

  // --- to and from a worker

  payload() {
    const left = Math.max(0, this.deadline - performance.now());
    return encodeJob(jobOf(this.request, this.requestId, this.connection.peer, left), this.request.body);
  }

  head(told, envVersion) {
    const { status, length } = told;
    if (!Number.isInteger(status) || status < 200 || status > 599) throw new frames.FrameError('status');
    if (length !== null && !(Number.isSafeInteger(length) && length >= 0)) throw new frames.FrameError('length');
    const headers = [...http1.checkedHeaders(told.headers), ...this.front.told(envVersion)];
    const empty = status === 204 || status === 304;
    this.length = length;
    this.bodyless = empty || this.request.method === 'HEAD';
    const streams = length === null && !this.bodyless;
    this.chunked = streams && !this.request.isOld;
    this.keepAlive &&= !this.front.draining && (!streams || this.chunked);
    const shown = empty ? null : length;
    this._add(http1.headOf(status, headers, { length: shown, keepAlive: this.keepAlive, chunked: this.chunked }), 0);
    if (streams) this._push();
  }

  chunk(data) {
    this.received += data.length;
    const tooLong = this.length !== null && this.received > this.length;
    if (tooLong || this.received - this.acknowledged > frames.WINDOW + 2 * frames.PIECE) {
      throw new frames.FrameError('more body than there may be');
    }
    if (this.bodyless || this.gone) return this._taken(data.length);
    if (data.length) this._add(this.chunked ? http1.chunkOf(data) : data, data.length);
    if (this.length === null || this.pendingSize > PUSH_AT) this._push();
  }

  end() {
    if (this.length !== null && this.received !== this.length) return this._breakOff();
    if (this.chunked) this._add(http1.LAST_CHUNK, 0);
    this._push();
    this._finish();
  }

  fail(status, error, { body, envVersion = this.front.envVersion, headers = [] } = {}) {
    if (this.done) return;
    if (this.committed) return this._breakOff();
    const told = [['X-Callbacks-Error', error], ...this.front.told(envVersion), ...headers];
    this.answer(status, body ?? { message: MESSAGES[error] }, told);
  }

  // --- to the client

  /** An answer of the front's own. */
  answer(status, value, headers = []) {
    this.keepAlive &&= !this.front.draining;
    const withBody = this.request.method !== 'HEAD';
    this.pending = [http1.jsonAnswer(status, value, headers, { keepAlive: this.keepAlive, withBody })];
    this._push();
    this._finish();
  }

  /** Holds back bytes, of which so many are the worker's. */
  _add(bytes, size) {
    this.pending.push(bytes);
    this.pendingSize += size;
  }

  _push() {
    this.committed = true;
    const bytes = this.pending.length === 1 ? this.pending[0] : Buffer.concat(this.pending);
    const size = this.pendingSize;
    this.pending = [];
    this.pendingSize = 0;
    if (this.connection.open) this.connection.socket.write(bytes, () => this.gone || this._taken(size));
  }

  /** Tells the worker that there is room for more. */
  _taken(size) {
    this.credit += size;
    if (this.done || this.credit < frames.PIECE) return;
    this.acknowledged += this.credit;
    this.acknowledge(this.credit);
    this.credit = 0;
  }

  /** The client went away: the work goes on, its answer is dropped. */
  onGone() {
    this.gone = true;
    if (this.acknowledge) this._taken(this.received - this.acknowledged - this.credit);
  }

  _breakOff() {
    this.done = true;
    this.connection.breakOff();
  }

  _finish() {
    this.done = true;
    if (this.connection.open) this.connection.finished(this.keepAlive);
  }
}

module.exports = { Call };
