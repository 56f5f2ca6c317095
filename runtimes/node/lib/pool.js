'use strict';
/** Workers: started by generation, chosen for requests, ended when they overrun, idle or are not needed. */
const { spawn } = require('node:child_process');
const os = require('node:os');
const path = require('node:path');
const { FrameError, Frames, TYPE, frame, jobPayload } = require('./frames');
const { Guard, killGroup } = require('./guard');
const { Lines } = require('./logs');

const MOST_WORKERS = 4;
const IDLE = 60_000;
const PING_AFTER = 200;
const PONG_WITHIN = 250;
const ABORT_WITHIN = 1_000;
const SCAN_EVERY = 25; // while there is something to watch
const SCAN_IDLE_EVERY = 500;
const LAST_FRAMES_WITHIN = 100;
const MAIN = path.join(path.dirname(__dirname), 'main.js');
const ENDINGS = new Set([TYPE.END, TYPE.RAISED, TYPE.BAD]);

/** Workers with one env. `then` is called once: with null, or with the failure. */
class Generation {
  constructor(env, envVersion, wanted, then) {
    Object.assign(this, { env, envVersion, wanted, then });
    this.workers = new Set();
    this.begun = performance.now();
    this.settled = false;
    this.failures = 0;
    this.notBefore = 0;
  }
}

class Worker {
  constructor(generation) {
    this.generation = generation;
    this.state = 'starting'; // then ready, draining, gone
    this.jobs = new Map(); // number -> exchange
    this.aborted = new Map(); // number -> when
    this.received = new Frames();
    this.idleSince = performance.now();
    this.asked = this.answered = 0;
    this.killedFor = null;
    this.lastRequest = null;
  }

  /** Asked whether its loop turns, and has not answered yet. */
  get unsure() {
    return this.asked > this.answered;
  }

  get pid() {
    return this.child.pid;
  }
}

/**
 * All workers of an instance. An exchange has `requestId`, `deadline` (of performance.now()), `job`, `body`, `begun`
 * and takes `head(told, worker)`, `chunk(bytes)`, `end()` and `fail(status, error, body, envVersion)`.
 */
class Pool {
  constructor(config, output, masker, onHopeless) {
    Object.assign(this, { config, output, masker, onHopeless });
    this.current = null;
    this.generations = new Set();
    this.queue = [];
    this.lastJob = 0;
    this.restarts = 0;
    this.stopping = false;
    this.most = Math.max(1, Math.min(os.cpus().length, MOST_WORKERS, config.concurrency));
    this.slots = Math.ceil(config.concurrency / this.most);
    this.guard = new Guard((error) => process.stderr.write(`callbacks-shim: no guard for the workers: ${error.message}\n`));
    this.scanEvery(SCAN_EVERY);
  }

  get workers() {
    return [...this.generations].flatMap((generation) => [...generation.workers]);
  }

  get inFlight() {
    return this.workers.reduce((sum, worker) => sum + worker.jobs.size, 0);
  }

  get busy() {
    return this.queue.length > 0 || this.inFlight > 0;
  }

  // --- generations

  /** Starts workers with an env; `then(failure)` when they are ready, or cannot be. */
  begin(env, envVersion, then) {
    const busy = this.current ? [...this.current.workers].filter((worker) => worker.jobs.size).length : 1;
    const generation = new Generation(env, envVersion, Math.max(1, busy), then);
    this.generations.add(generation);
    this.masker.take(env);
    this.scanEvery(SCAN_EVERY);
    for (let n = 0; n < generation.wanted; n += 1) this.spawn(generation);
  }

  /** The generation is ready, or has failed; told once. */
  settle(generation, failure) {
    if (generation.settled) return;
    generation.settled = true;
    if (failure) {
      for (const worker of generation.workers) this.kill(worker, 'startup');
      this.generations.delete(generation);
      generation.then(this.masked(failure));
      return;
    }
    const before = this.current;
    this.current = generation;
    before?.workers.forEach((worker) => this.drain(worker));
    this.retireIfEmpty(before);
    generation.then(null);
    this.dispatch();
  }

  masked(failure) {
    const mask = (value) => (typeof value === 'string' ? this.masker.mask(value) : value);
    return Object.fromEntries(Object.entries(failure).map(([name, value]) => [name, mask(value)]));
  }

