'use strict';
/** What the shim is told by its environment and by the first line of its standard input. */
const fs = require('node:fs');
const path = require('node:path');

const BASICS = ['PATH', 'HOME', 'LANG', 'TZ', 'TMPDIR'];
const TOLD = ['CALLBACK_ID', 'REVISION', 'FUNCTION_NAME', 'MEMORY_MB'];
const MAX_LINE = 1 << 20;

/** All of it; times are milliseconds, sizes bytes unless their names say otherwise. */
class Config {
  constructor(environ) {
    const get = (name, otherwise = '') => environ[`CALLBACKS_${name}`] ?? otherwise;
    this.host = get('HOST', '127.0.0.1');
    this.port = Number(get('PORT', '0'));
    this.function = path.resolve(get('FUNCTION', '.'));
    this.instance = get('INSTANCE');
    this.callbackId = get('CALLBACK_ID');
    this.revision = get('REVISION', '0');
    this.timeout = Number(get('TIMEOUT_SECONDS', '30')) * 1000;
    this.startupTimeout = Number(get('STARTUP_TIMEOUT_SECONDS', '60')) * 1000;
    this.concurrency = Number(get('CONCURRENCY', '10'));
    this.memoryMb = Number(get('MEMORY_MB', '256'));
    this.maxBody = Number(get('MAX_BODY_BYTES', String(6 << 20)));
    this.configFile = get('CONFIG_FILE');
    this.generation = Number(get('GENERATION', '0'));
    this.basics = { LANG: 'C.UTF-8' };
    for (const name of BASICS) if (name in environ) this.basics[name] = environ[name];
    this.told = {};
    for (const name of TOLD) if (get(name)) this.told[`CALLBACKS_${name}`] = get(name);
    this.token = '';
    this.env = {};
    this.envVersion = 0;
  }

  /** Takes in the configuration line; throws if it is none. */
  takeLine(line) {
    const told = JSON.parse(line);
    if (typeof told?.token !== 'string' || !Number.isInteger(told.env_version)) {
      throw new TypeError('expected {token, env, env_version}');
    }
    this.token = told.token;
    this.env = checkedEnv(told.env);
    this.envVersion = told.env_version;
    this.generation = Number(told.generation ?? this.generation);
  }

  /** The whole environment of a worker. */
  workerEnviron(env, version) {
    return { ...this.basics, ...env, ...this.told, CALLBACKS_ENV_VERSION: String(version) };
  }
}

function checkedEnv(env) {
  const isMap = typeof env === 'object' && env !== null && !Array.isArray(env);
  const isFine = ([name, value]) => typeof value === 'string' && name && !/[\0=]/.test(name) && !value.includes('\0');
  if (!isMap || !Object.entries(env).every(isFine)) {
    throw new TypeError('env must be an object of strings');
  }
  return env;
}

/** The configuration line, from the file that is named or from standard input. Blocks. */
function readLine(config) {
  if (config.configFile) {
    return fs.readFileSync(config.configFile, 'utf8');
  }
  const parts = [];
  let size = 0;
  const buffer = Buffer.alloc(65536);
  while (size <= MAX_LINE) {
    const read = readSome(buffer);
    if (read === 0) break;
    parts.push(Buffer.from(buffer.subarray(0, read)));
    size += read;
    if (buffer[read - 1] === 0x0a) return Buffer.concat(parts).toString('utf8');
  }
  throw new Error('standard input must begin with a line of JSON, at most 1 MiB');
}

function readSome(buffer) {
  for (;;) {
    try {
      return fs.readSync(0, buffer);
    } catch (error) {
      if (error.code === 'EOF') return 0;
      if (error.code !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5); // whoever opened it does not block
    }
  }
}

module.exports = { Config, checkedEnv, readLine };
