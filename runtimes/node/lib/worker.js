'use strict';
// Runs the handler: as many requests at once on its event loop as the front gives it.

const fs = require('node:fs');
const net = require('node:net');
const frames = require('./frames');
const { BadEvent, Context, decodeJob, eventOf } = require('./event');
const { LoadError, classOf, load, loadErrorOf, traceOf } = require('./loader');
const { BadAnswer, answerOf, pieceOf } = require('./result');
const { requests, tagLines } = require('./tags');

const CHANNEL = 3;
const NOTHING = Buffer.alloc(0);
const TOO_LATE = 'the deadline has passed';

/** A request while it is with this worker. */
class Request {
  #controller = null;

  constructor(number, id) {
    Object.assign(this, { number, id });
    this.unacknowledged = 0;
    this.aborted = this.ended = false;
    this.wake = () => {};
    this.failed = new Promise((_, reject) => {
      this.fail = reject;
    });
    this.failed.catch(() => {}); // nobody may be waiting any more
  }

  /** Says when the deadline has passed; made only for those who ask. */
  get signal() {
    if (!this.#controller) {
      this.#controller = new AbortController();
      if (this.aborted) this.#controller.abort(new Error(TOO_LATE));
    }
    return this.#controller.signal;
  }

  abort() {
    this.aborted = true;
    this.#controller?.abort(new Error(TOO_LATE));
    this.wake();
  }

  acknowledge(size) {
    this.unacknowledged -= size;
    this.wake();
  }

  /** Waits until the client has taken enough of what was sent. */
  async room() {
    while (this.unacknowledged > frames.WINDOW && !this.aborted && !this.ended) {
      await new Promise((resolve) => {
        this.wake = resolve;
      });
    }
    if (this.aborted) throw new Error(TOO_LATE);
    if (this.ended) throw new Error('the request has failed');
  }

  end() {
    this.ended = true;
    this.wake();
  }
}

class Worker {
  constructor(settings) {
    this.settings = settings;
    this.received = new frames.Frames(Infinity);
    this.requests = new Map();
    this.ending = false;
    this.handler = null;
    this.channel = new net.Socket({ fd: CHANNEL, allowHalfOpen: true });
    this.say = () => {};
    this.finishLines = () => {};
  }

  async run() {
    this.finishLines = tagLines();
    this.say = process.stderr.write.bind(process.stderr); // user code may replace it
    process.on('uncaughtException', (error) => this._onStray(error));
    this.channel.on('data', (data) => this._onData(data));
    this.channel.on('end', () => this._onEnd());
    this.channel.on('error', () => process.exit(1)); // the front is gone
    try {
      this.handler = await load(this.settings.function);
    } catch (error) {
      return this._cannotLoad(error);
    }
    this.channel.write(frames.frame(frames.READY));
  }

  _cannotLoad(error) {
    const told = (error instanceof LoadError ? error : loadErrorOf(error)).told();
    this.channel.write(frames.jsonFrame(frames.FAILED, 0, told), () => process.exit(1));
  }

  /** What nobody caught costs the request it came from a 500; from none, it ends the worker as Node would. */
  _onStray(error) {
    const request = requests.getStore();
    if (request) {
      if (!this.requests.has(request.number)) this.say(`${traceOf(error)}\n`);
      return request.fail(error);
    }
    if (!this.handler) return this._cannotLoad(error);
    this.say(`${traceOf(error)}\n`);
    process.exit(1);
  }

  _onData(data) {
    this.received.feed(data);
    for (const { kind, job, payload } of this.received) {
      if (kind === frames.JOB) this._begin(job, payload);
      else if (kind === frames.PING) this.channel.write(frames.frame(frames.PONG));
      else if (kind === frames.ABORT) this.requests.get(job)?.abort();
      else if (kind === frames.ACK) this.requests.get(job)?.acknowledge(payload.readUInt32LE(0));
    }
  }

  _onEnd() {
    this.ending = true;
    this._endIfDone();
  }

  _endIfDone() {
    if (this.ending && !this.requests.size) this.channel.end(() => process.exit(0));
  }

  _begin(number, payload) {
    const { job, body } = decodeJob(payload);
    const request = new Request(number, job.requestId);
    this.requests.set(number, request);
    requests.run(request, () => this._serve(request, job, body));
  }

  async _serve(request, job, body) {
    let last;
    try {
      const event = eventOf(job, body, this.settings.callbackId);
      const deadline = performance.now() + job.milliseconds;
      const context = new Context(job.requestId, deadline, process.env, () => request.signal);
      const result = await Promise.race([this.handler(event, context), request.failed]);
      await this._answer(request, answerOf(result));
    } catch (error) {
      last = this._failure(request, error);
    }
    request.end();
    this.finishLines(request);
    if (last) this.channel.write(last);
    this.requests.delete(request.number);
    this._endIfDone();
  }

  async _answer(request, { status, headers, body }) {
    const whole = Buffer.isBuffer(body);
    const head = frames.jsonFrame(frames.HEAD, request.number, { status, headers, length: whole ? body.length : null });
    const end = () => frames.frame(frames.END, request.number);
    if (whole && body.length <= frames.PIECE) {
      const chunk = body.length ? frames.frame(frames.CHUNK, request.number, body) : NOTHING;
      this.finishLines(request);
      this.channel.write(Buffer.concat([head, chunk, end()]));
      return;
    }
    this.channel.write(head);
    await Promise.race([whole ? this._send(request, body) : this._stream(request, body), request.failed]);
    this.finishLines(request);
    this.channel.write(end());
  }

  async _stream(request, pieces) {
    for await (const piece of pieces) {
      await this._send(request, pieceOf(piece));
      await new Promise(setImmediate); // others want a turn, and this piece is to leave
    }
  }

  async _send(request, bytes) {
    for (let at = 0; at < bytes.length; at += frames.PIECE) {
      const piece = bytes.subarray(at, at + frames.PIECE);
      await request.room();
      request.unacknowledged += piece.length;
      this.channel.write(frames.frame(frames.CHUNK, request.number, piece));
    }
  }

  /** Tells the log why, and gives the frame that tells the front. */
  _failure(request, error) {
    if (error instanceof BadEvent) {
      this.say(`the event cannot be read: ${error.message}\n`);
      return frames.frame(frames.BAD_EVENT, request.number);
    }
    if (error instanceof BadAnswer) {
      this.say(`the answer is malformed: ${error.message}\n`);
      return frames.frame(frames.BAD, request.number);
    }
    this.say(`${traceOf(error)}\n`);
    return frames.jsonFrame(frames.RAISED, request.number, { errorType: classOf(error) });
  }
}

/** Where all memory is used, the front goes on: it answers for those that died. */
function dieFirst() {
  try {
    fs.writeFileSync('/proc/self/oom_score_adj', '500');
  } catch {
    // a system that has no such choice
  }
}

const settings = JSON.parse(process.argv[2]);
process.argv.splice(1, Infinity, settings.function);
if (process.ppid !== settings.front) process.exit(1); // it was killed before it could tell its guardian
dieFirst();
new Worker(settings).run();