  retireIfEmpty(generation) {
    if (generation && generation !== this.current && generation.settled && !generation.workers.size) {
      this.generations.delete(generation);
    }
  }

  // --- workers

  spawn(generation) {
    const worker = new Worker(generation);
    const words = [`--max-old-space-size=${this.config.memoryMb}`, MAIN, 'worker', '3', this.config.function];
    worker.child = spawn(process.execPath, words, {
      env: this.config.workerEnviron(generation.env, generation.envVersion),
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
      detached: true,
    });
    generation.workers.add(worker);
    worker.child.on('error', (error) => this.ended(worker, `cannot start: ${error.message}`));
    if (worker.pid === undefined) return;
    this.guard.watch(worker.pid);
    worker.child.on('exit', (code, signal) => this.onExit(worker, signal ? `signal ${os.constants.signals[signal]}` : `exit ${code}`));
    this.readLog(worker, 'stdout');
    this.readLog(worker, 'stderr');
    worker.channel = worker.child.stdio[3];
    worker.channel.on('error', () => {}); // it has ended, which is told by its exit
    worker.channel.on('data', (data) => this.onData(worker, data));
  }

  readLog(worker, stream) {
    const lines = new Lines(stream, this.masker);
    const log = (data, last) => {
      for (const { tag, text } of lines.feed(data, last)) {
        this.output.log(stream, text, tag ?? this.requestOf(worker));
      }
    };
    worker.child[stream].on('data', (data) => log(data, false));
    worker.child[stream].on('end', () => log(Buffer.alloc(0), true));
    worker.child[stream].on('error', () => {});
  }

  /** Whose a line is that the worker did not tag: known only where there is one request at a time. */
  requestOf(worker) {
    if (this.slots > 1) return null;
    const [exchange] = worker.jobs.values();
    return exchange?.requestId ?? worker.lastRequest;
  }

  onData(worker, data) {
    try {
      for (const { type, job, payload } of worker.received.feed(data)) {
        if (worker.killedFor !== 'protocol') this.take(worker, type, job, payload);
      }
    } catch (error) {
      this.output.log('stderr', `a worker sent what it must not: ${error.message}`);
      this.kill(worker, 'protocol');
    }
  }

  take(worker, type, job, payload) {
    if (type === TYPE.READY) return this.onReady(worker);
    if (type === TYPE.FAILED) return this.onFailed(worker, JSON.parse(payload));
    if (type === TYPE.PONG) {
      worker.answered = performance.now();
      return this.dispatch();
    }
    const exchange = worker.jobs.get(job);
    if (exchange) return this.onAnswer(worker, type, job, exchange, payload);
    if (!worker.aborted.has(job)) throw new FrameError(`a frame of type ${type} for job ${job}`);
    if (ENDINGS.has(type)) { // at last ends what nobody waits for
      worker.aborted.delete(job);
      this.freed(worker);
    }
    return undefined;
  }

  onAnswer(worker, type, job, exchange, payload) {
    const { envVersion } = worker.generation;
    if (type === TYPE.HEAD && !exchange.begun) return exchange.head(JSON.parse(payload), envVersion);
    if (type === TYPE.CHUNK && exchange.begun) return exchange.chunk(payload);
    if (type === TYPE.END && exchange.begun) {
      this.finish(worker, job);
      return exchange.end();
    }
    if (type === TYPE.RAISED) {
      const errorType = String(JSON.parse(payload).errorType).slice(0, 200);
      this.finish(worker, job);
      return exchange.fail(500, 'handler-raised', { errorType, requestId: exchange.requestId }, envVersion);
    }
    if (type === TYPE.BAD) {
      this.finish(worker, job);
      return exchange.fail(502, 'bad-answer', null, envVersion);
    }
    throw new FrameError(`a frame of type ${type} out of turn`);
  }

  finish(worker, job) {
    worker.lastRequest = worker.jobs.get(job).requestId;
    worker.jobs.delete(job);
    this.freed(worker);
  }

  freed(worker) {
    worker.idleSince = performance.now();
    if (worker.state === 'draining' && !worker.jobs.size) this.drained(worker);
    setImmediate(() => this.dispatch());
  }

