"""A client's connection, and a request on its way through it."""
import socket
import time
import uuid

from . import frames, http1
from .pool import Exchange

CHUNK_ENDS = b"\r\n"
LAST_CHUNK = b"0\r\n\r\n"
PUSH_AT = 64 << 10
HALF_SENT_SECONDS, IDLE_SECONDS, DRAINING_SECONDS, LINGER_SECONDS = 10, 120, 0.5, 2


class Connection:
    """Reads requests and writes answers, one after the other."""

    def __init__(self, front, client, peer):
        self.front, self.socket, self.peer = front, client, peer
        self.parser = http1.Parser(front.config.max_body)
        self.out = bytearray()
        self.call = None
        self.last_heard = time.monotonic()
        self.closing = False
        self.open = True
        self.from_backlog = False
        self.deaf = False  # has refused, and lets what still arrives run out so that the refusal is read

    @property
    def idle(self):
        """Whether nothing is asked and nothing is left to say."""
        return self.deaf or self.call is None and self.parser.idle and not self.out

    @property
    def done(self):
        """Whether a drain need not wait for it; one from the backlog may still be about to ask."""
        return self.deaf or self.idle and not self.from_backlog

    def scan(self, now):
        quiet = now - self.last_heard
        if self.deaf:
            if quiet > LINGER_SECONDS:
                self.close()
        elif self.call is None and not self.parser.idle and quiet > HALF_SENT_SECONDS:
            self.refuse(408, "the request did not arrive in time")
        elif self.idle and quiet > (DRAINING_SECONDS if self.front.draining else IDLE_SECONDS):
            self.close()

    def on_ready(self, mask):
        if mask & self.front.loop.WRITE:
            self.flush()
        if self.open and mask & self.front.loop.READ:
            self.read()

    def read(self):
        try:
            data = self.socket.recv(262144)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            return self.close()
        if self.deaf:
            return
        self.last_heard = time.monotonic()
        self.parser.feed(data)
        if self.call is None:
            self.next_request()
        elif len(self.parser.buffer) > self.front.config.max_body + http1.MAX_HEAD:
            self.front.loop.pause(self.socket.fileno(), True)  # it sends ahead; that can wait

    def next_request(self):
        try:
            request = self.parser.next()
        except http1.HttpError as error:
            return self.refuse(error.status, error.why)
        if request is None:
            if self.parser.wants_continue and not self.out:
                self.parser.wants_continue = False
                self.write(http1.CONTINUE)
            return
        self.call = Call(self, request)
        self.front.take(self.call)

    def refuse(self, status, why):
        """Not HTTP, or not all of it: nothing that follows can be understood."""
        self.closing = self.deaf = True
        self.last_heard = time.monotonic()
        self.parser.buffer.clear()
        self.write(http1.json_answer(status, {"message": why}, [("X-Callbacks-Error", "bad-request")], False))

    def write(self, data):
        if not self.open:
            return
        self.out += data
        self.flush()

    def flush(self):
        while self.out:
            try:
                sent = self.socket.send(memoryview(self.out)[:262144])
            except BlockingIOError:
                break
            except OSError:
                return self.close()
            del self.out[:sent]
        if self.call:
            self.call.on_flushed()
        if not self.out and self.closing and self.call is None:
            return self.say_no_more() if self.deaf else self.close()
        if self.open:
            self.front.loop.write(self.socket.fileno(), bool(self.out))

    def finished(self, keep_alive):
        """The answer is written; on to the next request."""
        self.call = None
        self.last_heard = time.monotonic()
        if not keep_alive:
            self.closing = True
            return self.flush()
        if self.open:
            self.front.loop.pause(self.socket.fileno(), False)
            if self.parser.buffer:
                self.front.loop.soon(self._pipelined)

    def _pipelined(self):
        if self.open and self.call is None:
            self.next_request()

    def say_no_more(self):
        if not self.open:
            return
        self.front.loop.write(self.socket.fileno(), False)
        try:
            self.socket.shutdown(socket.SHUT_WR)
        except OSError:
            self.close()  # the client was quicker

    def close(self):
        if not self.open:
            return
        self.open = False
        self.front.loop.remove(self.socket.fileno())
        self.front.connections.discard(self)
        self.socket.close()
        self.out.clear()
        if self.call:
            self.call.on_flushed()


