'use strict';
// A client's connection: reads requests one after the other, also where they are sent ahead.

const { Call } = require('./call');
const { CONTINUE, HttpError, MAX_HEAD, Parser, jsonAnswer } = require('./http1');

const LINGER = 2000;

class Connection {
  constructor(front, socket) {
    Object.assign(this, { front, socket });
    this.peer = socket.remoteAddress ?? '';
    this.parser = new Parser(front.config.maxBody);
    this.call = null;
    this.kept = false; // for more requests after the first
    this.heard = performance.now();
    this.closing = false;
    socket.on('data', (data) => this._onData(data));
    socket.on('error', () => {}); // it closes, which is what matters
    socket.on('close', () => this.call?.onGone());
  }

  /** Whether nothing of a request has arrived that is not answered. */
  get idle() {
    return this.call === null && this.parser.idle;
  }

  get open() {
    return !this.socket.destroyed;
  }

  _onData(data) {
    this.heard = performance.now();
    if (this.closing) return;
    this.parser.feed(data);
    if (this.call === null) this._next();
    else if (this.parser.buffer.length > MAX_HEAD) this.socket.pause(); // it sends ahead; that can wait
  }

  _next() {
    let request;
    try {
      request = this.parser.next();
    } catch (error) {
      if (error instanceof HttpError) return this.refuse(error.status, error.message);
      this.socket.destroy();
      throw error;
    }
    if (request) {
      this.call = new Call(this, request);
      this.front.take(this.call);
    } else if (this.parser.wantsContinue) {
      this.parser.wantsContinue = false;
      this.socket.write(CONTINUE);
    }
  }

  /** Not HTTP, or not all of it: nothing that follows can be understood. What the client still sends is let run out. */
  refuse(status, why) {
    this.closing = true;
    const headers = [['X-Callbacks-Error', 'bad-request']];
    this.socket.end(jsonAnswer(status, { message: why }, headers, { keepAlive: false }));
    setTimeout(() => this.socket.destroy(), LINGER).unref();
  }

  /** The present request is answered; on to the next. */
  finished(keepAlive) {
    this.call = null;
    this.heard = performance.now();
    if (!keepAlive) return this.close();
    this.kept = true;
    this.socket.resume();
    if (this.parser.buffer.length) setImmediate(() => this._pipelined());
  }

  _pipelined() {
    if (this.open && !this.closing && this.call === null) this._next();
  }

  /** Ends it when all is written. */
  close() {
    this.closing = true;
    this.socket.destroySoon();
  }

  /** Ends it so that the client sees that the answer is not whole; what was written already may still go. */
  breakOff() {
    this.closing = true;
    this.call = null;
    setImmediate(() => this.socket.destroy());
  }
}

module.exports = { Connection };
