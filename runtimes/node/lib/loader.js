'use strict';
/** Imports the handler. */
const { spawnSync } = require('node:child_process');
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
    if (error instanceof SyntaxError) throw syntaxError(error, file);
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

/** Of an ES module Node.js does not tell where it is wrong, unless it is only checked. */
function syntaxError(error, file) {
  const failure = loadError(error);
  if (failure.trace.startsWith('SyntaxError')) {
    const checked = spawnSync(process.execPath, ['--check', file], { encoding: 'utf8', timeout: 5_000 });
    if (checked.stderr) failure.trace = withoutOurs(checked.stderr.split('\n\nNode.js')[0]);
  }
  return failure;
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

/** The trace, and those of its causes, without our own frames and those of the runtime. */
function traceOf(error) {
  if (!(error instanceof Error)) return `${String(error)}\n`;
  const cause = error.cause === undefined ? '' : `caused by: ${traceOf(error.cause)}`;
  return (withoutOurs(String(error.stack || error)) + cause).slice(-LONGEST_TRACE);
}

function withoutOurs(trace) {
  const isOurs = (line) => /^(?:\s+at |- )/.test(line) && (line.includes(HOME) || /\(?node:/.test(line));
  return `${trace.split('\n').filter((line) => !isOurs(line)).join('\n')}\n`;
}

module.exports = { LoadError, classOf, load, loadError, packageOf, traceOf };
