'use strict';
const assert = require('node:assert/strict');
const fs = require('node:fs');
const net = require('node:net');
const os = require('node:os');
const path = require('node:path');
const { describe, test } = require('node:test');
const { Instance } = require('./instance');

const SLEEP = 'const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));\n';
const SLEEPER = `${SLEEP}exports.handler = async ({ queryStringParameters: q }) => { await sleep(Number(q?.ms ?? 0)); return q?.name ?? process.env.NAME; };`;

/** What comes back for bytes, until the other side closes or so many answers are there. */
function spoken(port, text, answers) {
  return new Promise((resolve, reject) => {
    const socket = net.connect(port, '127.0.0.1', () => socket.write(text));
    let heard = '';
    const end = () => {
      socket.destroy();
      resolve(heard);
    };
    socket.on('data', (data) => {
      heard += data;
      if (heard.split('HTTP/1.1 ').length > answers && heard.endsWith('"')) end();
    });
    socket.on('end', end).on('error', reject);
  });
}

describe('requests', { concurrency: 3 }, () => {
  test('that are sent ahead are run and answered one after the other', async (t) => {
    const instance = await Instance.start(t, `${SLEEP}let running = 0;
      exports.handler = async ({ queryStringParameters: q }) => { running++; await sleep(Number(q.ms)); return String(running--) + q.ms; };`);
    const ahead = ['100', '1', '50'].map((ms) => `GET /api/?ms=${ms} HTTP/1.1\r\nHost: x\r\n\r\n`).join('');
    const heard = await spoken(instance.port, ahead, 3);
    assert.deepEqual(heard.match(/"\d+"/g), ['"1100"', '"11"', '"150"']);
  });

  test('over the concurrency wait, and beyond that are not started', async (t) => {
    const instance = await Instance.start(t, SLEEPER, { CONCURRENCY: 2 });
    const answers = await Promise.all([1, 2, 3, 4, 5].map(() => instance.get('?ms=300')));
    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 200, 200, 200, 503]);
    assert.equal(answers.find(({ status }) => status === 503).headers['x-callbacks-error'], 'not-started');
  });

  test('that wait longer than they may are answered so', async (t) => {
    const instance = await Instance.start(t, SLEEPER, { CONCURRENCY: 1 });
    const [first, second] = await Promise.all([instance.get('?ms=500'), instance.get('', { 'X-Callbacks-Timeout-Ms': '100' })]);
    assert.deepEqual([first.status, second.status], [200, 504]);
  });
});

describe('a change of env', { concurrency: 3 }, () => {
  test('reaches every later request and fails none', async (t) => {
    const instance = await Instance.start(t, SLEEPER, { env: { NAME: 'one' } });
    const running = instance.get('?ms=500');
    const change = await instance.control('PUT', 'env', { version: 2, env: { NAME: 'two' }, generation: 4 });
    assert.deepEqual(change.json(), { version: 2, generation: 4, changed: true });
    assert.equal((await instance.get('')).json(), 'two');
    assert.deepEqual([(await running).json(), (await running).headers['x-callbacks-env-version']], ['one', '1']);
    await instance.until(async () => (await instance.stats()).workers === 1);
    assert.equal((await instance.stats()).restarts, 0);
  });

  test('that is not newer changes nothing but the generation', async (t) => {
    const instance = await Instance.start(t, SLEEPER, { env: { NAME: 'one' } });
    const change = await instance.control('PUT', 'env', { version: 1, env: { NAME: 'two' }, generation: 9 });
    assert.deepEqual(change.json(), { version: 1, generation: 9, changed: false });
    assert.equal((await instance.get('')).json(), 'one');
  });

  test('that cannot be imported leaves the former', async (t) => {
    const code = "if (process.env.NAME === 'bad value') throw new RangeError(process.env.NAME); exports.handler = () => process.env.NAME;";
    const instance = await Instance.start(t, code, { env: { NAME: 'one' } });
    const changes = ['bad value', 'three'].map((NAME, n) => instance.control('PUT', 'env', { version: n + 2, env: { NAME } }));
    const [failed, changed] = await Promise.all(changes);
    assert.equal(failed.status, 422);
    assert.deepEqual([failed.json().class, failed.json().message], ['RangeError', '********']);
    assert.deepEqual([changed.status, (await instance.get('')).json()], [200, 'three']);
  });

  test('that fails leaves the values of the present and the former masked', async (t) => {
    const code = "if (process.env.BAD) throw new Error('no'); exports.handler = () => { console.log('former-value', process.env.NAME); };";
    const instance = await Instance.start(t, code, { env: { NAME: 'former-value' } });
    const change = async (version, env) => (await instance.control('PUT', 'env', { version, env })).status;
    assert.deepEqual([await change(2, { NAME: 'present-value' }), await change(3, { BAD: 'bad-value' })], [200, 422]);
    await instance.get('');
    await instance.line(({ message }) => message === '******** ********');
  });
});

describe('an instance', { concurrency: 3 }, () => {
  test('finishes what it has when it is told to end', async (t) => {
    const instance = await Instance.start(t, SLEEPER);
    const running = instance.get('?ms=400&name=first');
    await instance.until(async () => (await instance.stats()).in_flight === 1);
    instance.process.stdin.end();
    assert.equal((await running).json(), 'first');
    assert.equal((await running).headers.connection, 'close');
    assert.equal(await instance.ended, 0);
  });

  test('takes its configuration from a file, and then lives without standard input', async (t) => {
    const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'node-shim-'));
    t.after(() => fs.rmSync(directory, { recursive: true }));
    const file = path.join(directory, 'config');
    fs.writeFileSync(file, JSON.stringify({ token: 'the-token', env: { NAME: 'of the file' }, env_version: 6 }));
    const instance = await Instance.start(t, SLEEPER, { CONFIG_FILE: file });
    instance.process.stdin.end();
    await new Promise((resolve) => setTimeout(resolve, 100));
    const answer = await instance.get('');
    assert.deepEqual([answer.json(), answer.headers['x-callbacks-env-version']], ['of the file', '6']);
  });

  test('does not start without its configuration', async (t) => {
    const instance = Instance.begin(t, SLEEPER, { CONFIG_FILE: '/nowhere/at/all' });
    assert.equal(await instance.ended, 1);
    assert.match(instance.errors, /no configuration/);
  });

  test('does not start where its port is taken', async (t) => {
    const instance = await Instance.start(t, SLEEPER);
    const second = Instance.begin(t, SLEEPER, { PORT: instance.port });
    assert.equal(await second.ended, 1);
    assert.match(second.errors, /EADDRINUSE/);
  });
});
