'use strict';
// The control calls, for those who hold the instance's token.

const { createHash, timingSafeEqual } = require('node:crypto');
const { checkedEnv, checkedNumber } = require('./config');

const CONTROL = '/_callbacks/';

class Control {
  constructor(front) {
    this.front = front;
    this.changes = Promise.resolve(); // one change of env at a time
    this.calls = new Map([
      ['ready', { method: 'GET', answer: (call) => this._ready(call) }],
      ['env', { method: 'PUT', answer: (call) => this._changeEnv(call) }],
      ['refuse', { method: 'POST', answer: (call) => this._refuse(call) }],
      ['stats', { method: 'GET', answer: (call) => this._stats(call) }],
    ]);
  }

  take(call) {
    const known = this.calls.get(call.request.target.slice(CONTROL.length).split('?', 1)[0]);
    if (!same(call.request.header('authorization') ?? '', `Bearer ${this.front.config.token}`)) {
      return call.answer(401, { message: "the instance's token is needed" }, [['WWW-Authenticate', 'Bearer']]);
    }
    if (!known) return call.answer(404, { message: 'there is no such control call' });
    if (call.request.method !== known.method) {
      return call.answer(405, { message: `use ${known.method}` }, [['Allow', known.method]]);
    }
    known.answer(call);
  }

  _ready(call) {
    const { generation, envVersion, config } = this.front;
    call.answer(200, { generation, env_version: envVersion, revision: config.revision, instance: config.instance });
  }

  _refuse(call) {
    this.front.refusing = true;
    for (const waiting of this.front.pool.takeQueue()) this.front.refuse(waiting);
    call.answer(200, { generation: this.front.generation, refusing: true });
  }

  _stats(call) {
    const { pool, requests, generation, envVersion, refusing } = this.front;
    call.answer(200, {
      in_flight: pool.running, queued: pool.queue.length, workers: pool.workers.length, restarts: pool.restarts,
      requests, generation, env_version: envVersion, refusing,
    });
  }

  _changeEnv(call) {
    let change;
    try {
      const told = JSON.parse(call.request.body.toString('utf8'));
      change = {
        version: checkedNumber('version', told.version),
        env: checkedEnv(told.env),
        generation: checkedNumber('generation', told.generation ?? this.front.generation),
      };
    } catch (error) {
      return call.answer(400, { message: `expected {version, env}: ${error.message}` });
    }
    this.changes = this.changes.then(() => this._apply(call, change)).catch((error) => this.front.report(error));
  }

  async _apply(call, { version, env, generation }) {
    const { front } = this;
    const changed = version > front.envVersion;
    const failure = changed ? await front.pool.begin(env, version) : null;
    if (failure) return call.answer(422, failure);
    front.generation = Math.max(front.generation, generation);
    call.answer(200, { version: front.envVersion, generation: front.generation, changed });
  }
}

/** Compares in a time that tells nothing. */
function same(one, other) {
  const digest = (text) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}

module.exports = { CONTROL, Control };
