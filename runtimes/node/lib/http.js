'use strict';
/** What of HTTP is refused beyond what Node.js refuses, and what of a worker's headers may pass. */
const { NAME, VALUE } = require('./result');

const MAX_HEAD = 64 << 10;
const HOP_BY_HOP = new Set(['connection', 'keep-alive', 'proxy-authenticate', 'proxy-authorization', 'te', 'trailer',
  'transfer-encoding', 'upgrade', 'content-length', 'proxy-connection']);

/** Why a request is refused: {status, why}; null if it is not. */
function faultOf(request, maxBody) {
  const counts = { host: 0, 'content-length': 0, 'transfer-encoding': 0 };
  for (let at = 0; at < request.rawHeaders.length; at += 2) {
    const name = request.rawHeaders[at].toLowerCase();
    if (name in counts) counts[name] += 1;
  }
  const { headers } = request;
  if (counts.host > 1 || (counts.host === 0 && request.httpVersion === '1.1')) {
    return { status: 400, why: 'a request has one Host' };
  }
  if (counts['content-length'] > 1 || (counts['content-length'] && counts['transfer-encoding'])) {
    return { status: 400, why: 'a request has one length' };
  }
  if (counts['transfer-encoding'] && (counts['transfer-encoding'] > 1 || headers['transfer-encoding'].toLowerCase() !== 'chunked')) {
    return { status: 400, why: 'the only Transfer-Encoding is chunked' };
  }
  if (counts['content-length'] && !/^\d{1,15}$/.test(headers['content-length'])) {
    return { status: 400, why: 'Content-Length is a number' };
  }
  if (Number(headers['content-length'] ?? 0) > maxBody) return tooLarge(maxBody);
  if (request.httpVersionMajor !== 1) return { status: 505, why: 'HTTP/1.1 is spoken here' };
  return null;
}

const tooLarge = (maxBody) => ({ status: 413, why: `the body is larger than ${maxBody} bytes` });

/** What is answered to bytes that are no request; null where nobody would hear it. */
function parseFault(error) {
  if (error.code === 'HPE_HEADER_OVERFLOW') return { status: 431, why: 'the head is larger than 64 KiB' };
  if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT') return { status: 408, why: 'the request did not arrive in time' };
  const isCut = error.code === 'HPE_INVALID_EOF_STATE' || error.code === 'ECONNRESET';
  return isCut || !String(error.code).startsWith('HPE_') ? null : { status: 400, why: 'not a proper request' };
}

/** A whole answer as bytes, for a connection that has none in the making. */
function rawAnswer({ status, why }) {
  const body = JSON.stringify({ message: why });
  return `HTTP/1.1 ${status} Refused\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n`
    + `X-Callbacks-Error: bad-request\r\nConnection: close\r\n\r\n${body}`;
}

/** A worker's headers that may pass, as a flat list; throws if one must not be written. */
function checkedHeaders(headers) {
  const passed = [];
  let size = 0;
  for (const [name, value] of headers) {
    if (typeof name !== 'string' || typeof value !== 'string' || !NAME.test(name) || !VALUE.test(value)) {
      throw new TypeError(`header ${String(name).slice(0, 80)} is malformed`);
    }
    size += name.length + value.length + 4;
    const lower = name.toLowerCase();
    if (!HOP_BY_HOP.has(lower) && !lower.startsWith('x-callbacks-')) passed.push(name, wire(value));
  }
  if (size > MAX_HEAD) throw new TypeError('headers are larger than 64 KiB');
  return passed;
}

/** Characters beyond Latin-1 go as UTF-8. */
function wire(value) {
  return /[^\0-\xff]/.test(value) ? Buffer.from(value, 'utf8').toString('latin1') : value;
}

module.exports = { MAX_HEAD, checkedHeaders, faultOf, parseFault, rawAnswer, tooLarge };
