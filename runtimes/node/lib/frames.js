'use strict';
/** Frames between front and worker: u32 length | u8 type | u32 job | payload, little endian. */
const TYPE = {
  JOB: 1, ABORT: 2, PING: 3, ACK: 4,
  READY: 16, HEAD: 17, CHUNK: 18, END: 19, RAISED: 20, BAD: 21, PONG: 22, FAILED: 23,
};
const LARGEST = (8 << 20) + (64 << 10);
const PIECE = 256 << 10; // a body goes in pieces of at most this
const WINDOW = 4 << 20; // bytes of one answer that may be on their way to a client
const START = 9;
const NOTHING = Buffer.alloc(0);

/** What arrived is no frame; whoever sent it cannot be talked to any more. */
class FrameError extends Error {}

function frame(type, job = 0, payload = NOTHING) {
  const start = Buffer.allocUnsafe(START);
  start.writeUInt32LE(payload.length + 5, 0);
  start.writeUInt8(type, 4);
  start.writeUInt32LE(job, 5);
  return payload.length ? Buffer.concat([start, payload]) : start;
}

const json = (type, job, value) => frame(type, job, Buffer.from(JSON.stringify(value)));

/** The payload of a JOB: u32 length | JSON | body. */
function jobPayload(told, body) {
  const text = Buffer.from(JSON.stringify(told));
  const length = Buffer.allocUnsafe(4);
  length.writeUInt32LE(text.length, 0);
  return Buffer.concat([length, text, body]);
}

function jobOf(payload) {
  const end = 4 + payload.readUInt32LE(0);
  return { ...JSON.parse(payload.toString('utf8', 4, end)), body: payload.subarray(end) };
}

/** Cuts frames out of what arrives, however it was cut on its way. */
class Frames {
  constructor() {
    this.parts = [];
    this.size = 0;
    this.needed = 4;
  }

  /**
   * Takes bytes and gives the whole frames there are now.
   * @returns {Generator<{type: number, job: number, payload: Buffer}>}
   * @throws {FrameError}
   */
  *feed(data) {
    this.parts.push(data);
    this.size += data.length;
    if (this.size < this.needed) return;
    let buffer = this.parts.length === 1 ? this.parts[0] : Buffer.concat(this.parts);
    this.parts = [];
    this.size = 0;
    this.needed = 4;
    while (buffer.length >= 4) {
      const length = buffer.readUInt32LE(0);
      if (length < 5 || length > LARGEST) throw new FrameError(`a frame of ${length} bytes`);
      if (buffer.length < 4 + length) {
        this.needed = 4 + length;
        break;
      }
      yield { type: buffer.readUInt8(4), job: buffer.readUInt32LE(5), payload: buffer.subarray(START, 4 + length) };
      buffer = buffer.subarray(4 + length);
    }
    if (buffer.length) {
      this.parts = [buffer];
      this.size = buffer.length;
    }
  }
}

module.exports = { TYPE, PIECE, WINDOW, FrameError, Frames, frame, json, jobPayload, jobOf };
