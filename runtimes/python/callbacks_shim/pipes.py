"""Where workers write to: pipes whose lines the front logs."""
import os

from .logs import Lines

PIPE_SIZE = 64 << 10
MOST_READS = 16  # at once: a child of the function may write without end


class LogPipe:
    """One stream of a worker, or of a zygote; ``writing`` is the end that is theirs."""

    def __init__(self, loop, output, masker, stream):
        self.loop, self.output = loop, output
        self.lines = Lines(stream, masker)
        self.request_id = None  # what untagged lines belong to
        self.reading, self.writing = os.pipe()
        os.set_blocking(self.reading, False)
        loop.add(self.reading, lambda mask: self.read(), first=True)

    def hand_over(self):
        """Its writing end belongs to somebody else by now."""
        os.close(self.writing)

    def read(self):
        """Logs what is there; whether there may be more."""
        if self.reading is None:
            return False
        try:
            data = os.read(self.reading, PIPE_SIZE)
        except BlockingIOError:
            return False
        except OSError:
            data = b""
        self._log(data, last=not data)
        if not data:
            self.loop.remove(self.reading)
            os.close(self.reading)
            self.reading = None
        return bool(data)

    def finish(self):
        """Logs all that was written so far, also a line that has no end."""
        for _ in range(MOST_READS):
            if not self.read():
                break
        self._log(b"", last=True)

    def _log(self, data, last):
        for tag, text in self.lines.feed(data, last):
            self.output.log(self.lines.stream, text, tag or self.request_id)
