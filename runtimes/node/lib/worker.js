'use strict';
/** Runs the handler: several requests at once on this process's event loop. */
const { AsyncLocalStorage } = require('node:async_hooks');
const net = require('node:net');
const { Context, eventOf } = require('./event');
const { Frames, PIECE, TYPE, WINDOW, frame, json, jobOf } = require('./frames');
const { LoadError, classOf, load, traceOf } = require('./loader');
const { TAG, TAG_END } = require('./logs');
const { BadAnswer, answerOf, pieceOf } = require('./result');

const requests = new AsyncLocalStorage();

/** Loads the handler of the directory the front names, says how that went, and serves until the front closes. */
async function main(channelFd) {
  const channel = new net.Socket({ fd: channelFd, readable: true, writable: true });
  channel.on('error', () => process.exit(1)); // the front is gone
  channel.on('close', () => process.exit(0));
  tagLines(process.stdout);
  tagLines(process.stderr);
  const { CALLBACKS_CALLBACK_ID: callbackId } = process.env;
  try {
    const handler = await load(functionDirectory());
    new Worker(channel, handler, callbackId ?? '').run();
  } catch (error) {
    const failure = error instanceof LoadError ? error : new LoadError(classOf(error), String(error), null, traceOf(error));
    channel.end(json(TYPE.FAILED, 0, failure.told()), () => process.exit(1));
  }
}

/** Named by the command line, so that no variable of the front's reaches the handler. */
function functionDirectory() {
  return process.argv[4];
}

/** A request while it runs. */
class Running {
  constructor(number, job) {
    this.number = number;
    this.job = job;
    this.requestId = job.requestId;
    this.ended = false;
    this.unacknowledged = 0;
    this.room = () => {};
    this.abort = new AbortController();
  }
}

class Worker {
  constructor(channel, handler, callbackId) {
    this.channel = channel;
    this.handler = handler;
    this.callbackId = callbackId;
    this.running = new Map();
    this.received = new Frames();
  }

  run() {
    process.on('uncaughtException', (error) => this.uncaught(error));
    process.on('unhandledRejection', (error) => this.uncaught(error));
    this.channel.on('data', (data) => {
      for (const { type, job, payload } of this.received.feed(data)) this.take(type, job, payload);
    });
    this.channel.write(frame(TYPE.READY));
  }

  take(type, number, payload) {
    const known = this.running.get(number);
    if (type === TYPE.JOB) this.begin(number, jobOf(payload));
    else if (type === TYPE.PING) this.channel.write(frame(TYPE.PONG));
    else if (type === TYPE.ABORT) known?.abort.abort(new Error('the deadline has passed'));
    else if (type === TYPE.ACK && known) {
      known.unacknowledged -= payload.readUInt32LE(0);
      known.room();
    }
  }

  begin(number, job) {
    const running = new Running(number, job);
    this.running.set(number, running);
    requests.run(running, () => this.serve(running));
  }

  async serve(running) {
    try {
      const { job } = running;
      const context = new Context(job.requestId, job.milliseconds, running.abort.signal);
      const answer = answerOf(await called(this.handler, eventOf(job, this.callbackId), context));
      if (Buffer.isBuffer(answer.body)) this.whole(running, answer);
      else await this.stream(running, answer);
    } catch (error) {
      if (error instanceof BadAnswer) this.bad(running, error);
      else this.raised(running, error);
    }
  }

  whole(running, { status, headers, body }) {
    const parts = [json(TYPE.HEAD, running.number, { status, headers, length: body.length })];
    for (let at = 0; at < body.length; at += PIECE) {
      parts.push(frame(TYPE.CHUNK, running.number, body.subarray(at, at + PIECE)));
    }
    this.end(running, Buffer.concat([...parts, frame(TYPE.END, running.number)]));
  }

  async stream(running, { status, headers, body }) {
    this.send(running, json(TYPE.HEAD, running.number, { status, headers, length: null }));
    for await (const piece of body) {
      const bytes = pieceOf(piece);
      for (let at = 0; at < bytes.length; at += PIECE) {
        const part = bytes.subarray(at, at + PIECE);
        await this.roomFor(running, part.length);
        this.send(running, frame(TYPE.CHUNK, running.number, part));
      }
      if (running.ended) return;
    }
    this.end(running, frame(TYPE.END, running.number));
  }

  async roomFor(running, size) {
    running.unacknowledged += size;
    while (running.unacknowledged > WINDOW) {
      await new Promise((resolve) => {
        running.room = resolve;
      });
    }
  }

  bad(running, error) {
    if (!running.ended) process.stderr.write(`the answer is malformed: ${error.message}\n`);
    this.end(running, frame(TYPE.BAD, running.number));
  }

  raised(running, error) {
    process.stderr.write(traceOf(error));
    this.end(running, json(TYPE.RAISED, running.number, { errorType: classOf(error) }));
  }

  /** What nobody caught belongs to the request it came from; what belongs to none ends the process, as usual. */
  uncaught(error) {
    const running = requests.getStore();
    if (running) return this.raised(running, error);
    process.stderr.write(`${traceOf(error)}`);
    return process.exit(1);
  }

  send(running, data) {
    if (!running.ended) this.channel.write(data);
  }

  end(running, data) {
    if (running.ended) return;
    running.ended = true;
    this.running.delete(running.number);
    process.stdout.endLine(running);
    process.stderr.endLine(running);
    this.channel.write(data);
  }
}

/** What the handler gives, whether it returns, promises or calls back. */
function called(handler, event, context) {
  if (handler.length < 3) return handler(event, context);
  return new Promise((resolve, reject) => {
    const given = handler(event, context, (error, result) => (error ? reject(error) : resolve(result)));
    if (typeof given?.then === 'function') given.then(resolve, reject);
  });
}

/** Puts the request in front of each line it writes; several write at once. */
function tagLines(stream) {
  const write = stream.write.bind(stream);
  const rests = new WeakMap();
  stream.write = (chunk, encoding, done) => {
    const running = requests.getStore();
    if (!running) return write(chunk, encoding, done);
    const text = typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8');
    const lines = ((rests.get(running) ?? '') + text).split('\n');
    rests.set(running, running.ended ? '' : lines.pop());
    const tag = TAG + running.requestId + TAG_END;
    const callBack = typeof encoding === 'function' ? encoding : done;
    return write(lines.map((line) => `${tag}${line}\n`).join(''), 'utf8', callBack);
  };
  stream.endLine = (running) => {
    const rest = rests.get(running);
    if (rest) write(`${TAG}${running.requestId}${TAG_END}${rest}\n`);
    rests.delete(running);
  };
}

module.exports = { called, main };
