'use strict';
/** A request on its way through the front, and the answer that is written as it comes. */
const { randomUUID } = require('node:crypto');
const { FrameError, PIECE, WINDOW } = require('./frames');
const { checkedHeaders } = require('./http');

const MESSAGES = {
  refused: 'this instance takes no requests any more',
  'not-started': 'too many requests are waiting',
  timeout: 'the function did not answer in time',
  'worker-ended': 'the function ended without an answer',
  'bad-answer': "the function's answer is malformed",
};
const SMALL = 256 << 10;

class Call {
  constructor(front, request, response) {
    Object.assign(this, { front, request, response });
    const given = request.headers['x-request-id'];
    this.requestId = given && given.length <= 128 && /^[\x20-\x7e]+$/.test(given) ? given : randomUUID();
    this.begun = false;
    this.parts = []; // of a small answer, until it is whole
    this.received = 0;
    this.unacknowledged = 0;
  }

  get hasBody() {
    return this.request.method !== 'HEAD' && this.status !== 204 && this.status !== 304;
  }

  // --- from a worker

  head({ status, headers, length }, envVersion) {
    if (!Number.isInteger(status) || status < 200 || status > 599) throw new FrameError(`status ${status}`);
    if (length !== null && !(Number.isSafeInteger(length) && length >= 0)) throw new FrameError(`length ${length}`);
    this.told = [...checkedHeaders(headers), ...this.front.told(envVersion)];
    Object.assign(this, { begun: true, status, length });
    if (length === null || length > SMALL) this.start();
  }

  start() {
    const length = this.length === null || this.status === 204 || this.status === 304 ? [] : ['Content-Length', String(this.length)];
    this.writeHead(this.status, [...this.told, ...length]);
    if (this.length === null) this.response.flushHeaders();
  }

  chunk(data) {
    this.received += data.length;
    if (this.length !== null && this.received > this.length) throw new FrameError('more body than was said');
    if (!this.response.headersSent) {
      this.parts.push(data);
      return;
    }
    this.unacknowledged += data.length;
    if (this.length === null && this.unacknowledged > WINDOW + 2 * PIECE) throw new FrameError('more body than there is room for');
    if (this.hasBody && !this.response.destroyed) this.response.write(data, () => this.taken(data.length));
    else this.taken(data.length);
  }

  /** Tells the worker of a stream that there is room for more. */
  taken(size) {
    this.unacknowledged -= size;
    this.toAcknowledge = (this.toAcknowledge ?? 0) + size;
    if (this.length === null && this.toAcknowledge >= PIECE) {
      this.front.pool.acknowledge(this, this.toAcknowledge);
      this.toAcknowledge = 0;
    }
  }

  end() {
    if (this.length !== null && this.received !== this.length) {
      this.begun = false;
      this.fail(502, 'bad-answer');
    } else if (this.response.headersSent) {
      this.response.end();
    } else {
      this.start();
      this.response.end(this.hasBody ? Buffer.concat(this.parts) : undefined);
    }
  }

  fail(status, error, body = null, envVersion = this.front.envVersion, headers = []) {
    if (this.response.headersSent) {
      this.response.destroy(); // the client sees that it is not whole
      return;
    }
    this.json(status, body ?? { message: MESSAGES[error] ?? error }, ['X-Callbacks-Error', error, ...this.front.told(envVersion), ...headers]);
  }

  // --- of the front's own

  json(status, value, headers = []) {
    if (this.response.headersSent || this.response.destroyed) return;
    const text = Buffer.from(JSON.stringify(value));
    this.status = status;
    this.writeHead(status, ['Content-Type', 'application/json', 'Content-Length', String(text.length), ...headers]);
    this.response.end(this.hasBody ? text : undefined);
  }

  /** Refuses a request of which not all was read: nothing that follows could be understood. */
  refuse({ status, why }) {
    this.response.shouldKeepAlive = false;
    this.json(status, { message: why }, ['X-Callbacks-Error', 'bad-request']);
  }

  writeHead(status, headers) {
    if (this.front.draining || this.request.httpVersion === '1.0') this.response.shouldKeepAlive = false;
    this.response.writeHead(status, headers);
  }
}

module.exports = { Call };
