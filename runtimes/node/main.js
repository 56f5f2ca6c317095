'use strict';
// Runs a callback's handler behind HTTP (see ../README.md); standard library only.
//
// front       owns the sockets, never runs user code; connection, call and http1 are its HTTP, control its control calls
// pool        which worker gets which request; generation: workers with one env; handle: one worker; process: its process
// guardian    ends the workers if the front is killed
// worker      a process of its own that runs the handler; loader, event, result and tags are its parts

require('./lib/front').main();
