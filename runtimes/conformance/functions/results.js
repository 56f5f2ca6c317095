// Answers by the last part of the path, in every way a handler may answer, and in some it must not.
let DEEP = [];
for (let i = 0; i < 100000; i++) DEEP = [DEEP];

const answer = (body = null, statusCode = 200, more = {}) => ({ statusCode, body, ...more });

const circular = () => {
  const itself = {};
  itself.itself = itself;
  return itself;
};

const RESULTS = {
  'nothing': () => undefined,
  'text': () => 'grüße',
  'number': () => 42,
  'list': () => [1, null, 'drei'],
  'mapping': () => ({ a: { b: true } }),
  'false': () => false,
  'no-body': () => ({ statusCode: 200 }),
  'null-body': () => answer(),
  'string': () => answer('grüße'),
  'typed': () => answer('<p>', 200, { headers: { 'content-type': 'text/html; charset=utf-8' } }),
  'json-body': () => answer({ a: [1, 2.5, 'ü'] }),
  'number-body': () => answer(7),
  'bytes': () => answer(new Uint8Array([0, 255, 16]), 200, { headers: { 'Content-Type': 'application/octet-stream' } }),
  'base64': () => answer('AP8Q', 200, { isBase64Encoded: true, headers: { 'Content-Type': 'application/octet-stream' } }),
  'base64-false': () => answer('AP8Q', 200, { isBase64Encoded: false }),
  'created': () => answer('{}', 201, { headers: { Location: '/shop/7' } }),
  'numeric-string': () => answer('', '418'),
  'unnamed-status': () => answer('', 299),
  'client-error': () => answer('no', 404),
  'server-error': () => answer('broken', 503),
  'no-content': () => answer('dropped', 204),
  'not-modified': () => answer('dropped', 304, { headers: { ETag: '"1"' } }),
  'header-values': () => answer(null, 200, { headers: { 'X-Number': 7, 'X-Float': 1.5, 'X-True': true, 'X-False': false } }),
  'multi': () => answer(null, 200, { multiValueHeaders: { 'X-Many': ['1', '2'], 'Set-Cookie': ['a=1, b', 'c=2'] } }),
  'multi-wins': () => answer(null, 200, { headers: { 'X-MANY': 'no', 'X-One': '1' }, multiValueHeaders: { 'x-many': ['yes'] } }),
  'cookies': () => answer(null, 200, { cookies: ['a=1; Path=/', 'b=2'] }),
  'null-headers': () => answer('x', 200, { headers: null, multiValueHeaders: null, cookies: null }),
  'own-length': () => answer('four', 200, { headers: { 'Content-Length': '99', 'Connection': 'close', 'Keep-Alive': 'x' } }),
  'own-coding': () => answer('four', 200, { headers: { 'Transfer-Encoding': 'chunked' } }),
  'own-platform-headers': () => answer('x', 200, { headers: { 'X-Callbacks-Error': 'mine', 'x-callbacks-revision': '99' } }),
  'unicode-header': () => answer('x', 200, { headers: { 'X-Name': 'grüße' } }),
  'large': () => answer('x'.repeat(3 << 20)),
  'larger': () => answer(Buffer.alloc(12 << 20, 'y')),
  'bad-status': () => answer('', 99, { headers: { 'X-Mine': '1' } }),
  'status-600': () => answer('', 600),
  'status-100': () => answer('', 100),
  'status-word': () => answer('', 'fine'),
  'status-null': () => answer('', null),
  'status-true': () => answer('', true),
  'status-fraction': () => answer('', 200.5),
  'bad-base64': () => answer('*not base64*', 200, { isBase64Encoded: true, headers: { 'X-Mine': '1' } }),
  'line-in-header': () => answer('', 200, { headers: { 'X-A': 'a\r\nX-B: b' } }),
  'nul-in-header': () => answer('', 200, { headers: { 'X-A': 'a\0b' } }),
  'bad-header-name': () => answer('', 200, { headers: { 'X A': '1' } }),
  'empty-header-name': () => answer('', 200, { headers: { '': '1' } }),
  'line-in-cookie': () => answer('', 200, { cookies: ['a=1\nb=2'] }),
  'headers-list': () => answer('', 200, { headers: ['X-A', '1'] }),
  'multi-no-list': () => answer('', 200, { multiValueHeaders: { 'X-A': '1' } }),
  'huge-header': () => answer('', 200, { headers: { 'X-A': 'a'.repeat(70000) } }),
  'object': () => 10n,
  'object-body': () => answer({ a: 10n }),
  'circular': () => circular(),
  'too-deep': () => DEEP,
};

exports.handler = async (event) => RESULTS[event.path.split('/').pop()]();
