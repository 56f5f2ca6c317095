'use strict';
/** Owns the sockets: takes requests, gives them to workers, answers control calls, ends in good order. */
const { createHash, timingSafeEqual } = require('node:crypto');
const http = require('node:http');
const { Call } = require('./call');
const { Config, checkedEnv, readLine } = require('./config');
const { jobOf } = require('./event');
const { MAX_HEAD, faultOf, parseFault, rawAnswer, tooLarge } = require('./http');
const { Masker, Output } = require('./logs');
const { Pool } = require('./pool');

const CONTROL = '/_callbacks/';
const HALF_SENT = 10_000;
const KEPT_IDLE = 120_000;
const BACKLOG_HEARD = 500;
const LONGEST_LIFELINE_DRAIN = 8_000;

function main() {
  const config = new Config(process.env);
  try {
    config.takeLine(readLine(config));
  } catch (error) {
    process.stderr.write(`callbacks-shim: no configuration: ${error.message}\n`);
    process.exit(1);
  }
  process.on('uncaughtException', (error) => process.stderr.write(`callbacks-shim: ${error.stack}\n`)); // the others go on
  new Front(config, new Output()).run();
}

class Front {
  constructor(config, output) {
    this.config = config;
    this.output = output;
    this.pool = new Pool(config, output, new Masker(), (why) => this.giveUp(why));
    this.server = this.makeServer();
    this.calls = new Set();
    this.generation = config.generation;
    this.refusing = this.draining = false;
    this.requests = 0;
    this.late = 0; // connections from the backlog
    this.changes = []; // env changes that wait: {call, version, env, generation}
    this.token = digest(`Bearer ${config.token}`);
  }

  // --- life

  run() {
    process.on('SIGTERM', () => this.onSignal());
    process.on('SIGINT', () => this.onSignal());
    if (!this.config.configFile) {
      process.stdin.on('end', () => this.drain(Math.min(this.config.timeout + 1_000, LONGEST_LIFELINE_DRAIN)));
      process.stdin.on('error', () => this.drain(LONGEST_LIFELINE_DRAIN));
      process.stdin.resume();
    }
    this.pool.begin(this.config.env, this.config.envVersion, (failure) => this.onFirst(failure));
  }

  onFirst(failure) {
    if (failure) {
      this.output.event('load-failed', failure);
      this.exit(1);
      return;
    }
    this.server.listen({ host: this.config.host, port: this.config.port, backlog: 1024 }, () => {
      const { port } = this.server.address();
      this.output.event('listening', { port, generation: this.generation, env_version: this.envVersion });
    });
  }

  onSignal() {
    if (this.draining) this.exit(0);
    else this.drain(this.config.timeout + 1_000);
  }

  giveUp(why) {
    this.output.log('stderr', why);
    this.exit(1);
  }

  exit(code) {
    this.pool.end();
    this.output.flush(() => process.exit(code));
  }

  /** Takes what waits to be accepted, then nothing more; ends when all is answered. */
  drain(longest) {
    if (this.draining) return;
    this.draining = true;
    this.drainingSince = performance.now();
    setTimeout(() => this.exit(0), longest);
    if (!this.server.listening) {
      this.exit(0);
      return;
    }
    // one turn of the loop accepts the backlog
    setImmediate(() => setImmediate(() => {
      this.server.close();
      this.server.closeIdleConnections();
      setInterval(() => this.exitIfDone(), 20);
    }));
  }

  exitIfDone() {
    const mayStillAsk = this.late > 0 && performance.now() - this.drainingSince < BACKLOG_HEARD;
    if (!this.calls.size && !this.pool.busy && !mayStillAsk) this.exit(0);
  }

  makeServer() {
    const server = http.createServer({
      maxHeaderSize: MAX_HEAD,
      headersTimeout: HALF_SENT,
      requestTimeout: 0, // a body is timed by its pauses
      keepAliveTimeout: KEPT_IDLE,
      connectionsCheckingInterval: 500,
      requireHostHeader: false, // refused in our words
      noDelay: true,
    });
    server.maxHeadersCount = 0; // their size is limited
    server.on('connection', (socket) => this.onConnection(socket));
    server.on('request', (request, response) => this.onRequest(request, response));
    server.on('checkContinue', (request, response) => this.onRequest(request, response, true));
    server.on('clientError', (error, socket) => onClientError(error, socket));
    return server;
  }

  /** One that is accepted while draining was in the backlog: its request is served. */
  onConnection(socket) {
    if (!this.draining) return;
    socket.fromBacklog = true;
    this.late += 1;
    socket.on('close', () => {
      this.late -= 1;
    });
  }

  onRequest(request, response, expectsContinue = false) {
    const call = new Call(this, request, response);
    this.calls.add(call);
    response.on('close', () => this.calls.delete(call));
    response.on('error', () => {}); // the client is gone, its answer is dropped
    const fault = faultOf(request, this.config.maxBody);
    if (fault) return call.refuse(fault);
    if (expectsContinue) response.writeContinue();
    return this.readBody(call);
  }

