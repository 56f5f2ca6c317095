'use strict';
const assert = require('node:assert/strict');
const { describe, test } = require('node:test');
const { HttpError, Parser, checkedHeaders, chunkOf, headOf } = require('../lib/http1');

const HOST = 'Host: x\r\n';

/** All requests in bytes that arrive in pieces of a size. */
function parsed(text, size = Infinity, maxBody = 100) {
  const parser = new Parser(maxBody);
  const bytes = Buffer.from(text, 'latin1');
  const requests = [];
  for (let at = 0; at < bytes.length; at += size) {
    parser.feed(bytes.subarray(at, at + size));
    for (let request = parser.next(); request; request = parser.next()) requests.push(request);
  }
  return { parser, requests };
}

function refusal(text) {
  try {
    parsed(text);
  } catch (error) {
    if (error instanceof HttpError) return error.status;
    throw error;
  }
  return null;
}

describe('a request', () => {
  test('is the same in whatever pieces it arrives', () => {
    const text = `POST /a?b HTTP/1.1\r\n${HOST}X-A:  \tb c \r\nContent-Length: 5\r\n\r\nhello`
      + `PUT /c HTTP/1.1\r\n${HOST}Transfer-Encoding: Chunked\r\n\r\n3;a=b\r\nabc\r\n00\r\nX-T: 1\r\n\r\n`;
    for (const size of [1, 2, 3, 7, 64, 1000]) {
      const { parser, requests: [first, second, ...others] } = parsed(text, size);
      assert.equal(`${first.method} ${first.target} ${first.body}`, 'POST /a?b hello');
      assert.deepEqual(first.headers, [['Host', 'x'], ['X-A', 'b c'], ['Content-Length', '5']]);
      assert.equal(`${second.method} ${second.target} ${second.body}`, 'PUT /c abc');
      assert.deepEqual(others, []);
      assert.ok(parser.idle);
    }
  });

  test('without a body has an empty one', () => {
    assert.equal(parsed(`GET / HTTP/1.1\r\n${HOST}\r\n`).requests[0].body.length, 0);
  });

  test('may follow a stray line end', () => {
    assert.equal(parsed(`\r\nGET / HTTP/1.1\r\n${HOST}\r\n`).requests.length, 1);
  });

  test('keeps the connection as its version says', () => {
    const keeps = (version, headers) => parsed(`GET / HTTP/1.${version}\r\n${HOST}${headers}\r\n`).requests[0].keepAlive;
    assert.equal(keeps(1, ''), true);
    assert.equal(keeps(1, 'Connection: x\r\nConnection: foo, Close\r\n'), false);
    assert.equal(keeps(0, ''), false);
    assert.equal(keeps(0, 'Connection: keep-alive\r\n'), false);
  });

  test('gives the last of several values of a header', () => {
    const [request] = parsed(`GET / HTTP/1.1\r\n${HOST}X-A: 1\r\nx-a: 2\r\n\r\n`).requests;
    assert.equal(request.header('x-a'), '2');
    assert.equal(request.header('x-b'), undefined);
  });

  test('that waits to be told to go on says so', () => {
    const { parser } = parsed(`PUT / HTTP/1.1\r\n${HOST}Expect: 100-Continue\r\nContent-Length: 1\r\n\r\n`);
    assert.ok(parser.wantsContinue);
    assert.ok(!parser.idle);
  });
});

