'use strict';
/** The event and the context a handler gets: the API Gateway proxy event, payload 1.0. */
const PREFIX = '/api';
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** What a worker has to know of a request; the gateway's own headers are taken off. */
function jobOf(request, requestId, peer, milliseconds) {
  const told = {};
  const headers = [];
  for (let at = 0; at < request.rawHeaders.length; at += 2) {
    const [name, value] = [request.rawHeaders[at], request.rawHeaders[at + 1]];
    const lower = name.toLowerCase();
    if (lower.startsWith('x-callbacks-')) told[lower] = value;
    else headers.push([name, value]);
  }
  if (!headers.some(([name]) => name.toLowerCase() === 'x-request-id')) {
    headers.push(['X-Request-Id', requestId]);
  }
  return {
    method: request.method,
    target: request.url,
    headers,
    requestId,
    resource: told['x-callbacks-resource'] ?? '/{proxy+}',
    parameters: told['x-callbacks-path-parameters'] ?? '',
    sourceIp: told['x-callbacks-source-ip'] ?? peer,
    milliseconds,
  };
}

function eventOf(job, callbackId) {
  const [whole, query] = splitAt(job.target, '?');
  const isBelow = whole === PREFIX || whole.startsWith(`${PREFIX}/`);
  const [headers, multiValueHeaders] = maps(job.headers);
  const [queries, multiValueQueries] = maps(queryOf(query));
  const [body, isBase64Encoded] = bodyOf(job.body);
  const now = new Date();
  return {
    resource: job.resource,
    path: (isBelow ? whole.slice(PREFIX.length) : whole) || '/',
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
      requestTime: timeOf(now),
      requestTimeEpoch: now.getTime(),
      identity: {
        sourceIp: job.sourceIp,
        userAgent: job.headers.find(([name]) => name.toLowerCase() === 'user-agent')?.[1] ?? null,
      },
    },
    body,
    isBase64Encoded,
  };
}

function splitAt(text, mark) {
  const at = text.indexOf(mark);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + mark.length)];
}

/** [last values, all values] by name; [null, null] if there are none. */
function maps(pairs) {
  if (!pairs.length) return [null, null];
  const last = new Map(pairs);
  const all = new Map();
  for (const [name, value] of pairs) all.set(name, [...(all.get(name) ?? []), value]);
  return [Object.fromEntries(last), Object.fromEntries(all)];
}

function queryOf(query) {
  return query.split('&').filter(Boolean).map((pair) => splitAt(pair, '=').map(decoded));
}

/** Percent-decoded; what is no UTF-8 becomes replacement characters. */
function decoded(text) {
  const spaced = text.replaceAll('+', ' ');
  return spaced.replace(/(?:%[0-9A-Fa-f]{2})+/g, (run) => Buffer.from(run.replaceAll('%', ''), 'hex').toString('utf8'));
}

function parametersOf(text) {
  try {
    const value = text ? JSON.parse(text) : null;
    return value && typeof value === 'object' && Object.keys(value).length ? value : null;
  } catch {
    return null;
  }
}

/** [body, isBase64Encoded] */
function bodyOf(bytes) {
  if (!bytes.length) return [null, false];
  try {
    return [UTF8.decode(bytes), false];
  } catch {
    return [bytes.toString('base64'), true];
  }
}

function timeOf(now) {
  const two = (number) => String(number).padStart(2, '0');
  const day = `${two(now.getUTCDate())}/${MONTHS[now.getUTCMonth()]}/${now.getUTCFullYear()}`;
  return `${day}:${two(now.getUTCHours())}:${two(now.getUTCMinutes())}:${two(now.getUTCSeconds())} +0000`;
}

/** What AWS calls the context, as far as it has a meaning here, and a signal for work that is called off. */
class Context {
  #deadline;

  constructor(requestId, milliseconds, signal) {
    const environ = process.env;
    this.#deadline = performance.now() + milliseconds;
    this.awsRequestId = requestId;
    this.functionName = environ.CALLBACKS_FUNCTION_NAME ?? '';
    this.functionVersion = environ.CALLBACKS_REVISION ?? '';
    this.memoryLimitInMB = environ.CALLBACKS_MEMORY_MB ?? '256';
    this.invokedFunctionArn = `callbacks:${environ.CALLBACKS_CALLBACK_ID ?? ''}`;
    this.logGroupName = this.functionName;
    this.logStreamName = requestId;
    this.callbackWaitsForEmptyEventLoop = false;
    this.signal = signal;
  }

  getRemainingTimeInMillis() {
    return Math.max(0, Math.trunc(this.#deadline - performance.now()));
  }
}

module.exports = { Context, eventOf, jobOf };
