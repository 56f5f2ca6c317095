'use strict';
const assert = require('node:assert/strict');
const os = require('node:os');
const { describe, test } = require('node:test');
const { Instance } = require('./instance');

const SLEEP = 'const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));\n';
const pathIs = "const last = event.path.split('/').pop();";

describe('workers', { concurrency: 3 }, () => {
  test('are one while its share is not exceeded, then more', { skip: os.cpus().length < 2 }, async (t) => {
    const code = `${SLEEP}exports.handler = async (event) => { ${pathIs} await sleep(last === 'few' ? 100 : 400); return process.pid; };`;
    const instance = await Instance.start(t, code, { CONCURRENCY: 4 });
    const few = await Promise.all([1, 2].map(() => instance.get('few')));
    assert.equal(new Set(few.map(({ text }) => text)).size, 1);
    assert.equal((await instance.stats()).workers, 1);
    await Promise.all([1, 2, 3, 4].map(() => instance.get('many')));
    assert.ok((await instance.stats()).workers > 1);
  });

  test('that let go of what is aborted stay', async (t) => {
    const code = `exports.handler = (event, context) => { ${pathIs}
      if (last === 'pid') return process.pid;
      return new Promise((_, reject) => context.signal.addEventListener('abort', () => reject(context.signal.reason)));
    };`;
    const instance = await Instance.start(t, code);
    const before = await instance.get('pid');
    assert.equal((await instance.get('wait', { 'X-Callbacks-Timeout-Ms': '100' })).status, 504);
    await instance.line(({ message }) => message === 'Error: the deadline has passed');
    assert.equal((await instance.get('pid')).text, before.text);
    assert.equal((await instance.stats()).restarts, 0);
  });

  test('that do not let go are replaced, and finish what others wait for', async (t) => {
    const code = `${SLEEP}exports.handler = async (event) => { ${pathIs}
      if (last === 'stuck') return sleep(60000);
      if (last === 'slow') await sleep(2000);
      return process.pid;
    };`;
    const instance = await Instance.start(t, code, { TIMEOUT_SECONDS: 10 });
    const first = (await instance.get('pid')).text;
    const slow = instance.get('slow');
    assert.equal((await instance.get('stuck', { 'X-Callbacks-Timeout-Ms': '100' })).status, 504);
    await instance.until(async () => (await instance.get('pid')).text !== first);
    assert.equal((await slow).text, first);
    const { pid, reason } = await instance.line(({ event }) => event === 'worker-ended');
    assert.deepEqual([String(pid), reason], [first, 'deadline']);
  });

  test('that are blocked get nothing more and are ended', async (t) => {
    const code = `exports.handler = (event) => { ${pathIs} if (last === 'spin') for (;;); return 1; };`;
    const instance = await Instance.start(t, code);
    const spinning = instance.get('spin', { 'X-Callbacks-Timeout-Ms': '1500' });
    await instance.until(async () => (await instance.stats()).in_flight === 1);
    await new Promise((resolve) => setTimeout(resolve, 1000)); // it is known to be busy by then
    const [spun, other] = await Promise.all([spinning, instance.get('other')]);
    assert.deepEqual([spun.status, other.status], [504, 200]);
    assert.equal((await instance.line(({ event }) => event === 'worker-ended')).reason, 'blocked');
  });

  test('that use more memory than they may cost their own request a 502', async (t) => {
    const code = `exports.handler = (event) => { ${pathIs}
      const kept = []; while (last === 'fill') kept.push(new Array(1e5).fill().map(() => ({}))); return 1; };`;
    const instance = await Instance.start(t, code, { MEMORY_MB: 64, TIMEOUT_SECONDS: 20 });
    const filled = await instance.get('fill');
    assert.deepEqual([filled.status, filled.headers['x-callbacks-error']], [502, 'worker-ended']);
    assert.equal((await instance.get('other')).status, 200);
  });

  test('that cannot read an event answer a 400, and the handler does not see it', async (t) => {
    const instance = await Instance.start(t, 'export const handler = (event) => { console.log(event); return event; };', { file: 'function.mjs' });
    const call = (body) => instance.request('POST', '/', { headers: { 'X-Callbacks-Event': 'cloudevents/1.0' }, body });
    const [bad, good] = [await call('{"data":'), await call('{"data":"good"}')];
    assert.deepEqual([bad.status, bad.headers['x-callbacks-error']], [400, 'bad-event']);
    assert.deepEqual([good.status, good.json()], [200, { data: 'good' }]);
    await instance.line(({ message }) => message === "{ data: 'good' }");
    const said = instance.lines.filter(({ stream }) => stream).map(({ message }) => message);
    assert.equal(said.length, 2);
    assert.match(said[0], /^the event cannot be read: /);
    assert.equal((await instance.stats()).restarts, 0);
  });

  test('say what they have to say when they end', async (t) => {
    const code = `exports.handler = () => { process.stdout.write('x'.repeat(300000) + '\\nlast words'); process.exit(3); };`;
    const instance = await Instance.start(t, code);
    const answer = await instance.get('');
    assert.equal(answer.status, 502);
    const { request_id: id } = await instance.line(({ message }) => message === 'last words');
    assert.ok(id);
    assert.equal((await instance.line(({ event }) => event === 'worker-ended')).reason, 'exit 3');
  });
});