class Call(Exchange):
    """A request, and the answer that is written as it comes."""

    def __init__(self, connection, request):
        self.connection, self.request = connection, request
        given = request.header("x-request-id")
        self.request_id = given if given and len(given) <= 128 and given.isprintable() else str(uuid.uuid4())
        self.keep_alive = request.keep_alive
        self.pending = bytearray()  # not given to the connection yet
        self.committed = self.done = False
        self.received = self.unacknowledged = 0
        self.length = None

    @property
    def has_body(self):
        return self.request.method != "HEAD" and self.status not in (204, 304)

    # --- from a worker

    def head(self, status, headers, length, env_version):
        if isinstance(status, bool) or not isinstance(status, int) or not 200 <= status <= 599:
            raise ValueError("status %.80r" % (status,))
        if length is not None and (isinstance(length, bool) or not isinstance(length, int) or length < 0):
            raise ValueError("length %.80r" % (length,))
        passed = http1.checked_headers(headers)
        self.last_one_while_draining()
        self.begun, self.status, self.length = True, status, length
        passed += self.connection.front.told(env_version)
        old = self.request.version == 0
        streams = length is None and self.has_body
        self.chunked = streams and not old
        if streams and old:
            self.keep_alive = False
        shown = None if status == 204 or length is None or status == 304 else length
        self.pending += http1.head(status, passed, shown, self.keep_alive, self.chunked)
        if streams:
            self.push()

    def chunk(self, data):
        self.received += len(data)
        self.unacknowledged += len(data)
        if self.length is not None and self.received > self.length or self.unacknowledged > frames.WINDOW + 2 * frames.PIECE:
            raise frames.FrameError("more body than there may be")
        if self.has_body and data:
            self.pending += b"%x\r\n" % len(data) + data + CHUNK_ENDS if self.chunked else data
        if self.chunked or self.length is None or len(self.pending) > PUSH_AT:
            self.push()
        self.on_flushed()

    def end(self):
        if self.length is not None and self.received != self.length:
            return self.break_off()
        if self.chunked:
            self.pending += LAST_CHUNK
        self.push()
        self.finish()

    def fail(self, status, error, body=None, env_version=None, headers=()):
        if self.done:
            return
        if self.committed:
            return self.break_off()
        self.last_one_while_draining()
        front = self.connection.front
        version = front.pool.env_version if env_version is None else env_version
        told = [("X-Callbacks-Error", error), *front.told(version), *headers]
        with_body = self.request.method != "HEAD"
        self.pending[:] = http1.json_answer(status, body or {"message": MESSAGES.get(error, error)}, told, self.keep_alive, with_body)
        self.push()
        self.finish()

    # --- to the client

    def answer(self, status, value, headers=()):
        """An answer of the front's own to a control call."""
        self.last_one_while_draining()
        self.pending += http1.json_answer(status, value, headers, self.keep_alive, self.request.method != "HEAD")
        self.push()
        self.finish()

    def reject(self, status, error, message, headers=()):
        self.answer(status, {"message": message}, [("X-Callbacks-Error", error), *headers])

    def last_one_while_draining(self):
        if self.connection.front.draining:
            self.keep_alive = False

    def push(self):
        self.committed = True
        data, self.pending = self.pending, bytearray()
        self.connection.write(data)

    def on_flushed(self):
        """Tells the worker of a stream that there is room for more."""
        taken = self.unacknowledged - len(self.connection.out) - len(self.pending)
        if not self.done and taken >= frames.PIECE:
            self.unacknowledged -= taken
            self.worker.acknowledge(self, taken)

    def break_off(self):
        self.done = True
        self.connection.call = None
        self.connection.out.clear()
        self.connection.close()

    def finish(self):
        self.done = True
        if self.connection.open:
            self.connection.finished(self.keep_alive)


MESSAGES = {
    "refused": "this instance takes no requests any more",
    "not-started": "too many requests are waiting",
    "timeout": "the function did not answer in time",
    "worker-ended": "the function ended without an answer",
    "bad-answer": "the function's answer is malformed",
    "bad-event": "the event is not JSON that can be read",
}
