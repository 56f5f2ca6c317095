'use strict';
const assert = require('node:assert/strict');
const { PassThrough } = require('node:stream');
const { describe, test } = require('node:test');
const { Config, configurationLine } = require('../lib/config');

const LINE = { token: 't', env: { A: '1' }, env_version: 2, generation: 5 };

describe('the environment', () => {
  test('has defaults', () => {
    const { host, port, timeout, concurrency, memoryMb, maxBody, startupTimeout } = new Config({});
    const defaults = ['127.0.0.1', 0, 30000, 10, 256, 6291456, 60000];
    assert.deepEqual([host, port, timeout, concurrency, memoryMb, maxBody, startupTimeout], defaults);
  });

  test('of a worker is the callback\'s and the basics, nothing else', () => {
    const config = new Config({ PATH: '/bin', NODE_EXTRA_CA_CERTS: '/ca', SECRET: 'x', NODE_OPTIONS: '-x', CALLBACKS_HOST: 'h', CALLBACKS_REVISION: '3', CALLBACKS_CALLBACK_ID: '7' });
    assert.deepEqual(config.workerEnviron({ A: '1', LANG: 'de' }, 4), {
      PATH: '/bin', NODE_EXTRA_CA_CERTS: '/ca', LANG: 'de', A: '1', CALLBACKS_REVISION: '3', CALLBACKS_CALLBACK_ID: '7', CALLBACKS_MEMORY_MB: '256', CALLBACKS_ENV_VERSION: '4',
    });
    assert.equal(config.workerEnviron({}, 1).LANG, 'C.UTF-8');
  });

  test('is refused where a number is none', () => {
    assert.throws(() => new Config({ CALLBACKS_PORT: 'http' }), /CALLBACKS_PORT must be a number/);
  });
});

describe('the configuration line', () => {
  const taken = (told) => new Config({ CALLBACKS_GENERATION: '9' }).takeLine(JSON.stringify(told));

  test('gives env and generation', () => {
    const config = new Config({ CALLBACKS_GENERATION: '9' });
    config.takeLine(JSON.stringify(LINE));
    assert.deepEqual([config.token, config.env, config.envVersion, config.generation], ['t', { A: '1' }, 2, 5]);
    config.takeLine(JSON.stringify({ ...LINE, generation: undefined }));
    assert.equal(config.generation, 5);
  });

  test('is refused if it is malformed', () => {
    for (const wrong of [null, 1, { ...LINE, token: '' }, { ...LINE, env: [] }, { ...LINE, env: { A: 1 } }, { ...LINE, env: { 'A=': '' } },
      { ...LINE, env: { A: '\0' } }, { ...LINE, env_version: '2' }, { ...LINE, env_version: 1.5 }]) assert.throws(() => taken(wrong));
  });

  test('ends where the line does', async () => {
    const input = new PassThrough();
    const line = configurationLine({}, input);
    for (const part of ['{"a"', ':1}\nwhat follows']) input.write(part);
    assert.equal(await line, '{"a":1}');
  });

  test('has to come, and to end', async () => {
    const ended = new PassThrough();
    ended.end('{}');
    await assert.rejects(configurationLine({}, ended), /must begin with a line/);
    const endless = new PassThrough();
    const line = configurationLine({}, endless);
    endless.write('x'.repeat((1 << 20) + 1));
    await assert.rejects(line, /must begin with a line/);
  });
});
