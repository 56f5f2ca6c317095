'use strict';
// Imports the handler, and tells in the user's terms why it cannot be.

const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { pathToFileURL } = require('node:url');
const { inspect } = require('node:util');

const FILES = ['function.js', 'function.mjs', 'function.cjs'];
const LONGEST_TRACE = 8 << 10;
const LONGEST_MESSAGE = 2000;
const NOT_FOUND = /^Cannot find (?:module|package) '([^']+)'/;
const PACKAGE = /^(?:@[^/]+\/)?[^/]+/;
const OUR_FRAME = new RegExp(`^ +at .*(?:[( ]node:|${escaped(__dirname)}/).*\n?`, 'gm');

function escaped(text) {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** The handler cannot be loaded; has what users are told. */
class LoadError extends Error {
  constructor(kind, message, packageName = null, trace = '') {
    super(message);
    Object.assign(this, { kind, packageName, trace });
  }

  told() {
    const message = this.message.slice(0, LONGEST_MESSAGE);
    return { class: this.kind, message, package: this.packageName, log_tail: this.trace };
  }
}

/** The file with the function's code; LoadError if there is none. */
function fileIn(directory) {
  const file = FILES.map((name) => path.join(directory, name)).find((name) => fs.existsSync(name));
  if (!file) throw new LoadError('HandlerNotFound', `there is none of ${FILES.join(', ')}`);
  return file;
}

/** @returns {Promise<(event: object, context: object) => Promise<unknown>>} LoadError if it cannot be loaded */
async function load(directory) {
  const file = fileIn(directory);
  let module;
  try {
    module = await import(pathToFileURL(file).href);
  } catch (error) {
    throw loadErrorOf(error, file);
  }
  const common = module.default;
  const handler = module.handler ?? common?.handler ?? common?.default ?? common;
  if (typeof handler === 'function') return calling(handler);
  const what = module.handler ?? common?.handler;
  throw new LoadError('HandlerNotFound', what === undefined
    ? "the code exports no function named 'handler'"
    : `'handler' is a ${typeof what}, not a function`);
}

/** Calls a handler as it wants to be called: with a callback if it names one. */
function calling(handler) {
  if (handler.length < 3) return async (event, context) => handler(event, context);
  return (event, context) => new Promise((resolve, reject) => {
    const callback = (error, result) => (error === null || error === undefined ? resolve(result) : reject(error));
    const returned = handler(event, context, callback);
    if (typeof returned?.then === 'function') returned.then(resolve, reject);
  });
}

function loadErrorOf(error, file) {
  const message = messageOf(error);
  if (error?.code === 'MODULE_NOT_FOUND' || error?.code === 'ERR_MODULE_NOT_FOUND') {
    return new LoadError('ModuleNotFound', message, packageIn(message), traceOf(error));
  }
  return new LoadError(classOf(error), message, null, located(error, traceOf(error), file));
}

function packageIn(message) {
  const name = NOT_FOUND.exec(message)?.[1];
  return name && !name.startsWith('.') && !path.isAbsolute(name) ? PACKAGE.exec(name)[0] : null;
}

/** Node tells where a module's syntax is wrong only to those who check the file. */
function located(error, trace, file) {
  if (!(error instanceof SyntaxError) || trace.includes('\n')) return trace;
  try {
    execFileSync(process.execPath, ['--check', file], { stdio: ['ignore', 'ignore', 'pipe'], timeout: 5000 });
    return trace;
  } catch (checked) {
    const told = String(checked.stderr ?? '').replace(OUR_FRAME, '').replace(/\n+Node\.js v\S+\s*$/, '');
    return told.trim().slice(-LONGEST_TRACE) || trace;
  }
}

/** The name of an error's class. */
function classOf(error) {
  if (!(error instanceof Error)) return error?.constructor?.name || typeof error;
  return String((error.name !== 'Error' && error.name) || error.constructor?.name || 'Error');
}

/** The trace without our own frames and those inside Node. */
function traceOf(error) {
  let text;
  try {
    text = error instanceof Error ? inspect(error) : `thrown: ${inspect(error)}`;
  } catch {
    text = 'an error that cannot be shown'; // its own inspection raises
  }
  return text.replace(OUR_FRAME, '').trimEnd().slice(-LONGEST_TRACE);
}

/** The first line of its message, or of what was thrown in its place. */
function messageOf(error) {
  try {
    return String(error?.message ?? error).split('\n', 1)[0];
  } catch {
    return classOf(error); // it cannot be told as text
  }
}

module.exports = { LoadError, classOf, load, loadErrorOf, traceOf };
