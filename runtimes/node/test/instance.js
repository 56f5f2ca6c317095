'use strict';
// Starts the shim as the platform does, and talks to it.

const assert = require('node:assert/strict');
const { spawn } = require('node:child_process');
const fs = require('node:fs');
const http = require('node:http');
const os = require('node:os');
const path = require('node:path');
const { createInterface } = require('node:readline');

const MAIN = path.join(__dirname, '..', 'main.js');
const TOKEN = 'the-token';

class Instance {
  /** @param {string} code of the function; `settings` are variables without their prefix */
  constructor(code, { file = 'function.js', env = {}, ...settings } = {}) {
    this.directory = fs.mkdtempSync(path.join(os.tmpdir(), 'node-shim-'));
    fs.writeFileSync(path.join(this.directory, file), code);
    const told = { FUNCTION: this.directory, INSTANCE: 'i-1', CALLBACK_ID: '7', REVISION: '3', ...settings };
    this.process = spawn(process.execPath, [MAIN], {
      env: { PATH: process.env.PATH, ...prefixed(told) },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.errors = '';
    this.process.stderr.on('data', (data) => {
      this.errors += data;
    });
    this.process.stdin.on('error', () => {}); // it may be gone by then
    this.process.stdin.write(`${JSON.stringify({ token: TOKEN, env, env_version: 1, generation: 1 })}\n`);
    this.lines = [];
    this.waiting = new Set();
    createInterface(this.process.stdout).on('line', (line) => this._onLine(JSON.parse(line)));
    this.ended = new Promise((resolve) => this.process.on('close', (code, signal) => resolve(code ?? signal)));
    this.agent = new http.Agent({ keepAlive: true });
  }

  /** One that ends with the test. */
  static begin(test, code, settings) {
    const instance = new Instance(code, settings);
    test.after(() => instance.end());
    return instance;
  }

  /** One that listens, or has told why it does not; its front must have no fault to tell. */
  static async start(test, code, settings) {
    const instance = Instance.begin(test, code, settings);
    test.after(() => assert.equal(instance.errors, ''));
    const { port } = await instance.line(({ event }) => event === 'listening' || event === 'load-failed');
    instance.port = port;
    return instance;
  }

  _onLine(line) {
    this.lines.push(line);
    for (const check of this.waiting) check(line);
  }

  /** The first line that is wanted, also of those that came before. */
  line(wanted) {
    const known = this.lines.find(wanted);
    if (known) return Promise.resolve(known);
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`no such line: ${JSON.stringify(this.lines)}`)), 5000);
      const check = (line) => {
        if (!wanted(line)) return;
        clearTimeout(late);
        this.waiting.delete(check);
        resolve(line);
      };
      this.waiting.add(check);
    });
  }

  async request(method, target, { headers = {}, body } = {}) {
    const response = await this.begin(method, target, { headers, body });
    const parts = [];
    for await (const part of response) parts.push(part);
    const text = Buffer.concat(parts).toString();
    return { status: response.statusCode, headers: response.headers, text, json: () => JSON.parse(text) };
  }

  /** The answer as soon as its head is there. */
  begin(method, target, { headers = {}, body } = {}) {
    return new Promise((resolve, reject) => {
      const options = { port: this.port, host: '127.0.0.1', agent: this.agent, method, path: target, headers };
      http.request(options, resolve).on('error', reject).end(body);
    });
  }

  get(target, headers = {}) {
    return this.request('GET', `/api/${target}`, { headers });
  }

  control(method, name, value) {
    const body = value === undefined ? undefined : JSON.stringify(value);
    return this.request(method, `/_callbacks/${name}`, { headers: { Authorization: `Bearer ${TOKEN}` }, body });
  }

  async stats() {
    return (await this.control('GET', 'stats')).json();
  }

  /** Waits until something holds. */
  async until(holds) {
    const late = performance.now() + 5000;
    while (!(await holds())) {
      if (performance.now() > late) throw new Error(`it does not become true: ${holds}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Ends it at once: the second signal cuts the drain short. */
  async end() {
    this.agent.destroy();
    for (const signal of ['SIGTERM', 'SIGINT']) this.process.kill(signal);
    await this.ended;
    fs.rmSync(this.directory, { recursive: true });
  }
}

function prefixed(settings) {
  return Object.fromEntries(Object.entries(settings).map(([name, value]) => [`CALLBACKS_${name}`, String(value)]));
}

module.exports = { Instance };
