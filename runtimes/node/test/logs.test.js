'use strict';
const assert = require('node:assert/strict');
const { describe, test } = require('node:test');
const { LONGEST, Lines, Masker, TAG, TAG_END } = require('../lib/logs');

/** What is told of bytes that arrive in pieces of a size: [tag, text]. */
function told(text, { size = Infinity, env = {} } = {}) {
  const masker = new Masker();
  masker.keep([env]);
  const seen = [];
  const lines = new Lines(masker, (tag, line) => seen.push([tag, line]));
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) lines.feed(bytes.subarray(at, at + size));
  lines.end();
  return seen;
}

describe('lines', () => {
  test('are cut at their ends, in whatever pieces they arrive', () => {
    for (const size of [1, 2, 3, 100]) {
      const text = `${TAG}r-1${TAG_END}öne\n\ntwo\nrest`;
      assert.deepEqual(told(text, { size }), [['r-1', 'öne'], [null, ''], [null, 'two'], [null, 'rest']]);
    }
  });

  test('that are long are cut into pieces of the same request', () => {
    const text = `${TAG}r-1${TAG_END}${'a'.repeat(2 * LONGEST + 5)}\nb\n`;
    for (const size of [1000, 100000]) {
      const seen = told(text, { size });
      assert.deepEqual(seen.map(([tag, { length }]) => [tag, length]), [['r-1', LONGEST], ['r-1', LONGEST], ['r-1', 5], [null, 1]]);
    }
  });

  test('are not cut within a character', () => {
    const seen = told(`x${'ü'.repeat(LONGEST)}\n`);
    assert.equal(seen.map(([, piece]) => piece).join(''), `x${'ü'.repeat(LONGEST)}`);
  });

  test('are not cut within a secret', () => {
    const secret = 'a-secret-value';
    for (let before = LONGEST - 20; before < LONGEST + 3; before++) {
      const seen = told(`${'.'.repeat(before)}${secret}${'.'.repeat(LONGEST)}\n`, { env: { A: secret } });
      const text = seen.map(([, piece]) => piece).join('');
      assert.equal(text, `${'.'.repeat(before)}********${'.'.repeat(LONGEST)}`);
    }
  });
});

describe('masking', () => {
  test('replaces values of eight characters and more, and each line of those with several', () => {
    const masker = new Masker();
    masker.keep([{ A: 'short', B: '12345678', C: 'first line\nsecond line\n' }, { D: 'former value' }]);
    assert.equal(masker.mask('short 12345678 123456789'), 'short ******** ********9');
    assert.equal(masker.mask('a first line, a second line, a former value'), 'a ********, a ********, a ********');
  });

  test('replaces the longer of two that overlap', () => {
    const masker = new Masker();
    masker.keep([{ A: 'password', B: 'password-of-many' }]);
    assert.equal(masker.mask('password-of-many password'), '******** ********');
  });

  test('takes a value as it is, whatever it means elsewhere', () => {
    const masker = new Masker();
    masker.keep([{ A: '$&.*+?()[' }]);
    assert.equal(masker.mask('it is $&.*+?()['), 'it is ********');
  });
});
