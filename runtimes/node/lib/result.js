'use strict';
/** Turns what a handler returned into an answer: status, headers, body or stream. */
const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const VALUE = /^[\t\x20-\x7e\x80-\u{10ffff}]*$/u;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const NOTHING = Buffer.alloc(0);

/** The handler's result cannot be an answer; says why. */
class BadAnswer extends Error {}

/** {status, headers: [[name, value]], body}: the body is a Buffer, or an iterator of strings or bytes. */
function answerOf(result) {
  if (typeof result !== 'object' || result === null || !('statusCode' in result)) {
    return { status: 200, headers: [['Content-Type', 'application/json']], body: toJson(result) };
  }
  const status = statusOf(result.statusCode);
  const headers = headersOf(result);
  if (!headers.some(([name]) => name.toLowerCase() === 'content-type')) {
    headers.push(['Content-Type', 'application/json']);
  }
  const body = bodyOf(result.body, result.isBase64Encoded);
  return { status, headers, body: status === 204 || status === 304 ? NOTHING : body };
}

function statusOf(value) {
  const status = typeof value === 'string' && /^\d{3}$/.test(value) ? Number(value) : value;
  if (!Number.isInteger(status) || status < 200 || status > 599) {
    throw new BadAnswer(`statusCode must be 200 to 599, not ${shown(value)}`);
  }
  return status;
}

function headersOf(result) {
  const several = mapping(result, 'multiValueHeaders');
  const won = new Set(Object.keys(several).map((name) => name.toLowerCase()));
  const headers = Object.entries(mapping(result, 'headers'))
    .filter(([name]) => !won.has(name.toLowerCase()))
    .map(([name, value]) => header(name, value));
  for (const [name, values] of Object.entries(several)) {
    headers.push(...list(`multiValueHeaders[${shown(name)}]`, values).map((value) => header(name, value)));
  }
  return headers.concat(list('cookies', result.cookies ?? []).map((cookie) => header('Set-Cookie', cookie)));
}

function mapping(result, name) {
  const value = result[name] ?? {};
  if (typeof value !== 'object' || Array.isArray(value)) throw new BadAnswer(`${name} must be an object`);
  return value;
}

function list(name, value) {
  if (!Array.isArray(value)) throw new BadAnswer(`${name} must be a list`);
  return value;
}

function header(name, value) {
  const text = typeof value === 'number' || typeof value === 'boolean' ? JSON.stringify(value) : value;
  if (typeof text !== 'string' || !NAME.test(name) || !VALUE.test(text)) {
    throw new BadAnswer(`header ${shown(name)} is malformed`);
  }
  return [name, text];
}

function bodyOf(body, isBase64) {
  if (body === null || body === undefined) return NOTHING;
  if (isBase64) return fromBase64(body);
  if (typeof body === 'string') return utf8(body);
  const bytes = bytesOf(body);
  if (bytes) return bytes;
  return isStream(body) ? body : toJson(body);
}

function bytesOf(value) {
  if (Buffer.isBuffer(value)) return value;
  if (ArrayBuffer.isView(value)) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  return value instanceof ArrayBuffer || value instanceof SharedArrayBuffer ? Buffer.from(value) : null;
}

function isStream(value) {
  return typeof value === 'object' && (typeof value[Symbol.asyncIterator] === 'function'
    || (typeof value[Symbol.iterator] === 'function' && typeof value.next === 'function'));
}

function fromBase64(body) {
  if (typeof body !== 'string' || !BASE64.test(body)) throw new BadAnswer('body is not base64');
  return Buffer.from(body, 'base64');
}

function utf8(text) {
  const bytes = Buffer.from(text, 'utf8');
  if (/\p{Surrogate}/u.test(text)) throw new BadAnswer('body holds half of a surrogate pair');
  return bytes;
}

function toJson(value) {
  if (value !== null && typeof value === 'object' && (isStream(value) || bytesOf(value))) {
    throw new BadAnswer('result cannot be JSON: bytes and streams go into body, beside a statusCode');
  }
  let text;
  try {
    text = JSON.stringify(value === undefined ? null : value);
  } catch (error) {
    throw new BadAnswer(`result cannot be JSON: ${error.message}`);
  }
  if (text === undefined) throw new BadAnswer(`result cannot be JSON: a ${typeof value}`);
  return Buffer.from(text, 'utf8');
}

/** The bytes of a piece of a stream. */
function pieceOf(piece) {
  if (typeof piece === 'string') return Buffer.from(piece, 'utf8');
  const bytes = bytesOf(piece);
  if (!bytes) throw new BadAnswer(`a stream gave a ${piece === null ? 'null' : typeof piece}; strings and bytes can be sent`);
  return bytes;
}

const shown = (value) => String(typeof value === 'string' ? JSON.stringify(value) : value).slice(0, 80);

module.exports = { BadAnswer, NAME, VALUE, answerOf, pieceOf };
