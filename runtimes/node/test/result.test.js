'use strict';
const assert = require('node:assert/strict');
const { Readable } = require('node:stream');
const { describe, test } = require('node:test');
const { BadAnswer, answerOf, pieceOf } = require('../lib/result');

const bodyOf = (body, more = {}) => answerOf({ statusCode: 200, body, ...more }).body.toString();
const headersOf = (result) => answerOf({ statusCode: 200, ...result }).headers;

describe('a value without a status', () => {
  test('is an answer of its own in JSON', () => {
    for (const [value, json] of [[null, 'null'], [undefined, 'null'], [1, '1'], ['é', '"é"'], [[1], '[1]'], [{ a: 1 }, '{"a":1}'], [true, 'true']]) {
      const { status, headers, body } = answerOf(value);
      assert.deepEqual([status, headers, body.toString()], [200, [['Content-Type', 'application/json']], json]);
    }
  });

  test('that JSON has no words for is malformed', () => {
    const circle = {};
    circle.circle = circle;
    for (const value of [1n, circle, () => 1, Symbol('s')]) assert.throws(() => answerOf(value), BadAnswer);
  });
});

describe('the status', () => {
  test('may be a number or its digits', () => {
    assert.equal(answerOf({ statusCode: '201' }).status, 201);
    assert.equal(answerOf({ statusCode: 599 }).status, 599);
  });

  test('is malformed otherwise', () => {
    for (const statusCode of [199, 600, 200.5, '20', '0200', ' 200', true, null, {}, NaN]) {
      assert.throws(() => answerOf({ statusCode }), BadAnswer);
    }
  });

  test('of an empty answer takes its body away', () => {
    assert.equal(answerOf({ statusCode: 204, body: 'x' }).body.length, 0);
    assert.equal(answerOf({ statusCode: 304, body: 'x' }).body.length, 0);
  });
});

describe('headers', () => {
  test('of several values win, whatever their case', () => {
    const headers = headersOf({ headers: { 'x-a': '1', 'Content-Type': 'text/plain' }, multiValueHeaders: { 'X-A': ['2', 3] } });
    assert.deepEqual(headers, [['Content-Type', 'text/plain'], ['X-A', '2'], ['X-A', '3']]);
  });

  test('that are numbers or booleans are written as in JSON, those without a value not at all', () => {
    const headers = headersOf({ headers: { 'content-type': 'a/b', A: 1.5, B: false, C: undefined } });
    assert.deepEqual(headers, [['content-type', 'a/b'], ['A', '1.5'], ['B', 'false']]);
  });

  test('may come in a map', () => {
    assert.deepEqual(headersOf({ headers: new Headers({ 'content-type': 'a/b' }) }), [['content-type', 'a/b']]);
    assert.deepEqual(headersOf({ headers: new Map([['Content-Type', 'a/b']]) }), [['Content-Type', 'a/b']]);
  });

  test('get the cookies as they are', () => {
    const headers = headersOf({ headers: { 'Set-Cookie': 'c' }, cookies: ['a=1, 2', 'b'] });
    assert.deepEqual(headers.slice(0, 3), [['Set-Cookie', 'c'], ['Set-Cookie', 'a=1, 2'], ['Set-Cookie', 'b']]);
  });

  test('that cannot be written are malformed', () => {
    for (const result of [
      { headers: { A: 'b\r\nC: d' } }, { headers: { 'A B': 'c' } }, { headers: { A: null } }, { headers: { A: ['b'] } }, { headers: [] },
      { headers: 'x' }, { multiValueHeaders: { A: 'b' } }, { cookies: 'a' }, { headers: { A: 'b'.repeat(70000) } },
    ]) assert.throws(() => answerOf({ statusCode: 200, ...result }), BadAnswer);
  });
});

describe('the body', () => {
  test('may be text, bytes or a value', () => {
    assert.equal(bodyOf('é'), 'é');
    assert.equal(bodyOf(undefined), '');
    assert.equal(bodyOf(null, { isBase64Encoded: true }), '');
    assert.equal(bodyOf(new Uint8Array([97, 98]).subarray(1)), 'b');
    assert.equal(bodyOf(new Uint8Array([97]).buffer), 'a');
    assert.equal(bodyOf({ a: [1] }), '{"a":[1]}');
    assert.equal(bodyOf(new Set()), '{}');
  });

  test('is decoded from base64', () => {
    assert.equal(bodyOf('', { isBase64Encoded: true }), '');
    assert.equal(bodyOf('aGk=', { isBase64Encoded: true }), 'hi');
    assert.equal(bodyOf(Buffer.from('aGk='), { isBase64Encoded: true }), 'hi');
  });

  test('is malformed if it is no base64', () => {
    for (const body of ['aGk', 'aGk=\n', 'a*k=', '_-_-', 'aG=k', '====', 1, {}]) {
      assert.throws(() => bodyOf(body, { isBase64Encoded: true }), BadAnswer, String(body));
    }
  });

  test('is malformed if it holds half a character', () => {
    assert.throws(() => bodyOf('\ud800'), BadAnswer);
    assert.equal(bodyOf('😀'), '😀');
  });

  test('is a stream if it makes its parts as they are asked for', () => {
    const streams = [Readable.from(['a']), new ReadableStream(), (function* () {})(), (async function* () {})(), [][Symbol.iterator]()];
    for (const body of streams) assert.equal(answerOf({ statusCode: 200, body }).body, body);
  });

  test('may be streamed in strings and bytes alone', () => {
    assert.equal(pieceOf('é').length, 2);
    assert.equal(pieceOf(new Uint8Array(3)).length, 3);
    for (const piece of [1, null, {}]) assert.throws(() => pieceOf(piece), BadAnswer);
  });
});
