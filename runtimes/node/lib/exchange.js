'use strict';

/** A request and what becomes of it. The front's calls write answers. */
class Exchange {
  requestId = '';
  deadline = 0;
  begun = false; // its answer

  /** Tells the worker that so many bytes of the answer were taken; set once a worker has the request. */
  acknowledge = null;

  /** What the worker is told, at the moment it gets the request: a list of bytes. */
  payload() {
    return [];
  }

  /** The worker's answer begins; throws if it must not be written. */
  head(_told, _envVersion) {}

  /** More of the body; throws if there may be no more. */
  chunk(_data) {}

  /** The answer is complete. */
  end() {}

  /** There is no answer: the front makes its own. */
  fail(_status, _error, _more) {}
}

module.exports = { Exchange };
