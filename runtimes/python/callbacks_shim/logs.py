"""Log lines: cut out of what workers write, masked, tagged, written to standard output as JSON."""
import errno
import json
import os
import time

LONGEST = 16 << 10
SHORTEST_SECRET = 8
MAX_WAITING = 4 << 20
MASK = "********"
TAG, TAG_END = b"\x1e", b"\x1f"  # around the request id in front of a line from a worker with several slots


class Masker:
    """Replaces the values of env in texts; remembers those of the env before."""

    def __init__(self):
        self.secrets = []
        self.present = []

    def take(self, env):
        parts = {part.strip() for value in env.values() for part in [value, *value.splitlines()]}
        fresh = [part for part in parts if len(part) >= SHORTEST_SECRET]
        self.secrets = sorted(set(fresh + self.present), key=len, reverse=True)
        self.present = fresh

    def mask(self, text):
        for secret in self.secrets:
            if secret in text:
                text = text.replace(secret, MASK)
        return text

    def cut(self, line):
        """Where a line (bytes) that is too long may be cut: never inside a secret."""
        at = LONGEST
        for secret in self.secrets:
            raw = secret.encode("utf-8", "replace")
            found = line.find(raw, max(0, at - len(raw) + 1), at + len(raw) - 1)
            if 0 <= found < at:
                at = found or len(raw)
        return at


class Lines:
    """Cuts one stream of bytes into lines."""

    def __init__(self, stream, masker):
        self.stream, self.masker = stream, masker
        self.rest = b""

    def feed(self, data, last=False):
        """Whole lines in ``data``: (tag or None, text)."""
        *lines, self.rest = (self.rest + data).split(b"\n")
        if last and self.rest:
            lines.append(self.rest)
            self.rest = b""
        for line in lines:
            yield from self._pieces(line)
        while len(self.rest) > 2 * LONGEST:
            at = self.masker.cut(self.rest)
            yield self._line(self.rest[:at])
            self.rest = self.rest[at:]

    def _pieces(self, line):
        while len(line) > LONGEST:
            at = self.masker.cut(line)
            yield self._line(line[:at])
            line = line[at:]
        yield self._line(line)

    def _line(self, line):
        tag = None
        if line[:1] == TAG:
            tag, _, line = line[1:].partition(TAG_END)
            tag = tag.decode("latin-1")
        return tag, self.masker.mask(line.decode("utf-8", "replace"))


class Output:
    """Standard output: never blocks, never fails; drops and counts what nobody reads."""

    def __init__(self, fd=1):
        self.fd = fd
        self.waiting = bytearray()
        self.dropped = 0
        os.set_blocking(fd, False)

    def log(self, stream, message, request_id=None):
        now = time.time()
        stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(now)) + ".%03dZ" % (now % 1 * 1000)
        self.say({"time": stamp, "request_id": request_id, "stream": stream, "message": message})

    def event(self, event, **more):
        self.say({"event": event, **more}, urgent=True)

    def say(self, value, urgent=False):
        if len(self.waiting) > MAX_WAITING and not urgent:
            self.dropped += 1
            return
        if self.dropped:
            dropped, self.dropped = self.dropped, 0
            self.log("stderr", "(%d log lines were dropped: nobody read them)" % dropped)
        self.waiting += json.dumps(value, ensure_ascii=False).encode("utf-8", "replace") + b"\n"
        self.flush()

    def flush(self):
        """Writes what can be written; whether all was."""
        while self.waiting:
            try:
                written = os.write(self.fd, memoryview(self.waiting)[: 64 << 10])
            except BlockingIOError:
                return False
            except OSError as error:
                if error.errno != errno.EINTR:  # nobody will ever read it
                    self.waiting.clear()
                    return True
                continue
            del self.waiting[:written]
        return True
