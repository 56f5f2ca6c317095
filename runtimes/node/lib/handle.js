'use strict';
// A worker as the front sees it: the requests it has, what it says of them, and whether it still does its work.

const frames = require('./frames');
const { WorkerProcess } = require('./process');

const STARTING = 'starting', READY = 'ready', DRAINING = 'draining', GONE = 'gone';
const PING_AFTER = 200, PONG_WITHIN = 1000, ABORT_WITHIN = 1000, EXIT_WITHIN = 2000;
const TAIL = 8 << 10;
const LAST = new Set([frames.END, frames.RAISED, frames.BAD, frames.BAD_EVENT]);

class Handle {
  constructor(pool, generation) {
    const { config, masker, output } = pool;
    Object.assign(this, { pool, generation, masker, output });
    this.oneSlot = config.concurrency === 1;
    this.state = STARTING;
    this.jobs = new Map(); // number -> exchange
    this.aborted = new Map(); // number of a job nobody waits for -> since when
    this.started = this.idleSince = performance.now();
    this.asked = this.answered = 0;
    this.closedSince = Infinity;
    this.presentRequest = null;
    this.wasReady = false;
    this.released = false; // it was told to end
    this.replaced = false; // it will not let go of a job: another takes its place
    this.killedFor = null;
    this.tail = ''; // what it said while it started
    this.process = new WorkerProcess(config, generation.environ, masker, this);
  }

  get pid() {
    return this.process.pid;
  }

  /** Whether it takes requests, or soon will. */
  get alive() {
    return this.state === STARTING || this.state === READY;
  }

  /** Asked whether it is alive and has not answered yet. */
  get unsure() {
    return this.asked > this.answered;
  }

  /** For how long it has been asked without an answer. */
  silence(now) {
    return this.unsure ? now - this.asked : 0;
  }

  get load() {
    return this.jobs.size + this.aborted.size;
  }

  // --- to the worker

  give(exchange, number) {
    this.jobs.set(number, exchange);
    this.presentRequest = exchange.requestId;
    exchange.acknowledge = (size) => this.process.send(frames.ackFrame(number, size));
    this.process.send(frames.frame(frames.JOB, number, ...exchange.payload()));
  }

  /** It gets no more requests; it ends when it has finished those it has. */
  drain() {
    if (this.alive) this.state = DRAINING;
    if (this.state !== DRAINING || this.jobs.size) return;
    if (this.aborted.size) return this.kill('deadline'); // it holds on to what nobody waits for
    this.released = true;
    this._close();
  }

  /** Ends it and all that it started, at once. */
  kill(reason) {
    this.killedFor ??= reason;
    if (this.state !== GONE) this.state = DRAINING;
    this.process.kill();
  }

  _close() {
    this.closedSince = Math.min(this.closedSince, performance.now());
    this.process.close();
  }

  _ask(now) {
    if (this.unsure) return;
    this.asked = now;
    this.process.send(frames.frame(frames.PING));
  }

  // --- from the worker

  onLine(stream, tag, text) {
    if (this.state === STARTING) this.tail = `${this.tail}${text}\n`.slice(-TAIL);
    this.output.log(stream, text, tag ?? (this.oneSlot ? this.presentRequest : null));
  }

  onFrame({ kind, job, payload }) {
    const exchange = this.jobs.get(job);
    if (kind === frames.READY) this._onReady();
    else if (kind === frames.FAILED) this._onFailed(JSON.parse(payload));
    else if (kind === frames.PONG) this._onPong();
    else if (exchange) this._onAnswer(kind, job, exchange, payload);
    else this._onAborted(kind, job);
  }

  onFault(error) {
    this.output.log('stderr', this.masker.mask(`a worker sent what it must not: ${error.message}`));
    this.kill('protocol');
  }

  _onReady() {
    if (this.state !== STARTING) throw new frames.FrameError('ready twice');
    this.state = READY;
    this.wasReady = true;
    this.generation.onReady();
  }

