"""Log lines: cut out of what workers write, masked, tagged, written to standard output as JSON."""
import errno
import json
import os
import select
import time

LONGEST = 16 << 10
SHORTEST_SECRET = 8
MAX_WAITING = 4 << 20
MASK = "********"
TAG, TAG_END = b"\x1e", b"\x1f"  # around the request id in front of a line from a worker with several slots


class Masker:
    """Replaces the values of env in texts: of the one that serves, the one before, the one that is tried."""

    def __init__(self):
        self.serving = self.former = self.tried = frozenset()
        self.secrets = []  # (text, bytes), the longest first: one may be part of another
        self.longest = 0

    def take(self, env):
        """Workers start with this env; whether they will serve is not known yet."""
        self.tried = secrets_of(env)
        self._gather()

    def adopt(self, env):
        """This env serves from now on."""
        present = secrets_of(env)
        if present != self.serving:
            self.former, self.serving = self.serving, present
        self._gather()

    def _gather(self):
        known = self.serving | self.former | self.tried
        self.secrets = [(text, text.encode("utf-8")) for text in sorted(known, key=len, reverse=True)]
        self.longest = max((len(raw) for _, raw in self.secrets), default=0)

    def mask(self, text):
        for secret, _ in self.secrets:
            if secret in text:
                text = text.replace(secret, MASK)
        return text

    def cut(self, line):
        """Where a line (bytes) that is too long may be cut: never inside a secret or a character."""
        at = LONGEST
        for _, raw in self.secrets:
            found = line.find(raw, max(0, at - len(raw) + 1), at + len(raw) - 1)
            if 0 <= found < at:
                at = found or len(raw)
        start = at
        while start > max(1, at - 3) and line[start : start + 1] and line[start] & 0xC0 == 0x80:
            start -= 1
        return start


def secrets_of(env):
    parts = {part.strip() for value in env.values() for part in [value, *value.splitlines()]}
    return frozenset(part for part in parts if len(part) >= SHORTEST_SECRET)


class Lines:
    """Cuts one stream of bytes into lines; ``tagged`` if each begins with the request it is from."""

    def __init__(self, stream, masker):
        self.stream, self.masker = stream, masker
        self.tagged = False
        self.rest = b""
        self.begun = None  # (tag,) of the line whose beginning was cut off already

    def feed(self, data, last=False):
        """Whole lines in ``data``: (tag or None, text)."""
        *lines, self.rest = (self.rest + data).split(b"\n")
        if last and self.rest:
            lines.append(self.rest)
            self.rest = b""
        for line in lines:
            tag, line = self._tag(line)
            self.begun = None
            while len(line) > LONGEST:
                piece, line = self._cut(line)
                yield tag, self._text(piece)
            yield tag, self._text(line)
        while len(self.rest) > LONGEST + max(LONGEST, self.masker.longest):  # a secret may still be arriving
            tag, line = self._tag(self.rest)
            self.begun = (tag,)
            piece, self.rest = self._cut(line)
            yield tag, self._text(piece)

    def _tag(self, line):
        if self.begun:
            return self.begun[0], line
        if not self.tagged or line[:1] != TAG:
            return None, line
        tag, _, line = line[1:].partition(TAG_END)
        return tag.decode("utf-8", "replace"), line

    def _cut(self, line):
        at = self.masker.cut(line)
        return line[:at], line[at:]

    def _text(self, line):
        return self.masker.mask(line.decode("utf-8", "replace"))


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
        self.tell_dropped()
        self.waiting += json.dumps(value, ensure_ascii=False).encode("utf-8", "replace") + b"\n"
        self.flush()

    def finish(self, seconds):
        """Waits a little for who reads the last lines."""
        end = time.monotonic() + seconds
        while not self.flush() and time.monotonic() < end:
            select.select([], [self.fd], [], 0.05)

    def tell_dropped(self):
        if self.dropped:
            dropped, self.dropped = self.dropped, 0
            self.log("stderr", "(%d log lines were dropped: nobody read them)" % dropped)

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
        self.tell_dropped()
        return True
