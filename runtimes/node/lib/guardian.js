'use strict';
// Ends the workers if the front is killed. A worker whose loop is free sees its channel close and ends by
// itself; one that is busy does not, and a thread that watched for it would cost each worker 8 MB.

const { spawn } = require('node:child_process');

const SCRIPT = 'while read -r line; do groups=$line; done; for group in $groups; do kill -9 "-$group"; done';
const AGAIN_AFTER = 1000;

class Guardian {
  constructor() {
    this.shell = null;
    this.watched = '';
    this.ended = false;
    this._start();
  }

  /** From now on these process groups, and no others, end with this process. */
  watch(pids) {
    this.watched = pids.join(' ');
    if (this.ended) return;
    if (!this.shell) this._start();
    this.shell.stdin.write(`${this.watched}\n`);
  }

  _start() {
    this.shell = spawn('/bin/sh', ['-c', SCRIPT], { detached: true, env: {}, stdio: ['pipe', 'ignore', 'ignore'] });
    this.shell.stdin.on('error', () => {}); // it has ended, which its exit tells
    this.shell.on('error', (error) => {
      process.stderr.write(`callbacks-shim: nothing ends busy workers if this process is killed: ${error.message}\n`);
    });
    this.shell.on('exit', () => {
      this.shell = null;
      if (!this.ended) setTimeout(() => this.watch(this.watched.split(' ')), AGAIN_AFTER).unref();
    });
  }

  end() {
    this.ended = true;
    this.shell?.stdin.end('\n');
  }
}

module.exports = { Guardian };
