'use strict';
// Workers: started by generation, chosen for requests, ended when they overrun, idle or are not needed.
//
// One worker takes all requests as long as it can: a Node handler mostly waits. More are started, up to the
// number of processors, when one holds more than its share of the concurrency or does not answer at once.

const os = require('node:os');
const frames = require('./frames');
const { Guardian } = require('./guardian');
const { WorkerProcess, STARTING, READY, DRAINING } = require('./process');

const MOST_WORKERS = 4;
const IDLE = 60_000;
const PING_AFTER = 200, PONG_WITHIN = 250, ABORT_WITHIN = 1000, EXIT_WITHIN = 2000;
const LONGEST_BACK_OFF = 5000;

/** A request and what becomes of it. The front subclasses it to write answers. */
class Exchange {
  requestId = '';
  deadline = 0;
  begun = false;
  worker = null;
  job = 0;

  /** What the worker is told, at the moment it gets the request. */
  payload() {
    return [];
  }

  /** The worker's answer begins; throws if it must not be written. */
  head(_told) {}

  /** More of the body. */
  chunk(_data) {}

  /** The answer is complete. */
  end() {}

  /** There is no answer: the front makes its own. */
  fail(_status, _error, _more) {}
}

/** Workers with one env. */
class Generation {
  constructor(env, envVersion, settle) {
    Object.assign(this, { env, envVersion, settle });
    this.workers = new Set();
    this.begun = performance.now();
    this.settled = this.failed = false;
    this.wanted = 1;
    this.failures = 0;
    this.notBefore = 0;
  }

  /** Those that take requests, or soon will. */
  get alive() {
    return [...this.workers].filter((worker) => worker.state === STARTING || worker.state === READY);
  }

  get ready() {
    return [...this.workers].filter((worker) => worker.state === READY);
  }

  get starting() {
    return [...this.workers].some((worker) => worker.state === STARTING);
  }
}

/** All workers of an instance. */
class Pool {
  constructor(config, output, masker) {
    Object.assign(this, { config, output, masker });
    this.guardian = new Guardian();
    this.most = Math.max(1, Math.min(os.cpus().length, MOST_WORKERS, config.concurrency));
    this.share = Math.ceil(config.concurrency / this.most);
    this.current = null;
    this.generations = new Set();
    this.formerEnv = {};
    this.queue = [];
    this.jobs = 0;
    this.running = 0;
    this.restarts = 0;
    this.stopping = false;
  }

  get envVersion() {
    return this.current ? this.current.envVersion : this.config.envVersion;
  }

  get workers() {
    return [...this.generations].flatMap((generation) => [...generation.workers]);
  }

  get busy() {
    return this.queue.length > 0 || this.running > 0;
  }

  // --- generations

  /** Starts workers with an env; gives null when requests go to them, or the failure when they cannot be. */
  begin(env, envVersion) {
    return new Promise((settle) => {
      const generation = new Generation(env, envVersion, settle);
      const busy = this.current ? this.current.ready.filter((worker) => worker.jobs.size).length : 0;
      generation.wanted = Math.max(1, busy);
      this.generations.add(generation);
      this._remember();
      for (let started = 0; started < generation.wanted; started++) this._spawn(generation);
    });
  }

  _remember() {
    this.masker.keep([this.formerEnv, ...[...this.generations].map((generation) => generation.env)]);
  }

  /** The generation is ready, or has failed; told once. */
  _settle(generation, failure) {
    if (generation.settled) return;
    generation.settled = true;
    if (failure === null) {
      const before = this.current;
      this.current = generation;
      for (const worker of before?.workers ?? []) worker.drain();
      if (before) this._retireIfEmpty(before);
    } else {
      generation.failed = true;
      for (const worker of generation.workers) worker.kill('not needed');
      this._retireIfEmpty(generation);
    }
    generation.settle(failure && this._masked(failure));
    this.dispatch();
  }

  _masked(failure) {
    const masked = ([name, value]) => [name, typeof value === 'string' ? this.masker.mask(value) : value];
    return Object.fromEntries(Object.entries(failure).map(masked));
  }

  _retireIfEmpty(generation) {
    if (generation === this.current || !generation.settled || generation.workers.size) return;
    this.generations.delete(generation);
    if (!generation.failed) this.formerEnv = generation.env;
    this._remember();
  }

  // --- workers

  _spawn(generation) {
    generation.workers.add(new WorkerProcess(generation, this.config, this.masker, this));
    this._guard();
  }

  _guard() {
    this.guardian.watch(this.workers.map((worker) => worker.pid).filter(Boolean));
  }

  onLine(worker, stream, tag, text) {
    this.output.log(stream, text, tag ?? (worker.oneSlot ? worker.presentRequest : null));
  }