  _onFailed(told) {
    if (this.wasReady) throw new frames.FrameError('failed after it was ready');
    const text = (value) => (value === null ? null : String(value));
    const { class: kind, message, package: name, log_tail: tail } = told;
    this.generation.onFailed({ class: text(kind), message: text(message), package: text(name), log_tail: text(tail) });
  }

  _onPong() {
    this.answered = performance.now();
    this.pool.dispatch();
  }

  _onAnswer(kind, job, exchange, payload) {
    if (kind === frames.HEAD && !exchange.begun) {
      exchange.begun = true;
      exchange.head(JSON.parse(payload), this.generation.envVersion);
    } else if (kind === frames.CHUNK && exchange.begun) {
      exchange.chunk(payload);
    } else if (LAST.has(kind) && (kind !== frames.END || exchange.begun)) {
      const errorType = kind === frames.RAISED ? String(JSON.parse(payload).errorType).slice(0, 200) : null;
      this.jobs.delete(job);
      this._freed();
      this._conclude(kind, exchange, errorType);
    } else {
      throw new frames.FrameError(`type ${kind} out of turn`);
    }
  }

  _conclude(kind, exchange, errorType) {
    const { envVersion } = this.generation;
    const { requestId } = exchange;
    if (kind === frames.END) exchange.end();
    else if (kind === frames.BAD) exchange.fail(502, 'bad-answer', { envVersion });
    else if (kind === frames.BAD_EVENT) exchange.fail(400, 'bad-event', { envVersion });
    else exchange.fail(500, 'handler-raised', { body: { errorType, requestId }, envVersion });
  }

  _onAborted(kind, job) {
    const isAnswer = LAST.has(kind) || kind === frames.HEAD || kind === frames.CHUNK;
    if (!isAnswer || !this.aborted.has(job)) throw new frames.FrameError(`type ${kind} for job ${job}`);
    if (!LAST.has(kind)) return;
    this.aborted.delete(job); // at last ends what nobody waits for
    this._freed();
  }

  _freed() {
    this.idleSince = performance.now();
    if (this.state === DRAINING) this.drain();
    else this.pool.freed();
  }

  onClosed() {
    if (this.state !== GONE) this.state = DRAINING;
    this._close();
  }

  onEnded(how) {
    const reason = this.killedFor ?? how;
    this.state = GONE;
    const { envVersion } = this.generation;
    const blameless = !(this.load || this.killedFor || this.released);
    const lost = [...this.jobs.values()];
    this.jobs.clear();
    for (const exchange of lost) exchange.fail(502, 'worker-ended', { envVersion });
    this.generation.onEnded(this, reason, reason === 'exit 0' && this.released, blameless);
  }

  // --- time

  scan(now) {
    if (this.killedFor) return this.kill(this.killedFor); // it may have forked on while it was killed
    for (const [job, exchange] of this.jobs) if (now >= exchange.deadline) this._overrun(job, exchange, now);
    if (now - this.closedSince > EXIT_WITHIN) return this.kill(this.released ? 'blocked' : 'protocol');
    const since = [...this.aborted.values()];
    const unheard = since.some((when) => when > this.answered);
    if (unheard && this.silence(now) > PONG_WITHIN) this.kill('blocked');
    else if (since.some((when) => now - when > ABORT_WITHIN)) this.pool.replace(this);
    else if (this.jobs.size && now - Math.max(this.idleSince, this.asked) > PING_AFTER) this._ask(now);
  }

  /** One request at a time: it is ended. Several: it is asked to let go of this one, and whether it still can. */
  _overrun(job, exchange, now) {
    this.jobs.delete(job);
    exchange.fail(504, 'timeout', { envVersion: this.generation.envVersion });
    if (this.oneSlot) return this.kill('deadline');
    this.aborted.set(job, now);
    this.process.send(frames.frame(frames.ABORT, job));
    this._ask(now);
  }
}

module.exports = { Handle, READY, STARTING };
