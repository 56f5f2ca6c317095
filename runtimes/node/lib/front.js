'use strict';
// Owns the sockets: takes requests, gives them to workers, answers control calls, ends in good order.

const { createServer } = require('node:net');
const { Config, configurationLine } = require('./config');
const { Connection } = require('./connection');
const { CONTROL, Control } = require('./control');
const { Masker, Output } = require('./logs');
const { Pool } = require('./pool');

const HALF_SENT = 10_000, IDLE = 120_000, QUIET_AT_THE_END = 500;
const BUSY_TICK = 30, IDLE_TICK = 500;
const LAST_WORDS = 1000;
const LONGEST_LIFELINE_DRAIN = 8000;
const LONGEST_BACKLOG = 200;

async function main() {
  process.on('uncaughtException', report); // a handler that fails ends nothing but what it was about
  process.stderr.on('error', () => {}); // nobody reads it
  let config;
  try {
    config = new Config(process.env);
    config.takeLine(await configurationLine(config, process.stdin));
  } catch (error) {
    process.stderr.write(`callbacks-shim: no configuration: ${error.message}\n`);
    process.exit(1);
  }
  await new Front(config, new Output(1)).start();
}

function report(error) {
  process.stderr.write(`callbacks-shim: ${error?.stack ?? error}\n`);
}

class Front {
  constructor(config, output) {
    Object.assign(this, { config, output });
    this.pool = new Pool(config, output, new Masker(), () => this._end(1));
    this.control = new Control(this);
    this.connections = new Set();
    this.server = null;
    this.generation = config.generation;
    this.refusing = this.draining = this.ended = false;
    this.drainUntil = Infinity;
    this.requests = this.accepted = 0;
  }

  report(error) {
    report(error);
  }

  get envVersion() {
    return this.pool.envVersion;
  }

  told(envVersion) {
    return [['X-Callbacks-Revision', this.config.revision], ['X-Callbacks-Env-Version', String(envVersion)]];
  }

  // --- life

  async start() {
    this._listenToItsEnd();
    this._tick();
    const failure = await this.pool.begin(this.config.env, this.config.envVersion);
    if (this.ended) return;
    if (failure) {
      this.output.event('load-failed', failure);
      return this._end(1);
    }
    this._listen();
  }

  _listenToItsEnd() {
    for (const signal of ['SIGTERM', 'SIGINT']) {
      process.on(signal, () => (this.draining ? this._end(0, 0) : this._drain(this.config.timeout + 1000)));
    }
    if (this.config.configFile) return;
    const ended = () => this._drain(Math.min(this.config.timeout + 1000, LONGEST_LIFELINE_DRAIN));
    process.stdin.on('end', ended).on('error', ended).on('close', ended).resume();
    if (process.stdin.readableEnded) ended();
  }

  _listen() {
    this.server = createServer({ noDelay: true }, (socket) => this._onConnection(socket));
    this.server.on('error', (error) => this._cannotListen(error));
    this.server.listen({ host: this.config.host, port: this.config.port, backlog: 1024 }, () => {
      const told = { port: this.server.address().port, generation: this.generation, env_version: this.envVersion };
      this.output.event('listening', told);
    });
  }

  _cannotListen(error) {
    report(error);
    this._end(1);
  }

  _onConnection(socket) {
    const connection = new Connection(this, socket);
    this.connections.add(connection);
    this.accepted++;
    socket.on('close', () => this.connections.delete(connection));
  }

  /** Takes what waits to be accepted, then nothing more; ends when all is answered. */
  _drain(longest) {
    this.drainUntil = Math.min(this.drainUntil, performance.now() + longest);
    if (this.draining) return;
    this.draining = true;
    this.pool.stopping = true;
    this._hurry();
    if (!this.server) return this._end(0);
    this._closeAfterBacklog(performance.now() + LONGEST_BACKLOG);
  }

  /** Node accepts one connection in a turn of its loop: when two turns bring none, all have been. */
  _closeAfterBacklog(until) {
    const { accepted } = this;
    setImmediate(() => setImmediate(() => {
      if (this.accepted === accepted || performance.now() > until) this._close();
      else this._closeAfterBacklog(until);
    }));
  }

  _close() {
    this.server.close();
    for (const connection of this.connections) if (connection.idle && connection.kept) connection.close();
  }

  _tick() {
    if (this.ended) return;
    clearTimeout(this.timer);
    const now = performance.now();
    try {
      this.pool.scan(now);
      for (const connection of this.connections) this._scanConnection(connection, now);
      if (this.draining && !(this.pool.busy || this.connections.size)) this._end(0);
      else if (now > this.drainUntil) this._end(0, 0);
    } finally {
      this._tickAfter(this.pool.busy || !this.pool.current || this.draining ? BUSY_TICK : IDLE_TICK);
    }
  }

  _tickAfter(pause) {
    this.pause = pause;
    if (!this.ended) this.timer = setTimeout(() => this._tick(), pause);
  }

  /** There is something to watch from now on. */
  _hurry() {
    if (this.pause === BUSY_TICK) return;
    clearTimeout(this.timer);
    this._tickAfter(BUSY_TICK);
  }

  _scanConnection(connection, now) {
    const quiet = now - connection.heard;
    if (connection.call) return;
    if (connection.closing && quiet > IDLE) connection.socket.destroy(); // it does not read what it was sent
    else if (connection.closing) return;
    else if (!connection.idle && quiet > HALF_SENT) connection.refuse(408, 'the request did not arrive in time');
    else if (connection.idle && quiet > (this.draining ? QUIET_AT_THE_END : IDLE)) connection.close();
  }

  /** Ends with this code; workers that do nothing have so many milliseconds for what they do when they end. */
  async _end(code, longest = LAST_WORDS) {
    if (this.ended) return;
    this.ended = true;
    clearTimeout(this.timer);
    await this.pool.end(longest);
    await this.output.flushed(500);
    process.exit(code);
  }

  // --- requests

  take(call) {
    this.requests++;
    if (call.request.target.startsWith(CONTROL)) this.control.take(call);
    else this._invoke(call);
  }

  _invoke(call) {
    const meant = call.request.header('x-callbacks-instance');
    const late = this.draining && call.connection.kept;
    const another = meant !== undefined && this.config.instance && meant !== this.config.instance;
    if (this.refusing || late || another) return this.refuse(call);
    const left = call.request.header('x-callbacks-timeout-ms');
    const told = left !== undefined && /^[0-9]{1,9}$/.test(left) ? Number(left) : Infinity;
    call.deadline = performance.now() + Math.min(this.config.timeout, told);
    if (this.pool.submit(call)) this._hurry();
    else call.fail(503, 'not-started');
  }

  refuse(call) {
    call.fail(503, 'refused', { headers: [['X-Callbacks-Refused', String(this.generation)]] });
  }
}

module.exports = { main };