  drained(worker) {
    if (worker.aborted.size) this.kill(worker, 'deadline');
    else worker.channel.end();
  }

  onReady(worker) {
    if (worker.state !== 'starting') throw new FrameError('ready twice');
    worker.state = 'ready';
    const { generation } = worker;
    generation.failures = 0;
    const ready = [...generation.workers].filter(({ state }) => state === 'ready').length;
    if (!generation.settled && ready >= generation.wanted) this.settle(generation, null);
    else if (generation.settled && generation !== this.current) this.drain(worker);
    else this.dispatch();
  }

  onFailed(worker, failure) {
    if (worker.state !== 'starting') throw new FrameError('failed after it was ready');
    const { class: kind, message, package: packageName, log_tail: trace } = failure;
    const told = { class: String(kind), message: String(message), package: packageName ?? null, log_tail: String(trace) };
    const { generation } = worker;
    if (!generation.settled) this.settle(generation, told);
    else if (generation === this.current && generation.workers.size === 1) {
      this.onHopeless(`the code cannot be imported any more: ${this.masker.mask(told.message)}`);
    }
  }

  drain(worker) {
    if (worker.state !== 'starting' && worker.state !== 'ready') return;
    worker.state = 'draining';
    if (!worker.jobs.size) this.drained(worker);
  }

  /** Its last frames may still be on their way, unless something it started holds on to the channel. */
  onExit(worker, how) {
    killGroup(worker.pid);
    this.guard.forget(worker.pid);
    const end = () => this.ended(worker, how);
    if (worker.channel.destroyed || worker.channel.readableEnded) return end();
    worker.channel.once('close', end);
    setTimeout(end, LAST_FRAMES_WITHIN).unref();
  }

  ended(worker, how) {
    if (worker.state === 'gone') return;
    const { generation, state } = worker;
    const expected = state === 'draining' && !worker.jobs.size && !worker.killedFor && how === 'exit 0';
    const reason = worker.killedFor ?? how;
    worker.state = 'gone';
    worker.channel?.destroy();
    generation.workers.delete(worker);
    for (const exchange of worker.jobs.values()) exchange.fail(502, 'worker-ended', null, generation.envVersion);
    worker.jobs.clear();
    if (!expected && reason !== 'startup') {
      this.output.event('worker-ended', { pid: worker.pid, reason });
      this.restarts += 1;
    }
    if (!generation.settled) {
      const message = `the process ended while the code was imported (${how})`;
      this.settle(generation, { class: 'WorkerDied', message, package: null, log_tail: '' });
    } else if (generation === this.current && state === 'starting') {
      generation.failures += 1;
      generation.notBefore = performance.now() + Math.min(5_000, 50 * 2 ** generation.failures);
    }
    this.retireIfEmpty(generation);
    this.dispatch();
    this.keepOne();
  }

  /** Ends a worker and all that it started, at once. */
  kill(worker, reason) {
    worker.killedFor ??= reason;
    if (worker.state !== 'gone') worker.state = 'draining';
    if (worker.pid !== undefined) killGroup(worker.pid);
  }

  /** An instance that serves has a worker, also while nothing is asked of it. */
  keepOne() {
    const generation = this.current;
    if (generation && !this.stopping && !generation.workers.size && performance.now() >= generation.notBefore) {
      this.spawn(generation);
    }
  }

  // --- requests

  /** Takes an exchange, or gives false: too many are waiting. */
  submit(exchange) {
    if (this.inFlight + this.queue.length >= 2 * this.config.concurrency) return false;
    this.queue.push(exchange);
    this.scanEvery(SCAN_EVERY);
    this.dispatch();
    return true;
  }

  dispatch() {
    while (this.queue.length && this.inFlight < this.config.concurrency) {
      const worker = this.freeWorker();
      if (!worker) return this.grow();
      this.lastJob = (this.lastJob + 1) >>> 0;
      const exchange = this.queue.shift();
      worker.jobs.set(this.lastJob, exchange);
      worker.channel.write(frame(TYPE.JOB, this.lastJob, jobPayload(exchange.job, exchange.body)));
    }
    return undefined;
  }

