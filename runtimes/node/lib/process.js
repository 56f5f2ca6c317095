'use strict';
// The process of a worker: starting it, its channel, its log lines, its end.

const { spawn } = require('node:child_process');
const { constants } = require('node:os');
const path = require('node:path');
const { Frames } = require('./frames');
const { Lines } = require('./logs');

const WORKER = path.join(__dirname, 'worker.js');
const LAST_OUTPUT = 200;

/**
 * @typedef {object} Listener what a process tells
 * @property {(frame: {kind: number, job: number, payload: Buffer}) => void} onFrame may throw
 * @property {(error: Error) => void} onFault it sent what is no frame, or `onFrame` has thrown
 * @property {(stream: string, tag: string | null, text: string) => void} onLine
 * @property {() => void} onClosed nothing can be sent to it any more
 * @property {(how: string) => void} onEnded called once, when all it wrote was read
 */

class WorkerProcess {
  /** @param {Listener} listener */
  constructor(config, environ, masker, listener) {
    Object.assign(this, { masker, listener });
    this.pid = 0;
    this.channel = null;
    this.received = new Frames();
    this.faulty = this.ended = false;
    try {
      this._start(config, environ);
    } catch (error) { // an env larger than the system takes
      setImmediate(() => this._end(`not started: ${error.code}`));
    }
  }

  _start(config, environ) {
    const settings = { function: config.functionDirectory, callbackId: config.callbackId, front: process.pid };
    const heap = `--max-old-space-size=${config.memoryMb}`;
    this.child = spawn(process.execPath, [heap, WORKER, JSON.stringify(settings)], {
      detached: true, // a session of its own: what it starts can be ended with it
      env: environ,
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    });
    this.child.on('error', (error) => this._end(`not started: ${error.code}`));
    this.child.on('exit', (code, signal) => this._onExit(signal ? `signal ${constants.signals[signal]}` : `exit ${code}`));
    if (!this.child.pid) return;
    this.pid = this.child.pid;
    this._readLines('stdout');
    this._readLines('stderr');
    this.channel = this.child.stdio[3];
    this.channel.on('data', (data) => this._onData(data));
    this.channel.on('error', () => {}); // it has ended, which its exit tells
    this.channel.on('close', () => this.listener.onClosed());
  }

  _readLines(name) {
    const lines = new Lines(this.masker, (tag, text) => this.listener.onLine(name, tag, text));
    this.child[name].on('data', (data) => lines.feed(data)).on('end', () => lines.end());
    this.child[name].on('error', () => {}); // nothing more can be read of it
  }

  _onData(data) {
    if (this.faulty) return;
    this.received.feed(data);
    try {
      for (const frame of this.received) this.listener.onFrame(frame);
    } catch (error) {
      this.faulty = true;
      this.listener.onFault(error);
    }
  }

  send(data) {
    if (this.channel?.writable) this.channel.write(data);
  }

  /** Nothing is sent to it any more; it finishes and ends. */
  close() {
    this.channel?.end();
  }

  /** Ends it and all that it started, at once. */
  kill() {
    if (!this.pid) return;
    try {
      process.kill(-this.pid, 'SIGKILL');
    } catch (error) {
      if (error.code !== 'ESRCH') throw error; // all of it is gone
    }
  }

  _onExit(how) {
    this.kill(); // what it started and left
    const end = () => this._end(how);
    this.child.once('close', end);
    setTimeout(end, LAST_OUTPUT).unref(); // who fled from the group may hold its pipes
  }

  _end(how) {
    if (this.ended) return;
    this.ended = true;
    this.channel?.destroy();
    this.listener.onEnded(how);
  }
}

module.exports = { WorkerProcess };
