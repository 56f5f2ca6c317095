'use strict';
// All workers of an instance: which generation serves, and which worker gets which request.
//
// One worker takes all requests as long as it can: a Node handler mostly waits. More are started, up to the
// number of processors, when one holds more than its share of the concurrency or does not answer at once.

const os = require('node:os');
const { Generation, NOT_NEEDED } = require('./generation');
const { Guardian } = require('./guardian');
const { READY } = require('./handle');

const MOST_WORKERS = 4;
const IDLE = 60_000;
const BUSY = 50;
const MOST_ENDS = 5, ENDS_WITHIN = 10_000; // workers that end without a request, in so many ms: a crash loop

class Pool {
  /** @param {() => void} giveUp called when workers end by themselves again and again */
  constructor(config, output, masker, giveUp) {
    Object.assign(this, { config, output, masker, giveUp });
    this.guardian = new Guardian();
    this.most = Math.max(1, Math.min(os.cpus().length, MOST_WORKERS, config.concurrency));
    this.share = Math.ceil(config.concurrency / this.most);
    this.current = null;
    this.generations = new Set();
    this.formerEnv = {};
    this.queue = [];
    this.lastJob = 0;
    this.restarts = 0;
    this.ends = []; // when workers ended that no request can have ended
    this.stopping = false;
  }

  get envVersion() {
    return this.current ? this.current.envVersion : this.config.envVersion;
  }

  get workers() {
    return [...this.generations].flatMap((generation) => [...generation.workers]);
  }

  /** How many requests are with workers. */
  get running() {
    let running = 0;
    for (const { workers } of this.generations) for (const { jobs } of workers) running += jobs.size;
    return running;
  }

  get busy() {
    return this.queue.length > 0 || this.running > 0;
  }

  // --- generations

  /** Starts workers with an env; gives null when requests go to them, or the failure when they cannot be. */
  async begin(env, envVersion) {
    this._remember([env]);
    const busy = this.current ? this.current.ready.filter((worker) => worker.jobs.size).length : 0;
    const generation = new Generation(this, env, envVersion, Math.max(1, busy));
    this.generations.add(generation);
    this.guard();
    const failure = await generation.outcome;
    return failure && this._masked(failure);
  }

  onSettled(generation) {
    if (generation.failed) return this._retireIfEmpty(generation);
    const former = this.current;
    this.current = generation;
    former?.drain();
    if (former) this._retireIfEmpty(former);
  }

  _retireIfEmpty(generation) {
    if (generation === this.current || !generation.settled || generation.workers.size) return;
    this.generations.delete(generation);
    if (!generation.failed) this.formerEnv = generation.env;
    this._remember([]);
  }

  /** Masks the values of what runs, of what ran before, and of what is about to. */
  _remember(envs) {
    this.masker.keep([this.formerEnv, ...[...this.generations].map(({ env }) => env), ...envs]);
  }

  _masked(failure) {
    const masked = ([name, value]) => [name, typeof value === 'string' ? this.masker.mask(value) : value];
    return Object.fromEntries(Object.entries(failure).map(masked));
  }

  // --- workers

  guard() {
    this.guardian.watch(this.workers.map(({ pid }) => pid).filter(Boolean));
  }

  complain(message) {
    this.output.log('stderr', this.masker.mask(message));
  }

  tellEnded(worker, reason) {
    this.restarts++;
    this.output.event('worker-ended', { pid: worker.pid, reason });
  }

  onReady(generation) {
    if (generation !== this.current && generation.settled) generation.drain();
    for (const worker of generation.ready) if (worker.replaced) worker.drain();
    this.dispatch();
  }

  onEnded(generation, blameless) {
    if (generation === this.current && blameless) this._judgeEnd();
    this._retireIfEmpty(generation);
    this._keepOne();
    this.dispatch();
  }

  /** Workers that end by themselves again and again: whoever started this instance must see that. */
  _judgeEnd() {
    const now = performance.now();
    this.ends = [...this.ends, now].slice(-MOST_ENDS);
    if (this.ends.length < MOST_ENDS || now - this.ends[0] > ENDS_WITHIN) return;
    this.complain('the workers end by themselves again and again');
    this.giveUp();
  }

  freed() {
    if (this.queue.length) setImmediate(() => this.dispatch());
  }

  /** A worker that will not let go of a job serves on until another is ready, then finishes what it has. */
  replace(worker) {
    worker.replaced = true;
    const others = worker.generation === this.current && !this.stopping ? this.current.lasting : null;
    if (others === null || others.some(({ state }) => state === READY)) worker.drain();
    else if (!others.length) this.current.grow();
  }

  /** An instance that serves has a worker, also while nothing is asked of it. */
  _keepOne() {
    if (this.current && !this.stopping && !this.current.lasting.length) this.current.grow();
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
      this.lastJob = (this.lastJob + 1) >>> 0;
      worker.give(this.queue.shift(), this.lastJob);
      if (worker.jobs.size > this.share) this._grow();
    }
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
    if (generation && !generation.starting && generation.lasting.length < this.most) generation.grow();
  }

  // --- time

  /** What time has brought; called some thirty times a second while requests run. */
  scan(now) {
    const late = this.queue.filter((exchange) => now >= exchange.deadline);
    if (late.length) this.queue = this.queue.filter((exchange) => now < exchange.deadline);
    for (const exchange of late) exchange.fail(504, 'timeout');
    for (const generation of this.generations) generation.scan(now);
    if (this.current?.ready.some((worker) => worker.jobs.size > 1 && worker.silence(now) > BUSY)) this._grow();
    this._shrink(now);
    this._keepOne();
    this.dispatch();
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
    for (const worker of this.workers) worker.kill(NOT_NEEDED);
    this.guardian.end();
  }
}

/** Fewest requests first; one that is being replaced last. */
function rank(worker) {
  return worker.load + (worker.replaced ? 1 << 20 : 0);
}

module.exports = { Pool };
