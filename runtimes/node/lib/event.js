'use strict';
// The event and the context a handler gets: the API Gateway proxy event, payload 1.0, or one the gateway made.

const { HOP_BY_HOP } = require('./http1');

const PREFIX = '/api';
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** What the gateway sent as an event cannot be read; says why. */
class BadEvent extends Error {}

/**
 * What a worker has to know of a request; the gateway's own headers and those of the hop are taken off.
 *
 * @param {{method: string, target: string, headers: [string, string][]}} request
 */
function jobOf(request, requestId, peer, milliseconds) {
  const told = new Map();
  const headers = [];
  for (const header of request.headers) {
    const name = header[0].toLowerCase();
    if (name.startsWith('x-callbacks-')) told.set(name, header[1]);
    else if (!HOP_BY_HOP.has(name)) headers.push(header);
  }
  if (!headers.some(([name]) => name.toLowerCase() === 'x-request-id')) headers.push(['X-Request-Id', requestId]);
  return {
    method: request.method,
    target: request.target,
    headers,
    requestId,
    resource: told.get('x-callbacks-resource') ?? '/{proxy+}',
    parameters: told.get('x-callbacks-path-parameters') ?? '',
    sourceIp: told.get('x-callbacks-source-ip') ?? peer,
    milliseconds,
    byEvent: told.has('x-callbacks-event'),
  };
}

/** A job as bytes: the length of its head, the head as JSON, the body. */
function encodeJob(job, body) {
  const head = Buffer.from(JSON.stringify(job));
  const length = Buffer.allocUnsafe(4);
  length.writeUInt32LE(head.length);
  return [length, head, body];
}

function decodeJob(payload) {
  const end = 4 + payload.readUInt32LE(0);
  return { job: JSON.parse(payload.toString('utf8', 4, end)), body: payload.subarray(end) };
}

function wholeEvent(body) {
  try {
    return JSON.parse(utf8.decode(body));
  } catch (error) {
    throw new BadEvent(error.message);
  }
}

function eventOf(job, body, callbackId) {
  if (job.byEvent) return wholeEvent(body);
  const [whole, query] = splitAt(job.target, '?');
  const path = whole === PREFIX || whole.startsWith(`${PREFIX}/`) ? whole.slice(PREFIX.length) : whole;
  const [headers, multiValueHeaders] = maps(job.headers);
  const [queries, multiValueQueries] = maps(new URLSearchParams(query));
  const now = new Date();
  return {
    resource: job.resource,
    path: path || '/',
    httpMethod: job.method,
    headers,
    multiValueHeaders,
    queryStringParameters: queries,
    multiValueQueryStringParameters: multiValueQueries,
    pathParameters: parametersOf(job.parameters),
    stageVariables: null,
    requestContext: {
      accountId: 'callbacks',
      apiId: callbackId,
      resourceId: callbackId,
      resourcePath: job.resource,
      requestId: job.requestId,
      httpMethod: job.method,
      path: whole,
      stage: 'api',
      protocol: 'HTTP/1.1',
      requestTime: requestTimeOf(now),
      requestTimeEpoch: now.getTime(),
      identity: {
        sourceIp: job.sourceIp,
        userAgent: job.headers.find(([name]) => name.toLowerCase() === 'user-agent')?.[1] ?? null,
      },
    },
    ...bodyOf(body),
  };
}

function splitAt(text, separator) {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

/** [last values, all values] by name; nulls if there are none. */
function maps(pairs) {
  const all = new Map();
  for (const [name, value] of pairs) {
    if (all.has(name)) all.get(name).push(value);
    else all.set(name, [value]);
  }
  if (all.size === 0) return [null, null];
  const last = Object.fromEntries([...all].map(([name, values]) => [name, values[values.length - 1]]));
  return [last, Object.fromEntries(all)];
}

function parametersOf(text) {
  if (!text) return null;
  try {
    const value = JSON.parse(text);
    const isObject = value !== null && typeof value === 'object' && !Array.isArray(value);
    return isObject && Object.keys(value).length ? value : null;
  } catch {
    return null; // only the gateway sets it; who else does gets nothing from it
  }
}

function bodyOf(body) {
  if (!body.length) return { body: null, isBase64Encoded: false };
  try {
    return { body: utf8.decode(body), isBase64Encoded: false };
  } catch {
    return { body: body.toString('base64'), isBase64Encoded: true };
  }
}

function requestTimeOf(date) {
  const two = (number) => String(number).padStart(2, '0');
  const day = `${two(date.getUTCDate())}/${MONTHS[date.getUTCMonth()]}/${date.getUTCFullYear()}`;
  return `${day}:${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())} +0000`;
}

/** What AWS calls the context, as far as it has a meaning here. */
class Context {
  #deadline;
  #signal;

  /** @param {() => AbortSignal} signal gives the signal that says when the deadline has passed */
  constructor(requestId, deadline, environ, signal) {
    this.awsRequestId = requestId;
    this.functionName = environ.CALLBACKS_FUNCTION_NAME ?? '';
    this.functionVersion = environ.CALLBACKS_REVISION ?? '';
    this.memoryLimitInMB = environ.CALLBACKS_MEMORY_MB ?? '256';
    this.invokedFunctionArn = `callbacks:${environ.CALLBACKS_CALLBACK_ID ?? ''}`;
    this.logGroupName = this.functionName;
    this.logStreamName = requestId;
    this.callbackWaitsForEmptyEventLoop = false;
    this.#deadline = deadline;
    this.#signal = signal;
  }

  get signal() {
    return this.#signal();
  }

  getRemainingTimeInMillis() {
    return Math.max(0, Math.floor(this.#deadline - performance.now()));
  }
}

module.exports = { BadEvent, Context, decodeJob, encodeJob, eventOf, jobOf };
