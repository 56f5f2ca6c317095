'use strict';
// What must hold of a request beyond what Node's parser sees to, and of the headers of an answer.

const { STATUS_CODES } = require('node:http');

const MAX_HEAD = 64 << 10;
const SEPARATORS = ': \r\n'.length;
const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const VALUE = /^[^\x00-\x08\x0a-\x1f\x7f]*$/;
const BEYOND_LATIN1 = /[^\x00-\xff]/;
const TARGET = /^[\x21-\x7e]+$/;
const HOP_BY_HOP = new Set([
  'connection', 'keep-alive', 'proxy-connection', 'proxy-authenticate', 'proxy-authorization', 'te', 'trailer',
  'transfer-encoding', 'upgrade', 'content-length',
]);

/** Why a request is refused whose head Node has parsed; null if it may pass. */
function refusalOf(request, maxBody) {
  const { size, fields } = framing(request.rawHeaders);
  if (size > MAX_HEAD) return { status: 431, why: 'head too large' }; // Node counts names and values alone
  const codings = fields['transfer-encoding'];
  const lengths = fields['content-length'];
  const old = request.httpVersion === '1.0';
  if (!old && request.httpVersion !== '1.1') return { status: 400, why: 'HTTP version' };
  if (!TARGET.test(request.url)) return { status: 400, why: 'request target' };
  if (fields.host.length > 1 || (!old && fields.host.length === 0)) {
    return { status: 400, why: 'exactly one Host is needed' };
  }
  if (codings.length && lengths.length) return { status: 400, why: 'both Content-Length and Transfer-Encoding' };
  if (codings.length > 1 || (codings.length && old)) return { status: 400, why: 'Transfer-Encoding' };
  if (codings.length && codings[0].toLowerCase() !== 'chunked') {
    return { status: 501, why: 'Transfer-Encoding other than chunked' };
  }
  if (lengths.length > 1 || (lengths.length && !/^[0-9]+$/.test(lengths[0]))) {
    return { status: 400, why: 'Content-Length' };
  }
  if (lengths.length && Number(lengths[0]) > maxBody) return { status: 413, why: 'body too large' };
  return null;
}

function framing(rawHeaders) {
  const fields = { host: [], 'content-length': [], 'transfer-encoding': [] };
  let size = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const [name, value] = [rawHeaders[at], rawHeaders[at + 1]];
    size += name.length + value.length + SEPARATORS;
    const known = name.toLowerCase();
    if (Object.hasOwn(fields, known)) fields[known].push(value);
  }
  return { size, fields };
}

/** What Node's parser refused: { status, why }. */
function faultOf(error) {
  if (error.code === 'HPE_HEADER_OVERFLOW') return { status: 431, why: 'head too large' };
  if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT') return { status: 408, why: 'the request did not arrive in time' };
  return { status: 400, why: error.reason ?? 'not HTTP' };
}

/** A refusal as bytes, for a connection that Node has no answer object for. */
function rawRefusal(status, why) {
  const body = JSON.stringify({ message: why });
  const lines = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'Content-Type: application/json',
    'X-Callbacks-Error: bad-request',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ];
  return `${lines.join('\r\n')}\r\n\r\n${body}`;
}

function isHeader(name, value) {
  return typeof name === 'string' && typeof value === 'string' && NAME.test(name) && VALUE.test(value);
}

function sizeOf(headers) {
  return headers.reduce((size, [name, value]) => size + name.length + value.length + SEPARATORS, 0);
}

/** A worker's headers that may pass, flat, as Node writes them; throws if one must not be written. */
function checkedHeaders(headers) {
  if (!Array.isArray(headers)) throw new TypeError('headers must be a list');
  const passed = [];
  for (const header of headers) {
    const [name, value] = Array.isArray(header) ? header : [];
    if (!isHeader(name, value)) throw new TypeError(`header '${String(name).slice(0, 80)}' is malformed`);
    const lower = name.toLowerCase();
    if (!HOP_BY_HOP.has(lower) && !lower.startsWith('x-callbacks-')) passed.push(name, onTheWire(value));
  }
  if (sizeOf(headers) > MAX_HEAD) throw new TypeError('headers are larger than 64 KiB');
  return passed;
}

/** Node writes heads as latin-1: what goes beyond it is sent as UTF-8. */
function onTheWire(value) {
  return BEYOND_LATIN1.test(value) ? Buffer.from(value, 'utf8').toString('latin1') : value;
}

module.exports = { MAX_HEAD, checkedHeaders, faultOf, isHeader, rawRefusal, refusalOf, sizeOf };
