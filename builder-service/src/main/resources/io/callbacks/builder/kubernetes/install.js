// Installs what the plan says, then brings the result to the builder.
'use strict';

const { spawn, spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { setTimeout: sleep } = require('node:timers/promises');

const PLAN = '/run/callbacks/secret/plan.json';
const SYSTEM_CERTIFICATES = '/etc/ssl/certs/ca-certificates.crt';
const NOT_BROUGHT = 70;
const KILLED = 137;
const LOOKED_AT = [201, 409, 413, 422]; // the builder has seen it and knows what to say of it
const PAUSES = [1, 2, 4, 8, 0];
const LEFTOVERS = ['package-lock.json', 'node_modules/.package-lock.json'];

function trusted(extra) {
  if (!extra) {
    return {};
  }
  const bundle = '/tmp/certificates.crt';
  const system = fs.existsSync(SYSTEM_CERTIFICATES) ? fs.readFileSync(SYSTEM_CERTIFICATES) : '';
  fs.writeFileSync(bundle, `${system}\n${extra}`);
  return { SSL_CERT_FILE: bundle, NODE_EXTRA_CA_CERTS: bundle };
}

function put(url, directory) {
  const { request } = require(new URL(url).protocol === 'https:' ? 'node:https' : 'node:http');
  return new Promise((resolve, reject) => {
    const pack = ['-cf', '-', '-C', directory, '.'];
    const tar = spawn('tar', pack, { stdio: ['ignore', 'pipe', 'inherit'] });
    const sent = request(url, { method: 'PUT', timeout: 60000 }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    sent.on('timeout', () => sent.destroy(new Error('it does not answer')));
    for (const part of [sent, tar, tar.stdout]) {
      part.on('error', (error) => {
        tar.kill();
        reject(error);
      });
    }
    tar.stdout.pipe(sent);
  });
}

async function bring(url, directory) {
  let reason;
  for (const pause of PAUSES) {
    try {
      const status = await put(url, directory);
      if (LOOKED_AT.includes(status)) {
        return;
      }
      reason = `it answers ${status}`;
    } catch (error) {
      reason = error.message;
    }
    await sleep(pause * 1000);
  }
  console.log(`The dependencies cannot be brought to ${new URL(url).host}: ${reason}`);
  process.exitCode = NOT_BROUGHT;
}

async function main() {
  process.umask(0o022);
  const plan = JSON.parse(fs.readFileSync(PLAN));
  fs.writeFileSync(plan.file, plan.content);
  const env = { ...process.env, ...trusted(plan.extra_ca), ...plan.environment };
  const [program, ...words] = plan.words;
  const ended = spawnSync(program, words, { env, cwd: '/tmp', stdio: ['ignore', 1, 1] });
  if (ended.error || ended.status !== 0) {
    if (ended.error) {
      console.log(ended.error.message);
    }
    process.exitCode = ended.signal === 'SIGKILL' ? KILLED : 1;
    return;
  }
  LEFTOVERS.forEach((name) => fs.rmSync(path.join(plan.directory, name), { force: true }));
  await bring(plan.url, plan.directory);
}

main();