describe('what nobody caught', { concurrency: 3 }, () => {
  test('costs the request it came from a 500', async (t) => {
    const code = `${SLEEP}exports.handler = async (event) => { ${pathIs}
      if (last === 'reject') Promise.reject(new RangeError('stray'));
      if (last === 'throw') setTimeout(() => { throw new TypeError('stray'); });
      await sleep(100);
      return process.pid;
    };`;
    const instance = await Instance.start(t, code);
    const [rejected, thrown, other] = await Promise.all(['reject', 'throw', 'other'].map((name) => instance.get(name, { 'X-Request-Id': name })));
    assert.equal(rejected.json().errorType, 'RangeError');
    assert.equal(thrown.json().errorType, 'TypeError');
    assert.equal(other.status, 200);
    for (const [id, message] of [['reject', 'RangeError: stray'], ['throw', 'TypeError: stray']]) {
      assert.equal((await instance.line((line) => line.message === message)).request_id, id);
    }
    assert.equal((await instance.get('pid')).text, other.text);
  });

  test('and comes from no request ends the worker', async (t) => {
    const code = "setTimeout(() => { throw new Error('background'); }, 200); exports.handler = () => 1;";
    const instance = await Instance.start(t, code);
    assert.equal((await instance.line(({ event }) => event === 'worker-ended')).reason, 'exit 1');
    assert.equal((await instance.line(({ message }) => message === 'Error: background')).request_id, null);
  });

  test('while the code is imported is its failure', async (t) => {
    const code = "setTimeout(() => { throw new RangeError('early'); }, 10); await new Promise(() => {}); export const handler = 1;";
    const instance = await Instance.start(t, code, { file: 'function.mjs' });
    const failure = await instance.line(({ event }) => event === 'load-failed');
    assert.deepEqual([failure.class, failure.message], ['RangeError', 'early']);
    assert.equal(await instance.ended, 1);
  });
});

describe('an import', { concurrency: 3 }, () => {
  test('that ends the process is told with what it said', async (t) => {
    const instance = await Instance.start(t, "console.error('it is the secret-value'); process.exit(4);", { env: { A: 'secret-value' } });
    const failure = await instance.line(({ event }) => event === 'load-failed');
    assert.deepEqual([failure.class, failure.log_tail], ['WorkerDied', 'it is the ********\n']);
    assert.match(failure.message, /exit 4/);
    assert.equal(await instance.ended, 1);
  });

  test('that takes too long is told', async (t) => {
    const instance = await Instance.start(t, 'await new Promise(() => {});', { file: 'function.mjs', STARTUP_TIMEOUT_SECONDS: 0.3 });
    assert.equal((await instance.line(({ event }) => event === 'load-failed')).class, 'StartupTimeout');
    assert.equal(await instance.ended, 1);
  });
});

describe('a stream', { concurrency: 3 }, () => {
  const code = `exports.handler = () => ({ statusCode: 200, body: (function* () {
      try { for (let n = 0; ; n++) { if (n % 16 === 0) console.log('made', n); yield Buffer.alloc(1 << 16); } } finally { console.log('over'); }
    })() });`;

  test('is made no faster than it is taken', async (t) => {
    const instance = await Instance.start(t, code);
    const response = await instance.begin('GET', '/api/');
    await instance.line(({ message }) => message === 'made 64');
    await new Promise((resolve) => setTimeout(resolve, 500));
    const made = instance.lines.length;
    assert.ok(made < 20, `${made} MiB were made`);
    response.on('data', () => {});
    await instance.line(({ message }) => message === 'made 512');
    response.destroy();
  });

  test('that fails elsewhere is broken off, and goes no further', async (t) => {
    const failing = `exports.handler = () => ({ statusCode: 200, body: (async function* () {
      try {
        setTimeout(() => { throw new Error('elsewhere'); }, 100);
        for (;;) { yield 'piece'; await new Promise((resolve) => setTimeout(resolve, 10)); }
      } finally { console.log('over'); }
    })() });`;
    const instance = await Instance.start(t, failing);
    const response = await instance.begin('GET', '/api/');
    const broken = new Promise((resolve) => response.on('error', resolve));
    response.resume();
    assert.equal((await broken).code, 'ECONNRESET');
    await instance.line(({ message }) => message === 'Error: elsewhere');
    await instance.line(({ message }) => message === 'over');
    assert.equal((await instance.stats()).restarts, 0);
  });

  test('ends at its deadline, with what it has to do at its end', async (t) => {
    const instance = await Instance.start(t, code);
    const response = await instance.begin('GET', '/api/', { headers: { 'X-Callbacks-Timeout-Ms': '300' } });
    const broken = new Promise((resolve) => response.on('error', resolve));
    response.resume();
    assert.equal((await broken).code, 'ECONNRESET');
    await instance.line(({ message }) => message === 'over');
    assert.equal((await instance.stats()).restarts, 0);
  });
});