  freeWorker() {
    let least = null;
    for (const worker of this.current?.workers ?? []) {
      const isFree = worker.state === 'ready' && !worker.unsure && worker.jobs.size + worker.aborted.size < this.slots;
      if (isFree && (!least || worker.jobs.size < least.jobs.size)) least = worker;
    }
    return least;
  }

  grow() {
    const generation = this.current;
    if (!generation || this.stopping || performance.now() < generation.notBefore) return;
    const alive = [...generation.workers].filter(({ state, aborted }) => (state === 'ready' && !aborted.size) || state === 'starting');
    const starting = alive.filter(({ state }) => state === 'starting').length;
    if (starting * this.slots < this.queue.length && alive.length < this.most) this.spawn(generation);
  }

  /** A client took so many bytes of an answer. */
  acknowledge(exchange, size) {
    for (const worker of this.workers) {
      for (const [job, known] of worker.jobs) {
        if (known === exchange) {
          const taken = Buffer.allocUnsafe(4);
          taken.writeUInt32LE(size, 0);
          worker.channel.write(frame(TYPE.ACK, job, taken));
          return;
        }
      }
    }
  }

  // --- time

  scanEvery(pause) {
    if (this.pause === pause || this.stopping) return;
    clearInterval(this.timer);
    this.pause = pause;
    this.timer = setInterval(() => this.scan(performance.now()), pause);
  }

  scan(now) {
    for (const exchange of this.queue.filter(({ deadline }) => now >= deadline)) {
      this.queue.splice(this.queue.indexOf(exchange), 1);
      exchange.fail(504, 'timeout');
    }
    for (const generation of this.generations) {
      if (!generation.settled && now - generation.begun > this.config.startupTimeout) {
        const message = `the code was not imported within ${this.config.startupTimeout / 1000} s`;
        this.settle(generation, { class: 'StartupTimeout', message, package: null, log_tail: '' });
      }
      for (const worker of generation.workers) this.scanWorker(worker, now);
    }
    this.shrink(now);
    this.keepOne();
    if (!this.busy && this.workers.every(({ state, aborted }) => state === 'ready' && !aborted.size)) {
      this.scanEvery(SCAN_IDLE_EVERY);
    }
  }

  scanWorker(worker, now) {
    for (const [job, exchange] of worker.jobs) {
      if (now >= exchange.deadline) this.overrun(worker, job, exchange, now);
    }
    if (worker.killedFor || worker.state === 'starting') return;
    const isLate = worker.aborted.size > 0;
    if (worker.unsure) {
      if (isLate && now - worker.asked > PONG_WITHIN) this.kill(worker, 'blocked');
    } else if ([...worker.aborted.values()].some((begun) => now - begun > ABORT_WITHIN)) {
      this.replace(worker);
    } else if (worker.jobs.size && now - Math.max(worker.idleSince, worker.asked) > PING_AFTER) {
      this.ping(worker, now);
    }
  }

  overrun(worker, job, exchange, now) {
    worker.jobs.delete(job);
    worker.aborted.set(job, now);
    exchange.fail(504, 'timeout', null, worker.generation.envVersion);
    if (this.slots === 1) return this.kill(worker, 'deadline');
    worker.channel.write(frame(TYPE.ABORT, job));
    return this.ping(worker, now);
  }

  ping(worker, now) {
    if (worker.unsure) return;
    worker.asked = now;
    worker.channel.write(frame(TYPE.PING));
  }

  /** One that will not let go of a request gets no new ones, and ends with its last. */
  replace(worker) {
    if (worker.state === 'ready') this.drain(worker);
    else if (!worker.jobs.size) this.kill(worker, 'deadline');
    this.dispatch();
  }

  shrink(now) {
    if (!this.current || this.queue.length) return;
    const ready = [...this.current.workers].filter(({ state }) => state === 'ready');
    const idle = ready.find((worker) => !worker.jobs.size && now - worker.idleSince > IDLE);
    if (idle && ready.length > 1) this.drain(idle);
  }

  /** Ends everything that is left. */
  end() {
    this.stopping = true;
    clearInterval(this.timer);
    for (const worker of this.workers) killGroup(worker.pid);
  }
}

module.exports = { Pool };