  readBody(call) {
    const parts = [];
    let size = 0;
    const { request } = call;
    const stop = (fault) => {
      clearTimeout(patience);
      request.removeAllListeners('data').removeAllListeners('end').resume();
      call.refuse(fault);
    };
    const patience = setTimeout(() => stop({ status: 408, why: 'the body did not arrive in time' }), HALF_SENT);
    request.on('error', () => clearTimeout(patience)); // broke off: nothing was begun
    request.on('close', () => clearTimeout(patience));
    request.on('data', (data) => {
      patience.refresh();
      parts.push(data);
      size += data.length;
      if (size > this.config.maxBody) stop(tooLarge(this.config.maxBody));
    });
    request.on('end', () => {
      clearTimeout(patience);
      this.take(call, parts.length === 1 ? parts[0] : Buffer.concat(parts));
    });
  }

  // --- requests

  get envVersion() {
    return this.pool.current?.envVersion ?? this.config.envVersion;
  }

  told(envVersion) {
    return ['X-Callbacks-Revision', this.config.revision, 'X-Callbacks-Env-Version', String(envVersion)];
  }

  take(call, body) {
    this.requests += 1;
    call.body = body;
    if (call.request.url.startsWith(CONTROL)) this.control(call, call.request.url.slice(CONTROL.length).split('?')[0]);
    else this.invoke(call);
  }

  invoke(call) {
    const { headers, socket } = call.request;
    const meant = headers['x-callbacks-instance'];
    const isLate = this.draining && !socket.fromBacklog;
    if (this.refusing || isLate || (meant !== undefined && this.config.instance && meant !== this.config.instance)) {
      this.refuseInvocation(call);
      return;
    }
    const left = headers['x-callbacks-timeout-ms'];
    const milliseconds = /^\d{1,9}$/.test(left ?? '') ? Math.min(this.config.timeout, Number(left)) : this.config.timeout;
    call.deadline = performance.now() + milliseconds;
    call.job = jobOf(call.request, call.requestId, socket.remoteAddress, milliseconds);
    if (!this.pool.submit(call)) call.fail(503, 'not-started');
  }

  refuseInvocation(call) {
    call.fail(503, 'refused', null, this.envVersion, ['X-Callbacks-Refused', String(this.generation)]);
  }

  // --- control

  control(call, name) {
    if (!timingSafeEqual(digest(call.request.headers.authorization ?? ''), this.token)) {
      call.json(401, { message: "the instance's token is needed" }, ['WWW-Authenticate', 'Bearer']);
      return;
    }
    const known = Object.hasOwn(CALLS, name) ? CALLS[name] : null;
    if (!known) {
      call.json(404, { message: 'there is no such control call' });
    } else if (call.request.method !== known.method) {
      call.json(405, { message: `use ${known.method}` }, ['Allow', known.method]);
    } else {
      this[known.action](call);
    }
  }

  ready(call) {
    const { revision, instance } = this.config;
    call.json(200, { generation: this.generation, env_version: this.envVersion, revision, instance });
  }

  refuse(call) {
    this.refusing = true;
    for (const waiting of this.pool.queue.splice(0)) this.refuseInvocation(waiting);
    call.json(200, { generation: this.generation, refusing: true });
  }

  stats(call) {
    const { pool, requests, generation, envVersion, refusing } = this;
    call.json(200, {
      in_flight: pool.inFlight, queued: pool.queue.length, workers: pool.workers.length, restarts: pool.restarts,
      requests, generation, env_version: envVersion, refusing,
    });
  }

  changeEnv(call) {
    try {
      const told = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(call.body));
      const { version, generation = this.generation } = told;
      if (!Number.isInteger(version) || !Number.isInteger(generation)) {
        throw new TypeError('version and generation must be numbers');
      }
      this.changes.push({ call, version, env: checkedEnv(told.env), generation });
    } catch (error) {
      call.json(400, { message: `expected {version, env}: ${error.message}` });
      return;
    }
    if (this.changes.length === 1) this.nextChange();
  }

  nextChange() {
    while (this.changes.length) {
      const { version, env, generation } = this.changes[0];
      if (version > this.envVersion) {
        this.pool.begin(env, version, (failure) => this.changed(failure));
        return;
      }
      this.generation = Math.max(this.generation, generation);
      this.answerChange(false);
    }
  }

  changed(failure) {
    if (failure) {
      this.changes.shift().call.json(422, failure);
    } else {
      this.generation = Math.max(this.generation, this.changes[0].generation);
      this.answerChange(true);
    }
    this.nextChange();
  }

  answerChange(changed) {
    this.changes.shift().call.json(200, { version: this.envVersion, generation: this.generation, changed });
  }
}

const CALLS = {
  ready: { method: 'GET', action: 'ready' },
  env: { method: 'PUT', action: 'changeEnv' },
  refuse: { method: 'POST', action: 'refuse' },
  stats: { method: 'GET', action: 'stats' },
};

const digest = (text) => createHash('sha256').update(text).digest();

/** Where an answer is being written already, nothing can be put between. */
function onClientError(error, socket) {
  const fault = parseFault(error);
  if (fault && socket.writable && !socket._httpMessage) socket.end(rawAnswer(fault));
  else socket.destroy();
}

module.exports = { Front, main };
