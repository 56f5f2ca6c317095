'use strict';
// Workers with one env: starting them, and telling once whether they can be.

const { Handle, READY, STARTING } = require('./handle');

const FIRST_BACK_OFF = 100, LONGEST_BACK_OFF = 5000;
const NOT_NEEDED = 'not needed';

class Generation {
  /** @param {number} wanted how many workers have to be ready before requests go to them */
  constructor(pool, env, envVersion, wanted) {
    Object.assign(this, { pool, env, envVersion, wanted });
    this.environ = pool.config.workerEnviron(env, envVersion);
    this.startupTimeout = pool.config.startupTimeout;
    this.workers = new Set();
    this.begun = performance.now();
    this.settled = this.failed = false;
    this.backOff = FIRST_BACK_OFF;
    this.notBefore = 0;
    /** Null when requests go to them, or the failure when they cannot be. */
    this.outcome = new Promise((resolve) => {
      this.resolve = resolve;
    });
    for (let started = 0; started < wanted; started++) this._spawn();
  }

  get ready() {
    return [...this.workers].filter((worker) => worker.state === READY);
  }

  /** Those that take requests, or soon will, and will go on to. */
  get lasting() {
    return [...this.workers].filter((worker) => worker.alive && !worker.replaced);
  }

  get starting() {
    return [...this.workers].some((worker) => worker.state === STARTING);
  }

  _spawn() {
    this.workers.add(new Handle(this.pool, this));
    this.pool.guard();
  }

  /** Starts another worker, unless those before have failed to start just now. */
  grow() {
    if (performance.now() >= this.notBefore) this._spawn();
  }

  drain() {
    for (const worker of this.workers) worker.drain();
  }

  // --- what becomes of its workers

  onReady() {
    this.backOff = FIRST_BACK_OFF;
    if (!this.settled && this.ready.length >= this.wanted) this._settle(null);
    this.pool.onReady(this);
  }

  onFailed(failure) {
    if (this.settled) this.pool.complain(`the code cannot be imported any more: ${failure.message}`);
    else this._settle(failure);
  }

  /** @param {boolean} blameless no request, nothing of ours and no order to end explains it */
  onEnded(worker, reason, expected, blameless) {
    this.workers.delete(worker);
    this.pool.guard();
    if (!expected && reason !== NOT_NEEDED) this.pool.tellEnded(worker, reason);
    if (!this.settled) this._settle(failureOf('WorkerDied', `a worker ended while it started (${reason})`, worker));
    else if (!worker.wasReady) this._hesitate();
    this.pool.onEnded(this, blameless);
  }

  _hesitate() {
    this.notBefore = performance.now() + this.backOff;
    this.backOff = Math.min(LONGEST_BACK_OFF, 2 * this.backOff);
  }

  _settle(failure) {
    this.settled = true;
    this.failed = failure !== null;
    if (this.failed) for (const worker of this.workers) worker.kill(NOT_NEEDED);
    this.pool.onSettled(this);
    this.resolve(failure);
  }

  scan(now) {
    const late = (since) => now - since > this.startupTimeout;
    if (!this.settled && late(this.begun)) {
      const message = `the code was not imported within ${this.startupTimeout / 1000} s`;
      this._settle(failureOf('StartupTimeout', message, [...this.workers][0]));
    }
    for (const worker of this.workers) {
      if (this.settled && worker.state === STARTING && late(worker.started)) worker.kill('deadline');
      worker.scan(now);
    }
  }
}

function failureOf(kind, message, worker) {
  return { class: kind, message, package: null, log_tail: worker?.tail ?? '' };
}

module.exports = { Generation, NOT_NEEDED };