  onFrame(worker, { kind, job, payload }) {
    if (kind === frames.READY) return this._onReady(worker);
    if (kind === frames.FAILED) return this._onFailed(worker, JSON.parse(payload));
    if (kind === frames.PONG) {
      worker.answered = performance.now();
      return this.dispatch();
    }
    const take = ANSWERS[kind];
    if (!take) throw new frames.FrameError(`type ${kind}`);
    const exchange = worker.jobs.get(job);
    if (exchange) return take.call(this, worker, exchange, payload);
    if (!worker.aborted.has(job)) throw new frames.FrameError(`job ${job} is not with this worker`);
    if (LAST.has(kind)) { // it ends at last what nobody waits for
      worker.aborted.delete(job);
      this._freed(worker);
    }
  }

  _onReady(worker) {
    worker.becomeReady();
    const { generation } = worker;
    generation.failures = 0;
    if (!generation.settled && generation.ready.length >= generation.wanted) this._settle(generation, null);
    else if (generation.settled && generation !== this.current) worker.drain();
    for (const other of generation.ready) if (other.replaced) this._letGo(other);
    this.dispatch();
  }

  _onFailed(worker, told) {
    if (worker.state !== STARTING) throw new frames.FrameError('failed after it was ready');
    const failure = {
      class: String(told.class), message: String(told.message),
      package: told.package === null ? null : String(told.package), log_tail: String(told.log_tail),
    };
    if (worker.generation.settled) {
      this.output.log('stderr', this.masker.mask(`the code cannot be imported any more: ${failure.message}`));
    }
    this._settle(worker.generation, failure);
  }

  _onHead(worker, exchange, payload) {
    if (exchange.begun) throw new frames.FrameError('a second head');
    exchange.begun = true;
    exchange.head(JSON.parse(payload), worker.generation.envVersion);
  }

  _onChunk(worker, exchange, payload) {
    if (!exchange.begun) throw new frames.FrameError('a chunk before its head');
    exchange.chunk(payload);
  }

  _onEnd(worker, exchange) {
    if (!exchange.begun) throw new frames.FrameError('an end before its head');
    this._finish(worker, exchange);
    exchange.end();
  }

  _onRaised(worker, exchange, payload) {
    const errorType = String(JSON.parse(payload).errorType).slice(0, 200);
    this._finish(worker, exchange);
    exchange.fail(500, 'handler-raised', {
      body: { errorType, requestId: exchange.requestId }, envVersion: worker.generation.envVersion,
    });
  }

  _onBad(worker, exchange) {
    this._finish(worker, exchange);
    exchange.fail(502, 'bad-answer', { envVersion: worker.generation.envVersion });
  }

  _finish(worker, exchange) {
    worker.jobs.delete(exchange.job);
    this.running--;
    this._freed(worker);
  }

  _freed(worker) {
    worker.idleSince = performance.now();
    if (worker.state === DRAINING && !worker.jobs.size) this._letGo(worker);
    else if (this.queue.length) setImmediate(() => this.dispatch());
  }

  /** It takes no more; where it holds on to a job that nobody waits for, it is ended. */
  _letGo(worker) {
    worker.drain();
    if (!worker.jobs.size && worker.aborted.size) worker.kill('deadline');
  }

  onEnded(worker, how) {
    const { generation } = worker;
    const reason = worker.killedFor ?? how;
    const expected = reason === 'not needed' || (reason === 'exit 0' && worker.released);
    generation.workers.delete(worker);
    this._guard();
    this.running -= worker.jobs.size;
    for (const exchange of worker.jobs.values()) {
      exchange.fail(502, 'worker-ended', { envVersion: generation.envVersion });
    }
    worker.jobs.clear();
    if (!expected) this._unexpected(worker, reason);
    this._retireIfEmpty(generation);
    this._keepOne();
    this.dispatch();
  }

  _unexpected(worker, reason) {
    const { generation } = worker;
    if (!generation.failed) {
      this.output.event('worker-ended', { pid: worker.pid, reason });
      this.restarts++;
    }
    if (!generation.settled) {
      this._settle(generation, {
        class: 'WorkerDied', message: `a worker ended while it started (${reason})`, package: null, log_tail: worker.tail,
      });
    } else if (!worker.wasReady) {
      generation.failures++;
      generation.notBefore = performance.now() + Math.min(LONGEST_BACK_OFF, 50 * 2 ** generation.failures);
    }
  }

  /** An instance that serves has a worker, also while nothing is asked of it. */
  _keepOne() {
    const generation = this.current;
    if (generation && !this.stopping && !generation.alive.length) this._spawnUnlessFailing(generation);
  }

  _spawnUnlessFailing(generation) {
    if (performance.now() >= generation.notBefore) this._spawn(generation);
  }

  // --- requests

  /** Takes a request, or gives false: too many are waiting. */
  submit(exchange) {
    if (this.running + this.queue.length >= 2 * this.config.concurrency) return false;
    this.queue.push(exchange);
    this.dispatch();
    return true;
  }

  /** The requests that wait, which are the caller's from now on. */
  takeQueue() {
    return this.queue.splice(0);
  }

  dispatch() {
    while (this.queue.length && this.running < this.config.concurrency) {
      const worker = this._freeWorker();
      if (!worker) return this._grow();
      this._give(worker, this.queue.shift());
      if (worker.jobs.size > this.share) this._grow();
    }
  }

