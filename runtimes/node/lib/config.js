'use strict';
// What the shim is told by its environment and by the first line of its standard input.

const fs = require('node:fs');
const path = require('node:path');

const BASICS = ['PATH', 'HOME', 'LANG', 'TZ', 'TMPDIR', 'SSL_CERT_FILE', 'REQUESTS_CA_BUNDLE', 'NODE_EXTRA_CA_CERTS'];
const TOLD = ['CALLBACK_ID', 'REVISION', 'FUNCTION_NAME', 'MEMORY_MB'];
const UNFIT = /\0|\p{Surrogate}/u;
const MAX_CONFIG = 1 << 20;

/** All of it; times in milliseconds, sizes in bytes. */
class Config {
  constructor(environ) {
    const text = (name, fallback = '') => environ[`CALLBACKS_${name}`] || fallback;
    const number = (name, fallback) => numberOf(`CALLBACKS_${name}`, text(name, fallback));
    this.host = text('HOST', '127.0.0.1');
    this.port = number('PORT', '0');
    this.functionDirectory = path.resolve(text('FUNCTION', '.'));
    this.instance = text('INSTANCE');
    this.callbackId = text('CALLBACK_ID');
    this.revision = text('REVISION', '0');
    this.timeout = 1000 * number('TIMEOUT_SECONDS', '30');
    this.startupTimeout = 1000 * number('STARTUP_TIMEOUT_SECONDS', '60');
    this.concurrency = Math.max(1, number('CONCURRENCY', '10'));
    this.memoryMb = number('MEMORY_MB', '256');
    this.maxBody = number('MAX_BODY_BYTES', String(6 << 20));
    this.configFile = text('CONFIG_FILE');
    this.generation = number('GENERATION', '0');
    this.basics = { LANG: 'C.UTF-8', ...picked(environ, BASICS) };
    this.told = { CALLBACKS_MEMORY_MB: String(this.memoryMb), ...picked(environ, TOLD.map((name) => `CALLBACKS_${name}`)) };
    this.token = '';
    this.env = {};
    this.envVersion = 0;
  }

  /** Takes in the configuration line; throws if it is none. */
  takeLine(line) {
    const told = JSON.parse(line);
    if (typeof told?.token !== 'string' || told.token === '') throw new Error('token must be a string');
    this.token = told.token;
    this.env = checkedEnv(told.env);
    this.envVersion = checkedNumber('env_version', told.env_version);
    this.generation = checkedNumber('generation', told.generation ?? this.generation);
  }

  /** The whole environment of a worker. */
  workerEnviron(env, version) {
    return { ...this.basics, ...env, ...this.told, CALLBACKS_ENV_VERSION: String(version) };
  }
}

function numberOf(name, text) {
  const value = Number(text);
  if (!Number.isFinite(value) || value < 0) throw new Error(`${name} must be a number, not '${text}'`);
  return value;
}

function picked(environ, names) {
  return Object.fromEntries(names.filter((name) => environ[name]).map((name) => [name, environ[name]]));
}

function checkedNumber(name, value) {
  if (!Number.isSafeInteger(value)) throw new Error(`${name} must be a whole number`);
  return value;
}

function checkedEnv(env) {
  const valid = ([name, value]) =>
    name !== '' && !name.includes('=') && typeof value === 'string' && !UNFIT.test(`${name}${value}`);
  if (env === null || typeof env !== 'object' || Array.isArray(env) || !Object.entries(env).every(valid)) {
    throw new Error('env must be an object of strings');
  }
  return env;
}

/** The configuration line, from the file that is named or from a stream, which flows on after it. */
async function configurationLine(config, input) {
  if (config.configFile) return fs.readFileSync(config.configFile, 'utf8');
  return new Promise((resolve, reject) => {
    const parts = [];
    const read = (part) => {
      parts.push(part);
      const line = Buffer.concat(parts);
      if (line.includes(0x0a)) finish(() => resolve(line.subarray(0, line.indexOf(0x0a)).toString('utf8')));
      else if (line.length > MAX_CONFIG) broken();
    };
    const broken = () =>
      finish(() => reject(new Error('standard input must begin with a line of JSON, at most 1 MiB')));
    const finish = (settle) => {
      input.off('data', read).off('end', broken).off('error', broken);
      settle();
    };
    input.on('data', read).on('end', broken).on('error', broken);
  });
}

module.exports = { Config, checkedEnv, checkedNumber, configurationLine };
