'use strict';
// Entry of the Node.js shim: the front, or a worker it starts (see ../README.md).
if (process.argv[2] === 'worker') {
  require('./lib/worker').main(Number(process.argv[3]));
} else {
  require('./lib/front').main();
}
