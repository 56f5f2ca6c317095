'use strict';
// A worker's process as the front sees it: starting it, frames to and from it, its log lines, its end.

const { spawn } = require('node:child_process');
const { constants } = require('node:os');
const path = require('node:path');
const frames = require('./frames');
const { Lines } = require('./logs');

const WORKER = path.join(__dirname, 'worker.js');
const TAIL = 8 << 10;
const LAST_OUTPUT = 200;
const STARTING = 'starting', READY = 'ready', DRAINING = 'draining', GONE = 'gone';

/**
 * @typedef {object} Listener what a process tells its pool
 * @property {(worker: WorkerProcess, frame: {kind: number, job: number, payload: Buffer}) => void} onFrame
 * @property {(worker: WorkerProcess, stream: string, tag: string | null, text: string) => void} onLine
 * @property {(worker: WorkerProcess, how: string) => void} onEnded called once, when all it wrote was read
 */

class WorkerProcess {
  /** @param {Listener} listener */
  constructor(generation, config, masker, listener) {
    Object.assign(this, { generation, masker, listener });
    this.state = STARTING;
    this.jobs = new Map(); // number -> exchange
    this.aborted = new Map(); // number of a job nobody waits for -> since when
    this.received = new frames.Frames();
    this.started = this.idleSince = performance.now();
    this.asked = this.answered = 0;
    this.closedSince = Infinity;
    this.presentRequest = null;
    this.oneSlot = config.concurrency === 1;
    this.wasReady = false;
    this.released = false; // it was told to end
    this.replaced = false; // it will not let go of a job; another takes its place
    this.killedFor = null;
    this.tail = '';
    try {
      this._start(config);
    } catch (error) {
      this.pid = 0;
      setImmediate(() => this._ended(`not started: ${error.code}`)); // an env larger than the system takes
    }
  }

  _start(config) {
    const settings = { function: config.functionDirectory, callbackId: config.callbackId, front: process.pid };
    const heap = `--max-old-space-size=${config.memoryMb}`;
    this.child = spawn(process.execPath, [heap, WORKER, JSON.stringify(settings)], {
      detached: true, // a session of its own: what it starts can be ended with it
      env: config.workerEnviron(this.generation.env, this.generation.envVersion),
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    });
    this.pid = this.child.pid ?? 0;
    this.child.on('error', (error) => this._ended(`not started: ${error.code}`));
    this.child.on('exit', (code, signal) => this._exited(signal ? `signal ${numberOf(signal)}` : `exit ${code}`));
    this.channel = this.child.stdio[3];
    if (!this.pid) return;
    this._readLines('stdout');
    this._readLines('stderr');
    this.channel.on('data', (data) => this._onData(data));
    this.channel.on('error', () => {}); // it has ended, which its exit tells
    this.channel.on('close', () => this._onClose());
  }

  /** Asked whether it is alive and has not answered yet. */
  get unsure() {
    return this.asked > this.answered;
  }

  get load() {
    return this.jobs.size + this.aborted.size;
  }

  _readLines(name) {
    const lines = new Lines(this.masker, (tag, text) => {
      if (this.state === STARTING) this.tail = `${this.tail}${text}\n`.slice(-TAIL);
      this.listener.onLine(this, name, tag, text);
    });
    this.child[name].on('data', (data) => lines.feed(data)).on('end', () => lines.end());
    this.child[name].on('error', () => {}); // nothing more can be read of it
  }

  _onData(data) {
    if (this.killedFor === 'protocol') return;
    this.received.feed(data);
    try {
      for (const frame of this.received) this.listener.onFrame(this, frame);
    } catch (error) {
      const why = this.masker.mask(error.message);
      this.listener.onLine(this, 'stderr', null, `a worker sent what it must not: ${why}`);
      this.kill('protocol');
    }
  }

  send(data) {
    if (this.channel?.writable) this.channel.write(data);
  }

  becomeReady() {
    if (this.state !== STARTING) throw new frames.FrameError('ready twice');
    this.state = READY;
    this.wasReady = true;
    this.tail = '';
  }

  ask(now) {
    if (this.unsure) return;
    this.asked = now;
    this.send(frames.frame(frames.PING));
  }

  /** It gets no more requests; it ends when it has finished those it has. */
  drain() {
    if (this.state === STARTING || this.state === READY) this.state = DRAINING;
    if (this.state !== DRAINING || this.jobs.size) return;
    this.released = true;
    this.closedSince = Math.min(this.closedSince, performance.now());
    this.channel?.end();
  }

  _onClose() {
    if (this.state !== GONE) this.state = DRAINING;
    this.closedSince = Math.min(this.closedSince, performance.now());
  }

  /** Ends it and all that it started, at once. */
  kill(reason) {
    this.killedFor ??= reason;
    if (this.state !== GONE) this.state = DRAINING;
    this._killGroup();
  }

  _killGroup() {
    if (!this.pid) return;
    try {
      process.kill(-this.pid, 'SIGKILL');
    } catch {
      // all of it is gone
    }
  }

  _exited(how) {
    this._killGroup(); // what it started and left
    const ended = () => this._ended(how);
    this.child.once('close', ended);
    setTimeout(ended, LAST_OUTPUT).unref(); // who fled from the group may hold its pipes
  }

  _ended(how) {
    if (this.state === GONE) return;
    this.state = GONE;
    this.channel?.destroy();
    this.listener.onEnded(this, how);
  }
}

function numberOf(signal) {
  return constants.signals[signal] ?? signal;
}

module.exports = { WorkerProcess, STARTING, READY, DRAINING, GONE };
