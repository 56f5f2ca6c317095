'use strict';
const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { after, before, describe, test } = require('node:test');
const { LoadError, classOf, load, traceOf } = require('../lib/loader');

describe('the loader', () => {
  let root;
  let count = 0;
  before(() => {
    root = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'node-loader-')));
  });
  after(() => fs.rmSync(root, { recursive: true }));

  /** A directory of its own with these files. */
  function directoryWith(files) {
    const directory = path.join(root, String(count++));
    fs.mkdirSync(directory);
    for (const [name, code] of Object.entries(files)) fs.writeFileSync(path.join(directory, name), code);
    return directory;
  }

  async function called(files, event) {
    return (await load(directoryWith(files)))(event, { context: true });
  }

  async function failure(files) {
    try {
      await load(directoryWith(files));
    } catch (error) {
      if (error instanceof LoadError) return error.told();
      throw error;
    }
    throw new assert.AssertionError({ message: 'it was loaded' });
  }

  test('finds a handler however it is exported', async () => {
    const codes = {
      'function.js': ['exports.handler = () => 1', 'module.exports = () => 1', 'module.exports = { handler: () => 1, other: 2 }',
        'Object.defineProperty(exports, "__esModule", { value: true }); exports.default = () => 1'],
      'function.mjs': ['export const handler = () => 1', 'export default () => 1', 'export default { handler: () => 1 }',
        'const one = await 1; export function handler() { return one; }'],
      'function.cjs': ['exports.handler = async () => 1'],
    };
    for (const [name, variants] of Object.entries(codes)) {
      for (const code of variants) assert.equal(await called({ [name]: code }), 1, code);
    }
  });

  test('gives event and context, and a callback to those that name it', async () => {
    assert.deepEqual(await called({ 'function.js': 'exports.handler = (e, c) => [e, c]' }, 1), [1, { context: true }]);
    assert.equal(await called({ 'function.js': 'exports.handler = (e, c, done) => setImmediate(done, null, e)' }, 2), 2);
    assert.equal(await called({ 'function.js': 'exports.handler = async (e, c, done) => e' }, 3), 3);
    await assert.rejects(called({ 'function.js': 'exports.handler = (e, c, done) => { done(new Error("no")); }' }), /no/);
    await assert.rejects(called({ 'function.js': 'exports.handler = () => { throw new Error("no"); }' }), /no/);
  });

  test('names the package that is missing', async () => {
    const cases = {
      "require('left-pad/sub')": 'left-pad', "require('@scope/name/sub')": '@scope/name', "require('./missing')": null,
      "require('/missing')": null, "import('left-pad')": 'left-pad',
    };
    for (const [code, name] of Object.entries(cases)) {
      const file = code.startsWith('import') ? 'function.mjs' : 'function.js';
      const told = await failure({ [file]: file.endsWith('.mjs') ? `await ${code}` : code });
      assert.deepEqual([told.class, told.package], ['ModuleNotFound', name], code);
      assert.ok(!told.message.includes('\n'), told.message);
    }
    assert.equal((await failure({ 'function.mjs': "import x from '@scope/name/sub'" })).package, '@scope/name');
    assert.equal((await failure({ 'function.mjs': "import x from './missing.js'" })).package, null);
  });

  test('says where the syntax is wrong', async () => {
    for (const name of ['function.js', 'function.mjs']) {
      const told = await failure({ [name]: '\nconst wrong = ;\n' });
      assert.equal(told.class, 'SyntaxError');
      assert.match(told.log_tail, /const wrong = ;\n/);
      assert.match(told.log_tail, new RegExp(`${name}:2\n`));
      assert.doesNotMatch(told.log_tail, /node:|Node\.js v/);
    }
  });

  test('shows the trace of what is raised without frames that are not the function\'s', async () => {
    const told = await failure({ 'function.js': 'class Odd extends Error {}\nfunction deep() { throw new Odd("no\\nmore"); }\ndeep();' });
    assert.deepEqual([told.class, told.message, told.package], ['Odd', 'no', null]);
    assert.match(told.log_tail, /at deep .*function\.js:2/);
    assert.doesNotMatch(told.log_tail, /node:|loader\.js/);
  });

  test('takes what is raised, whatever it is', async () => {
    assert.equal((await failure({ 'function.js': 'throw null' })).class, 'object');
    assert.equal((await failure({ 'function.js': 'throw "text"' })).message, 'text');
    assert.equal((await failure({ 'function.js': 'throw { toString() { throw 1; } }' })).class, 'Object');
  });

  test('misses a handler that is none', async () => {
    assert.equal((await failure({})).class, 'HandlerNotFound');
    assert.match((await failure({ 'function.js': 'exports.other = 1' })).message, /exports no function/);
    assert.match((await failure({ 'function.mjs': 'export const handler = 1' })).message, /a number, not a function/);
  });
});

test('an error that cannot be shown is told all the same', () => {
  const error = new Error('x');
  error[Symbol.for('nodejs.util.inspect.custom')] = () => {
    throw new Error('no');
  };
  assert.equal(traceOf(error), 'an error that cannot be shown');
  assert.equal(classOf(new (class Odd extends TypeError {})('x')), 'TypeError');
  assert.equal(classOf(undefined), 'undefined');
});
