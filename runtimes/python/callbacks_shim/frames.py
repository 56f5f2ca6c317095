"""Frames between front and worker: u32 length | u8 type | u32 job | payload, little endian."""
import struct

JOB, ABORT, PING, ACK = 1, 2, 3, 4
READY, HEAD, CHUNK, END, RAISED, BAD, PONG, BAD_EVENT = 16, 17, 18, 19, 20, 21, 22, 24

LARGEST = (8 << 20) + (64 << 10)
PIECE = 256 << 10  # a body goes in pieces of at most this
WINDOW = 4 << 20  # bytes of one answer that may be on their way to a client
START = struct.Struct("<IBI")


class FrameError(Exception):
    """What arrived is no frame; whoever sent it cannot be talked to any more."""


def frame(kind, job=0, payload=b""):
    return START.pack(len(payload) + 5, kind, job) + payload


class Frames:
    """``feed`` bytes, then iterate over whole frames: (type, job, payload)."""

    def __init__(self):
        self.buffer = bytearray()

    def feed(self, data):
        self.buffer += data

    def __iter__(self):
        buffer, at = self.buffer, 0
        try:
            while len(buffer) - at >= 4:
                length = int.from_bytes(buffer[at : at + 4], "little")
                if not 5 <= length <= LARGEST:
                    raise FrameError("a frame of %d bytes" % length)
                if len(buffer) - at < 4 + length:
                    return
                _, kind, job = START.unpack_from(buffer, at)
                payload = bytes(memoryview(buffer)[at + 9 : at + 4 + length])
                at += 4 + length
                yield kind, job, payload
        finally:
            del buffer[:at]
