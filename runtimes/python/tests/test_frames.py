"""Frames between the front and a worker."""
import random
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from callbacks_shim.frames import CHUNK, END, LARGEST, READY, START, FrameError, Frames, frame


def taken(frames, *parts):
    found = []
    for part in parts:
        frames.feed(part)
        found += list(frames)
    return found


class Framing(unittest.TestCase):
    def test_frames_come_out_as_they_went_in(self):
        sent = [(READY, 0, b""), (CHUNK, 7, b"abc"), (END, 0xFFFFFFFF, b"\0" * 1000)]
        data = b"".join(frame(*one) for one in sent)
        for size in (1, 2, 3, 5, 100, len(data)):
            parts = [data[at : at + size] for at in range(0, len(data), size)]
            self.assertEqual(taken(Frames(), *parts), sent, size)

    def test_lengths_that_cannot_be(self):
        for length in (0, 4, LARGEST + 1, 0xFFFFFFFF):
            frames = Frames()
            frames.feed(START.pack(length, CHUNK, 1) + b"x" * 20)
            with self.assertRaises(FrameError, msg=length):
                list(frames)

    def test_largest_is_taken(self):
        self.assertEqual(len(taken(Frames(), frame(CHUNK, 1, b"x" * (LARGEST - 5)))[0][2]), LARGEST - 5)

    def test_nothing_is_lost_when_the_reader_stops_between_frames(self):
        frames = Frames()
        frames.feed(frame(CHUNK, 1, b"a") + frame(CHUNK, 2, b"b"))
        self.assertEqual(next(iter(frames))[1], 1)
        self.assertEqual([job for _, job, _ in frames], [2])

    def test_nonsense_is_an_error_or_waited_for(self):
        numbers = random.Random(3)
        for _ in range(2000):
            frames = Frames()
            frames.feed(bytes(numbers.choices((0, 1, 5, 9, 16, 255), k=numbers.randrange(40))))
            try:
                for kind, job, payload in frames:
                    self.assertTrue(0 <= kind < 256 and 0 <= job < 1 << 32)
            except FrameError:
                pass  # as it may be


if __name__ == "__main__":
    unittest.main()
