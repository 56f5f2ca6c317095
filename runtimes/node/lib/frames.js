'use strict';
// Frames between front and worker: u32 length | u8 type | u32 job | payload, little endian.

const JOB = 1, ABORT = 2, PING = 3, ACK = 4;
const READY = 16, HEAD = 17, CHUNK = 18, END = 19, RAISED = 20, BAD = 21, PONG = 22, FAILED = 23, BAD_EVENT = 24;

const LARGEST = (8 << 20) + (64 << 10);
const PIECE = 256 << 10; // a body goes in pieces of at most this
const WINDOW = 4 << 20; // bytes of one answer that may be on their way to a client
const START = 9;

/** What arrived is no frame, or none that may come now; whoever sent it cannot be talked to any more. */
class FrameError extends Error {}

function frame(kind, job = 0, ...payload) {
  const size = payload.reduce((sum, part) => sum + part.length, 0);
  const start = Buffer.allocUnsafe(START);
  start.writeUInt32LE(size + START - 4, 0);
  start.writeUInt8(kind, 4);
  start.writeUInt32LE(job, 5);
  return Buffer.concat([start, ...payload], START + size);
}

function jsonFrame(kind, job, value) {
  return frame(kind, job, Buffer.from(JSON.stringify(value)));
}

function ackFrame(job, size) {
  const payload = Buffer.allocUnsafe(4);
  payload.writeUInt32LE(size);
  return frame(ACK, job, payload);
}

/** `feed` bytes, then iterate over whole frames: { kind, job, payload }. */
class Frames {
  constructor(largest = LARGEST) {
    this.largest = largest;
    this.parts = [];
    this.have = 0;
    this.need = 4;
  }

  feed(data) {
    this.parts.push(data);
    this.have += data.length;
  }

  *[Symbol.iterator]() {
    while (this.have >= this.need) {
      const buffer = this.parts.length === 1 ? this.parts[0] : Buffer.concat(this.parts, this.have);
      const length = buffer.readUInt32LE(0);
      if (length < START - 4 || length > this.largest) throw new FrameError(`a frame of ${length} bytes`);
      const end = 4 + length;
      if (this.have < end) {
        this._keep(buffer, end);
        return;
      }
      this._keep(buffer.subarray(end), 4);
      yield { kind: buffer[4], job: buffer.readUInt32LE(5), payload: buffer.subarray(START, end) };
    }
  }

  _keep(buffer, need) {
    this.parts = buffer.length ? [buffer] : [];
    this.have = buffer.length;
    this.need = need;
  }
}

module.exports = {
  JOB, ABORT, PING, ACK, READY, HEAD, CHUNK, END, RAISED, BAD, PONG, FAILED, BAD_EVENT,
  LARGEST, PIECE, WINDOW, FrameError, Frames, frame, jsonFrame, ackFrame,
};
