'use strict';
// Turns what a handler returned into an answer: status, headers, body or stream.

const { MAX_HEAD, isHeader, sizeOf } = require('./http1');

/** The handler's result cannot be an answer; says why. */
class BadAnswer extends Error {}

/**
 * @typedef {object} Answer
 * @property {number} status
 * @property {[string, string][]} headers
 * @property {Buffer | Iterable | AsyncIterable} body
 */

/** @returns {Answer} */
function answerOf(result) {
  if (result === null || typeof result !== 'object' || result.statusCode === undefined) {
    return { status: 200, headers: [['Content-Type', 'application/json']], body: toJson(result) };
  }
  const status = statusOf(result.statusCode);
  const headers = headersOf(result);
  if (!headers.some(([name]) => name.toLowerCase() === 'content-type')) {
    headers.push(['Content-Type', 'application/json']);
  }
  if (sizeOf(headers) > MAX_HEAD) throw new BadAnswer('headers are larger than 64 KiB');
  const body = bodyOf(result.body, result.isBase64Encoded);
  return { status, headers, body: status === 204 || status === 304 ? Buffer.alloc(0) : body };
}

function statusOf(value) {
  const status = typeof value === 'string' && /^[0-9]{3}$/.test(value) ? Number(value) : value;
  if (!Number.isInteger(status) || status < 200 || status > 599) {
    throw new BadAnswer(`statusCode must be 200 to 599, not ${shown(value)}`);
  }
  return status;
}

function headersOf(result) {
  const single = entriesOf(result, 'headers');
  const several = entriesOf(result, 'multiValueHeaders');
  const won = new Set(several.map(([name]) => String(name).toLowerCase()));
  const headers = single
    .filter(([name, value]) => value !== undefined && !won.has(String(name).toLowerCase()))
    .map(([name, value]) => header(name, value));
  for (const [name, values] of several) {
    if (!Array.isArray(values)) throw new BadAnswer(`multiValueHeaders[${shown(name)}] must be a list`);
    headers.push(...values.map((value) => header(name, value)));
  }
  const cookies = result.cookies ?? [];
  if (!Array.isArray(cookies)) throw new BadAnswer('cookies must be a list');
  return headers.concat(cookies.map((cookie) => header('Set-Cookie', cookie)));
}

/** Names and values of an object, a Map or a Headers. */
function entriesOf(result, name) {
  const value = result[name] ?? {};
  if (typeof value !== 'object' || Array.isArray(value)) throw new BadAnswer(`${name} must be an object`);
  return typeof value[Symbol.iterator] === 'function' ? [...value] : Object.entries(value);
}

function header(name, value) {
  const text = typeof value === 'number' || typeof value === 'boolean' ? String(value) : value;
  if (!isHeader(name, text)) throw new BadAnswer(`header ${shown(name)} is malformed`);
  return [name, text];
}

function bodyOf(body, isBase64) {
  if (body === null || body === undefined) return Buffer.alloc(0);
  if (isBase64) return fromBase64(body);
  if (typeof body === 'string') return fromText(body);
  return bytesOf(body) ?? (isStream(body) ? body : toJson(body));
}

function bytesOf(value) {
  if (ArrayBuffer.isView(value)) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  return value instanceof ArrayBuffer ? Buffer.from(value) : null;
}

/** Node and Web streams, async iterators and generators; not what can merely be iterated, such as an array. */
function isStream(value) {
  const type = typeof value;
  if (type !== 'object' && type !== 'function') return false;
  const isIterator = typeof value.next === 'function' && typeof value[Symbol.iterator] === 'function';
  return isIterator || typeof value[Symbol.asyncIterator] === 'function';
}

function fromBase64(body) {
  const text = typeof body === 'string' ? body : bytesOf(body)?.toString('latin1');
  if (text === undefined) throw new BadAnswer('body is not base64: it is no string');
  const bytes = Buffer.from(text, 'base64'); // skips what is not base64, so the length tells
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  if (text.length % 4 || bytes.length !== (text.length / 4) * 3 - padding || /[-_]/.test(text)) {
    throw new BadAnswer('body is not base64');
  }
  return bytes;
}

function fromText(text) {
  if (/\p{Surrogate}/u.test(text)) throw new BadAnswer('body holds half of a surrogate pair');
  return Buffer.from(text, 'utf8');
}

function toJson(value) {
  let text;
  try {
    text = JSON.stringify(value === undefined ? null : value);
  } catch (error) {
    throw new BadAnswer(`result cannot be JSON: ${error?.message}`);
  }
  if (text === undefined) throw new BadAnswer(`result cannot be JSON: it is a ${typeof value}`);
  return Buffer.from(text);
}

/** The bytes of one piece of a stream. */
function pieceOf(piece) {
  const bytes = typeof piece === 'string' ? Buffer.from(piece, 'utf8') : bytesOf(piece);
  if (bytes === null) throw new BadAnswer(`a stream gave a ${typeof piece}; strings and bytes can be sent`);
  return bytes;
}

function shown(value) {
  return String(JSON.stringify(String(value))).slice(0, 80);
}

module.exports = { BadAnswer, answerOf, pieceOf };
