'use strict';
// Fetches an instance's layers: each line of the list is a URL and the directory to unpack it into.

const { spawn } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const { Readable } = require('node:stream');
const { pipeline } = require('node:stream/promises');
const { setTimeout: sleep } = require('node:timers/promises');

const LIST = '/run/callbacks/secret/layers';
const FUNCTION = '/opt/callbacks/function', LIBRARY = '/opt/callbacks/library';
const LONGEST = 60_000, SILENCE = 10_000;
const FIRST_PAUSE = 100, LONGEST_PAUSE = 4000;

async function main() {
  const lines = fs.readFileSync(LIST, 'ascii').split('\n').filter(Boolean);
  for (const line of lines) await fetchLayer(...line.split(' '));
  if (fs.existsSync(`${LIBRARY}/node_modules`)) fs.symlinkSync(`${LIBRARY}/node_modules`, `${FUNCTION}/node_modules`);
}

async function fetchLayer(url, directory) {
  const until = performance.now() + LONGEST;
  for (let pause = FIRST_PAUSE; ; pause = Math.min(2 * pause, LONGEST_PAUSE)) {
    try {
      return await unpackLayer(url, directory);
    } catch (error) {
      if (error.refused || performance.now() > until) {
        throw new Error(`cannot fetch ${url.split('?')[0]}: ${error.cause?.message ?? error.message}`);
      }
    }
    await sleep(pause);
  }
}

/** Beside its place first: what is in its place is whole, and the directory itself may be another user's. */
async function unpackLayer(url, directory) {
  const beside = fs.mkdtempSync(`${directory}/new-`);
  try {
    await extract(await answerOf(url), beside);
    for (const name of fs.readdirSync(beside)) fs.renameSync(`${beside}/${name}`, `${directory}/${name}`);
  } finally {
    fs.rmSync(beside, { recursive: true });
  }
}

async function answerOf(url) {
  const silence = new AbortController();
  const timer = setTimeout(() => silence.abort(new Error('no answer')), SILENCE);
  const answer = await fetch(url, { signal: silence.signal }).finally(() => clearTimeout(timer));
  if (!answer.ok) throw Object.assign(new Error(`HTTP ${answer.status}`), { refused: answer.status < 500 });
  return answer;
}

async function extract(answer, directory) {
  const tar = spawn('tar', ['-x', '-f', '-', '-C', directory], { stdio: ['pipe', 'inherit', 'inherit'] });
  const ended = once(tar, 'close');
  await pipeline(Readable.fromWeb(answer.body), tar.stdin);
  const [code] = await ended;
  if (code !== 0) throw new Error(`tar ended with ${code}`);
}

main().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
