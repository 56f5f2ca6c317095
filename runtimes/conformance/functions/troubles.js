// Goes wrong in the way the last part of the path says.
const childProcess = require('node:child_process');
const fs = require('node:fs');
const { setTimeout: sleep } = require('node:timers/promises');

class OwnError extends Error {
  constructor(...given) {
    super(...given);
    this.name = 'OwnError';
  }
}

const raises = (kind) => {
  throw new kind('a secret of the function');
};

const raisesFrom = () => {
  throw new OwnError('outer', { cause: new RangeError('a secret of the function') });
};

const spin = () => {
  for (;;);
};

// Waits for a process of its own.
const child = () => new Promise((done) => childProcess.spawn('sleep', ['600']).on('exit', done));

const leavesChildAndExits = () => {
  childProcess.spawn('sleep', ['600'], { stdio: 'inherit' });
  process.exit(4);
};

const exhausts = () => {
  const held = [];
  for (;;) held.push(new Array(1 << 20).fill(held.length + 0.5));
};

// Writes to every socket it finds, as if it were the shim.
const nonsense = async (data) => {
  for (const name of fs.readdirSync('/proc/self/fd')) {
    try {
      if (Number(name) > 2 && fs.readlinkSync(`/proc/self/fd/${name}`).startsWith('socket:')) {
        fs.writeSync(Number(name), Buffer.from(data, 'latin1'));
      }
    } catch {
      // the one that lists them, or one that cannot be written
    }
  }
  await sleep(60000);
};

const closesEverything = () => {
  for (const name of fs.readdirSync('/proc/self/fd')) {
    try {
      if (Number(name) > 2) fs.closeSync(Number(name));
    } catch {
      // the one that lists them
    }
  }
  return 'closed';
};

const closesStreams = () => {
  process.stdout.destroy();
  process.stderr.destroy();
  raises(RangeError);
};

const TROUBLES = {
  'value-error': () => raises(RangeError),
  'own-error': () => raises(OwnError),
  'raises-from': raisesFrom,
  'sys-exit': () => process.exit(3),
  'exit': () => process.reallyExit(3),
  'exit-zero': () => process.exit(0),
  'kill': () => process.kill(process.pid, 'SIGKILL'),
  'abort': () => process.abort(),
  'segfault': () => process.kill(process.pid, 'SIGSEGV'),
  'memory': exhausts,
  'sleep': () => sleep(60000),
  'spin': spin,
  'regex': () => /^(a+)+$/.test('a'.repeat(60) + 'b'),
  'child': child,
  'leaves-child': leavesChildAndExits,
  'unknown-frame': () => nonsense('\x05\x00\x00\x00\xfa\x01\x00\x00\x00'),
  'huge-frame': () => nonsense('\xff\xff\xff\xff' + '\x01'.repeat(64)),
  'foreign-job': () => nonsense('\x05\x00\x00\x00\x13\xff\xff\xff\x7f'),
  'text-frame': () => nonsense('HTTP/1.1 200 OK\r\n\r\n'),
  'closes-everything': closesEverything,
  'closes-streams': closesStreams,
  'pid': () => process.pid,
};

exports.handler = async (event) => TROUBLES[event.path.split('/').pop()]();