  _give(worker, exchange) {
    this.jobs = (this.jobs + 1) >>> 0;
    Object.assign(exchange, { worker, job: this.jobs });
    worker.jobs.set(exchange.job, exchange);
    worker.presentRequest = exchange.requestId;
    this.running++;
    worker.send(frames.frame(frames.JOB, exchange.job, ...exchange.payload()));
  }

  _freeWorker() {
    let best = null;
    for (const worker of this.current?.workers ?? []) {
      const free = worker.state === READY && !worker.unsure && worker.load < this.config.concurrency;
      if (free && (!best || rank(worker) < rank(best))) best = worker;
    }
    return best;
  }

  _grow() {
    const generation = this.current;
    if (!generation || generation.starting) return;
    const alive = generation.alive.filter((worker) => !worker.replaced);
    if (alive.length < this.most) this._spawnUnlessFailing(generation);
  }

  /** A client took so many bytes of an answer. */
  acknowledge(exchange, size) {
    exchange.worker.send(frames.ackFrame(exchange.job, size));
  }

  // --- time

  /** What time has brought; called some thirty times a second while requests run. */
  scan(now) {
    for (const exchange of this.queue.filter((waiting) => now >= waiting.deadline)) {
      this.queue.splice(this.queue.indexOf(exchange), 1);
      exchange.fail(504, 'timeout');
    }
    for (const generation of this.generations) this._scanStart(generation, now);
    for (const worker of this.workers) this._scanWorker(worker, now);
    this._shrink(now);
    this._keepOne();
    this.dispatch();
  }

  _scanStart(generation, now) {
    const late = now - generation.begun > this.config.startupTimeout;
    if (!generation.settled && late) {
      const [worker] = generation.workers;
      this._settle(generation, {
        class: 'StartupTimeout', package: null, log_tail: worker?.tail ?? '',
        message: `the code was not imported within ${this.config.startupTimeout / 1000} s`,
      });
    }
    for (const worker of generation.workers) {
      const stuck = worker.state === STARTING && now - worker.started > this.config.startupTimeout;
      if (generation.settled && stuck) worker.kill('deadline');
    }
  }

  _scanWorker(worker, now) {
    if (worker.killedFor) return worker.kill(worker.killedFor); // it may have forked on while it was killed
    for (const exchange of [...worker.jobs.values()]) if (now >= exchange.deadline) this._overrun(worker, exchange, now);
    if (now - worker.closedSince > EXIT_WITHIN) return worker.kill(worker.released ? 'blocked' : 'protocol');
    const unheard = [...worker.aborted.values()].some((since) => since > worker.answered);
    if (worker.unsure && unheard && now - worker.asked > PONG_WITHIN) worker.kill('blocked');
    else if ([...worker.aborted.values()].some((since) => now - since > ABORT_WITHIN)) this._replace(worker);
    else if (worker.jobs.size && now - Math.max(worker.idleSince, worker.asked) > PING_AFTER) {
      if (worker.unsure && worker.jobs.size > 1) this._grow();
      worker.ask(now);
    }
  }

  _overrun(worker, exchange, now) {
    worker.jobs.delete(exchange.job);
    this.running--;
    exchange.fail(504, 'timeout', { envVersion: worker.generation.envVersion });
    if (worker.oneSlot) return worker.kill('deadline');
    worker.aborted.set(exchange.job, now);
    worker.send(frames.frame(frames.ABORT, exchange.job));
    worker.ask(now);
  }

  /** It serves on until another is ready, then finishes what it has. */
  _replace(worker) {
    worker.replaced = true;
    const { generation } = worker;
    const others = generation === this.current ? generation.alive.filter((other) => !other.replaced) : [];
    if (generation !== this.current || this.stopping || others.some((other) => other.state === READY)) this._letGo(worker);
    else if (!others.length) this._spawnUnlessFailing(generation);
  }

  _shrink(now) {
    const ready = this.current?.ready ?? [];
    if (this.queue.length || ready.length < 2) return;
    ready.find((worker) => !worker.load && now - worker.idleSince > IDLE)?.drain();
  }

  // --- the end

  /** Ends all workers: those that do nothing in good order, the others not later than in so many milliseconds. */
  async end(longest) {
    this.stopping = true;
    for (const worker of this.workers) worker.drain();
    const until = performance.now() + longest;
    while (this.workers.length && performance.now() < until) await new Promise((resume) => setTimeout(resume, 10));
    for (const worker of this.workers) worker.kill('not needed');
    this.guardian.end();
  }
}

/** Fewest requests first; one that is being replaced last. */
function rank(worker) {
  return worker.load + (worker.replaced ? 1 << 20 : 0);
}

const ANSWERS = {
  [frames.HEAD]: Pool.prototype._onHead,
  [frames.CHUNK]: Pool.prototype._onChunk,
  [frames.END]: Pool.prototype._onEnd,
  [frames.RAISED]: Pool.prototype._onRaised,
  [frames.BAD]: Pool.prototype._onBad,
};
const LAST = new Set([frames.END, frames.RAISED, frames.BAD]);

module.exports = { Exchange, Pool };