describe('refused', () => {
  const chunked = `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n`;
  const cases = {
    'two spaces in the request line': [400, `GET  / HTTP/1.1\r\n${HOST}\r\n`],
    'another version': [505, `GET / HTTP/2.0\r\n${HOST}\r\n`],
    'no version': [400, `GET /\r\n${HOST}\r\n`],
    'a bare LF': [400, `GET / HTTP/1.1\r\n${HOST}\n`],
    'a bare LF at the very start': [400, '\n'],
    'a folded header': [400, `GET / HTTP/1.1\r\n${HOST}X-A: 1\r\n 2\r\n\r\n`],
    'a space before the colon': [400, `GET / HTTP/1.1\r\n${HOST}X-A : 1\r\n\r\n`],
    'a space in a name': [400, `GET / HTTP/1.1\r\n${HOST}X A: 1\r\n\r\n`],
    'no name': [400, `GET / HTTP/1.1\r\n${HOST}: 1\r\n\r\n`],
    'NUL in a value': [400, `GET / HTTP/1.1\r\n${HOST}X-A: 1\0\r\n\r\n`],
    'DEL in a value': [400, `GET / HTTP/1.1\r\n${HOST}X-A: \x7f\r\n\r\n`],
    'a bare CR in a value': [400, `GET / HTTP/1.1\r\n${HOST}X-A: 1\r2\r\n\r\n`],
    'no Host': [400, 'GET / HTTP/1.1\r\n\r\n'],
    'two Hosts': [400, `GET / HTTP/1.1\r\n${HOST}${HOST}\r\n`],
    'length and coding': [400, `POST / HTTP/1.1\r\n${HOST}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n`],
    'two lengths': [400, `POST / HTTP/1.1\r\n${HOST}Content-Length: 1\r\nContent-Length: 1\r\n\r\n`],
    'a signed length': [400, `POST / HTTP/1.1\r\n${HOST}Content-Length: +1\r\n\r\n`],
    'a listed length': [400, `POST / HTTP/1.1\r\n${HOST}Content-Length: 1, 1\r\n\r\n`],
    'an empty length': [400, `POST / HTTP/1.1\r\n${HOST}Content-Length:\r\n\r\n`],
    'another coding': [501, `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: gzip, chunked\r\n\r\n`],
    'two codings': [400, `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n`],
    'a coding in the old version': [400, 'POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n'],
    'an unknown expectation': [417, `POST / HTTP/1.1\r\n${HOST}Expect: luck\r\n\r\n`],
    'a body over the limit': [413, `POST / HTTP/1.1\r\n${HOST}Content-Length: 101\r\n\r\n`],
    'a chunk over the limit': [413, `${chunked}64\r\n${'a'.repeat(100)}\r\n1\r\n`],
    'a size that is none': [400, `${chunked}x\r\n`],
    'a size of many digits': [400, `${chunked}000000001\r\n`],
    'a size ended by LF': [400, `${chunked}1\na`],
    'a chunk longer than said': [400, `${chunked}1\r\nab\r\n`],
    'a size line without end': [400, `${chunked}1;${'a'.repeat(300)}`],
    'a trailer that is none': [400, `${chunked}0\r\nnonsense\r\n\r\n`],
    'trailers without end': [431, `${chunked}0\r\n${'X-T: aaaaaaaa\r\n'.repeat(400)}`],
    'a head without end': [431, `GET / HTTP/1.1\r\nX: ${'a'.repeat(65536)}`],
    'a head of many headers': [431, `GET / HTTP/1.1\r\n${HOST}${'A: b\r\n'.repeat(12000)}\r\n`],
  };
  for (const [name, [status, text]] of Object.entries(cases)) test(name, () => assert.equal(refusal(text), status));
});

describe('an answer', () => {
  test('names its length, or its coding', () => {
    assert.equal(headOf(200, [['A', 'b']], { length: 3 }).toString(), 'HTTP/1.1 200 OK\r\nA: b\r\nContent-Length: 3\r\n\r\n');
    const head = headOf(299, [], { chunked: true, keepAlive: false }).toString();
    assert.equal(head, 'HTTP/1.1 299 Status\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n');
  });

  test('has values beyond latin-1 as UTF-8', () => {
    assert.ok(headOf(200, [['A', 'é'], ['B', '→']], {}).includes(Buffer.from([0xe9, 0x0d, 0x0a])));
    assert.ok(headOf(200, [['B', '→']], {}).includes(Buffer.from('→')));
  });

  test('has chunks with their size in hexadecimal digits', () => {
    assert.equal(chunkOf(Buffer.from('a'.repeat(17))).toString(), `11\r\n${'a'.repeat(17)}\r\n`);
  });

  test('loses what is the front\'s own', () => {
    const headers = [['Content-Length', '9'], ['CONNECTION', 'x'], ['X-Callbacks-Error', 'x'], ['Set-Cookie', 'a'], ['Set-Cookie', 'b']];
    assert.deepEqual(checkedHeaders(headers), [['Set-Cookie', 'a'], ['Set-Cookie', 'b']]);
  });

  test('is not made of what a worker must not send', () => {
    for (const headers of [null, 'x', [1], [['a']], [['a', 1]], [['a', 'b\r\nc: d']], [['a b', 'c']], [['a', 'b'.repeat(70000)]]]) {
      assert.throws(() => checkedHeaders(headers), TypeError);
    }
  });
});
