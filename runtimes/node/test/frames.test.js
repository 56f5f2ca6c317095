'use strict';
const assert = require('node:assert/strict');
const { test } = require('node:test');
const { CHUNK, END, FrameError, Frames, LARGEST, PONG, ackFrame, frame, jsonFrame } = require('../lib/frames');

test('frames are the same in whatever pieces they arrive', () => {
  const bytes = Buffer.concat([frame(PONG), frame(CHUNK, 0xfffffffe, Buffer.from('ab'), Buffer.from('c')), jsonFrame(END, 2, { a: 1 })]);
  for (const size of [1, 4, 5, 13, 100]) {
    const frames = new Frames();
    const seen = [];
    for (let at = 0; at < bytes.length; at += size) {
      frames.feed(bytes.subarray(at, at + size));
      for (const { kind, job, payload } of frames) seen.push([kind, job, payload.toString()]);
    }
    assert.deepEqual(seen, [[PONG, 0, ''], [CHUNK, 0xfffffffe, 'abc'], [END, 2, '{"a":1}']]);
  }
});

test('are laid out as the protocol says', () => {
  assert.deepEqual([...ackFrame(1, 258)], [9, 0, 0, 0, 4, 1, 0, 0, 0, 2, 1, 0, 0]);
});

test('what is too short or too long is no frame', () => {
  for (const length of [0, 4, LARGEST + 1, 0xffffffff]) {
    const frames = new Frames();
    const bytes = Buffer.alloc(9);
    bytes.writeUInt32LE(length);
    frames.feed(bytes);
    assert.throws(() => [...frames], FrameError);
  }
});
