'use strict';
/**
 * Ends the workers of a front that was killed. A worker whose event loop is blocked cannot see that its front is gone;
 * this shell can: its standard input ends.
 */
const { spawn } = require('node:child_process');

const SCRIPT = `
alive=' '
while read -r sign pid; do
  case $sign in
    +) alive="$alive$pid " ;;
    -) alive="\${alive%% $pid *} \${alive#* $pid }" ;;
  esac
done
for pid in $alive; do kill -9 "-$pid"; done 2>/dev/null
`;

class Guard {
  constructor(onFailure) {
    this.shell = spawn('/bin/sh', ['-c', SCRIPT], { detached: true, env: {}, stdio: ['pipe', 'ignore', 'ignore'] });
    this.shell.on('error', onFailure);
    this.shell.stdin.on('error', onFailure);
  }

  watch(pid) {
    this.shell.stdin.write(`+ ${pid}\n`);
  }

  forget(pid) {
    this.shell.stdin.write(`- ${pid}\n`);
  }
}

/** Ends a process group: a worker and what it started in its session. */
function killGroup(pid) {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if (error.code !== 'ESRCH') throw error; // all of it is gone already
  }
}

module.exports = { Guard, killGroup };
