'use strict';
/** Imports the handler. */
const fs = require('node:fs');
const path = require('node:path');
const { pathToFileURL } = require('node:url');

const FILES = ['function.mjs', 'function.js', 'function.cjs'];
const LONGEST_TRACE = 8 << 10;
const HOME = path.dirname(__dirname);

/** The handler cannot be loaded; has what users are told. */
class LoadError extends Error {
  constructor(kind, message, packageName = null, trace = '') {
    super(message);
    Object.assign(this, { kind, packageName, trace });
  }

  told() {
    return { class: this.kind, message: this.message.slice(0, 2000), package: this.packageName, log_tail: this.trace };
  }
}

/**
 * The handler of the code in a directory.
 * @returns {Promise<Function>}
 * @throws {LoadError}
 */
async function load(directory) {
  const file = FILES.map((name) => path.join(directory, name)).find((name) => fs.existsSync(name));
  if (!file) throw new LoadError('HandlerNotFound', `there is none of ${FILES.join(', ')}`);
  let module;
  try {
    module = file.endsWith('.mjs') ? await import(pathToFileURL(file).href) : require(file);
  } catch (error) {
    throw loadError(error);
  }
  const handler = module?.handler ?? module?.default?.handler;
  if (handler === undefined) throw new LoadError('HandlerNotFound', "the code exports no function named 'handler'");
  if (typeof handler !== 'function') {
    throw new LoadError('HandlerNotFound', `'handler' is a ${typeof handler}, not a function`);
  }
  return handler;
}

function loadError(error) {
  if (error?.code === 'MODULE_NOT_FOUND' || error?.code === 'ERR_MODULE_NOT_FOUND') {
    const message = String(error.message).split('\n')[0];
    return new LoadError('ModuleNotFound', message, packageOf(message), traceOf(error));
  }
  return new LoadError(classOf(error), String(error?.message ?? error), null, traceOf(error));
}

/** The package a message about a missing module names; null if it is a file of the code's own. */
function packageOf(message) {
  const missing = /Cannot find (?:module|package) '([^']+)'/.exec(message)?.[1] ?? '';
  return /^(?:@[^/]+\/)?[^./@][^/]*/.exec(missing)?.[0] ?? null;
}

/** The name a language user knows an error by. */
function classOf(error) {
  return String(error?.name || error?.constructor?.name || typeof error).slice(0, 200);
}

/** The trace without our own frames and those of the runtime. */
function traceOf(error) {
  if (!(error instanceof Error)) return `${String(error)}\n`;
  const lines = String(error.stack || error).split('\n');
  const own = lines.filter((line) => !/^\s+at /.test(line) || !(line.includes(HOME) || /\(?node:/.test(line)));
  const cause = error.cause === undefined ? '' : `caused by: ${traceOf(error.cause)}`;
  return `${own.join('\n')}\n${cause}`.slice(-LONGEST_TRACE);
}

module.exports = { LoadError, classOf, load, loadError, packageOf, traceOf };
