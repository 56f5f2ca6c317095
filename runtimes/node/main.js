'use strict';
// Entry of the Node shim (see ../README.md); it starts lib/worker.js by itself.

require('./lib/front').main();
