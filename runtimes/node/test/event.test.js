'use strict';
const assert = require('node:assert/strict');
const { describe, test } = require('node:test');
const { BadEvent, Context, decodeJob, encodeJob, eventOf, jobOf } = require('../lib/event');

const BY_EVENT = ['X-Callbacks-Event', 'cloudevents/1.0'];

function eventFor({ method = 'GET', target = '/api/shop', headers = [['Host', 'h']], body = Buffer.alloc(0) } = {}) {
  const job = jobOf({ method, target, headers }, 'id-1', '10.0.0.1', 1000);
  const { job: sent, body: bytes } = decodeJob(Buffer.concat(encodeJob(job, body)));
  return eventOf(sent, bytes, '7');
}

describe('the event', () => {
  test('has the path below the prefix, as sent', () => {
    const path = (target) => [eventFor({ target }).path, eventFor({ target }).requestContext.path];
    assert.deepEqual(path('/api/a%2Fb?c=1'), ['/a%2Fb', '/api/a%2Fb']);
    assert.deepEqual(path('/api'), ['/', '/api']);
    assert.deepEqual(path('/apiary'), ['/apiary', '/apiary']);
    assert.deepEqual(path('/other'), ['/other', '/other']);
  });

  test('has the last value of a query and all of them', () => {
    const event = eventFor({ target: '/api/a?x=1&x=a+b%C3%BC&y&__proto__=p' });
    assert.deepEqual(Object.entries(event.queryStringParameters), [['x', 'a bü'], ['y', ''], ['__proto__', 'p']]);
    assert.deepEqual(event.multiValueQueryStringParameters.x, ['1', 'a bü']);
    assert.equal(eventFor({ target: '/api/a?' }).queryStringParameters, null);
    assert.equal(eventFor().multiValueQueryStringParameters, null);
  });

  test('has headers with their case, and none of the gateway\'s', () => {
    const headers = [['Host', 'h'], ['X-A', '1'], ['X-A', '2'], ['x-callbacks-anything', 'x'], ['User-Agent', 'u'], ['X-Request-Id', 'own']];
    const event = eventFor({ headers });
    assert.deepEqual(event.headers, { Host: 'h', 'X-A': '2', 'User-Agent': 'u', 'X-Request-Id': 'own' });
    assert.deepEqual(event.multiValueHeaders['X-A'], ['1', '2']);
    assert.equal(event.requestContext.identity.userAgent, 'u');
    assert.equal(eventFor().headers['X-Request-Id'], 'id-1');
  });

  test('has no headers of the hop', () => {
    const headers = [['Host', 'h'], ['Transfer-Encoding', 'chunked'], ['CONNECTION', 'x'], ['te', 'trailers'], ['X-A', '1']];
    assert.deepEqual(Object.keys(eventFor({ headers }).headers), ['Host', 'X-A', 'X-Request-Id']);
  });

  test('takes from the gateway what it says of the request', () => {
    const headers = [
      ['X-Callbacks-Resource', '/a/{id}'], ['X-Callbacks-Path-Parameters', '{"id":"1"}'], ['X-Callbacks-Source-Ip', '1.2.3.4'],
    ];
    const event = eventFor({ headers });
    assert.equal(event.resource, '/a/{id}');
    assert.deepEqual(event.pathParameters, { id: '1' });
    assert.equal(event.requestContext.identity.sourceIp, '1.2.3.4');
    assert.equal(eventFor().requestContext.identity.sourceIp, '10.0.0.1');
    assert.equal(eventFor().resource, '/{proxy+}');
  });

  test('has no parameters where the header is absent, empty or none', () => {
    for (const value of ['', '{}', '[]', 'null', '[1]', '{"']) {
      assert.equal(eventFor({ headers: [['X-Callbacks-Path-Parameters', value]] }).pathParameters, null);
    }
  });

  test('has text as it is and other bytes in base64', () => {
    const body = (bytes) => {
      const { body: value, isBase64Encoded } = eventFor({ body: Buffer.from(bytes) });
      return [value, isBase64Encoded];
    };
    assert.deepEqual(body(''), [null, false]);
    assert.deepEqual(body('\ufeffgrün'), ['\ufeffgrün', false]);
    assert.deepEqual(body([0xff, 0xfe]), ['//4=', true]);
  });

  test('is the body where the gateway says so', () => {
    const event = (body) => eventFor({ method: 'POST', target: '/', headers: [BY_EVENT], body: Buffer.from(body) });
    assert.deepEqual(event('{"data": "ü😀", "data_base64": null}'), { data: 'ü😀', data_base64: null });
    assert.deepEqual(event('{"a": 1, "a": [{}]}'), { a: [{}] });
    assert.deepEqual(Object.entries(event('{"__proto__": 1}')), [['__proto__', 1]]);
    assert.deepEqual([event('null'), event(' [1.5] '), event('"\\ud800"')], [null, [1.5], '\ud800']);
  });

  test('is that of a request where only the client says so', () => {
    const headers = [['Content-Type', 'application/cloudevents+json']];
    const { httpMethod, body } = eventFor({ method: 'POST', headers, body: Buffer.from('{"httpMethod": "none"}') });
    assert.deepEqual([httpMethod, body], ['POST', '{"httpMethod": "none"}']);
    assert.deepEqual(eventFor({ headers: [['x-callbacks-event', '']], body: Buffer.from('{}') }), {});
  });

  test('is none where the body is not JSON', () => {
    const bodies = ['', '{', '{} x', 'words', "{'a': 1}", [0x22, 0xff, 0x22], '\ufeff{}', Buffer.from('{}', 'utf16le')];
    for (const body of bodies) assert.throws(() => eventFor({ headers: [BY_EVENT], body: Buffer.from(body) }), BadEvent);
  });

  test('tells the time in both ways', () => {
    const { requestTime, requestTimeEpoch } = eventFor().requestContext;
    assert.match(requestTime, /^\d{2}\/[A-Z][a-z]{2}\/\d{4}:\d{2}:\d{2}:\d{2} \+0000$/);
    const [day, month, year, time] = [requestTime.slice(0, 2), requestTime.slice(3, 6), requestTime.slice(7, 11), requestTime.slice(12, 20)];
    assert.equal(Date.parse(`${day} ${month} ${year} ${time} GMT`), Math.floor(requestTimeEpoch / 1000) * 1000);
  });
});

describe('the context', () => {
  test('counts down to the deadline and not below', () => {
    const left = (milliseconds) => new Context('r', performance.now() + milliseconds, {}).getRemainingTimeInMillis();
    assert.ok(left(1000) > 900 && left(1000) <= 1000);
    assert.equal(left(-5), 0);
  });

  test('has the names that AWS gives them', () => {
    const environ = { CALLBACKS_FUNCTION_NAME: 'f', CALLBACKS_REVISION: '3', CALLBACKS_MEMORY_MB: '128', CALLBACKS_CALLBACK_ID: '7' };
    const context = new Context('r', 0, environ, () => 'the signal');
    const { awsRequestId, functionName, functionVersion, memoryLimitInMB, signal } = context;
    assert.deepEqual([awsRequestId, functionName, functionVersion, memoryLimitInMB, signal], ['r', 'f', '3', '128', 'the signal']);
  });
});
