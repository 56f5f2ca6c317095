"""Runs the handler: one request at a time, or several at once on an event loop if it is async.

A worker may use memory_mb more data than it had when it began (RLIMIT_DATA): a handler that allocates
without end gets a MemoryError, its own 500, and the others go on.
"""
import contextvars
import faulthandler
import inspect
import json
import marshal
import os
import resource
import signal
import sys

from . import frames, logs
from .event import BadEvent, Context, Job, event_of
from .loader import LoadError, load, trace_of
from .result import BadAnswer, answer_of, piece_of

REQUEST = contextvars.ContextVar("request")


def run(connection, handler, settings):
    """Serves until the front closes the connection; gives the exit code."""
    faulthandler.enable()
    faulthandler.register(signal.SIGUSR2, all_threads=True)
    die_first()
    if handler is None:
        try:
            handler = load()
        except LoadError as error:
            sys.stderr.write(error.trace or error.message + "\n")
            return 1
    limit_memory(settings["memory_mb"])
    reseed()
    connection.setblocking(True)
    connection.sendall(frames.frame(frames.READY))
    if handler.is_async:
        from .async_worker import AsyncWorker

        tag_lines()
        AsyncWorker(connection, handler, settings).run()
    else:
        SyncWorker(connection, handler, settings).run()
    return 0


def open_streams():
    """Lines go out when they are whole, in UTF-8, whatever the locale; also those of the import."""
    sys.stdin = open(os.devnull)
    sys.stdout = open(1, "w", buffering=1, closefd=False, encoding="utf-8", errors="replace")
    sys.stderr = open(2, "w", buffering=1, closefd=False, encoding="utf-8", errors="replace")
    sys.__stdout__, sys.__stderr__ = sys.stdout, sys.stderr


def die_first():
    """Where all memory is used, the front goes on: it answers for those that died."""
    try:
        with open("/proc/self/oom_score_adj", "w") as score:
            score.write("500")
    except OSError:
        pass  # a system that has no such choice


def limit_memory(memory_mb):
    data = 0
    with open("/proc/self/status") as status:
        for line in status:
            if line.startswith("VmData:"):
                data = int(line.split()[1]) << 10
    limit = data + (memory_mb << 20)
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    if hard == resource.RLIM_INFINITY or limit < hard:
        resource.setrlimit(resource.RLIMIT_DATA, (limit, hard))


def reseed():
    """Forked workers would draw the same numbers."""
    if "random" in sys.modules:
        sys.modules["random"].seed()
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed()


class Tagging:
    """A text stream that puts the request in front of each line it writes."""

    def __init__(self, stream):
        self.stream = stream
        self.rests = {}

    def write(self, text):
        request = REQUEST.get("")
        *lines, rest = (self.rests.pop(request, "") + str(text)).split("\n")
        tag = logs.TAG.decode() + request + logs.TAG_END.decode()
        if lines:
            self.stream.write("".join(tag + line + "\n" for line in lines))
        if rest:
            self.rests[request] = rest
        return len(text)

    def finish(self, request):
        rest = self.rests.pop(request, None)
        if rest is not None and not self.stream.closed:
            self.stream.write(logs.TAG.decode() + request + logs.TAG_END.decode() + rest + "\n")

    def flush(self):
        self.stream.flush()

    def __getattr__(self, name):
        return getattr(self.stream, name)


def tag_lines():
    """Several requests write at once: each line says which one it is from."""
    import logging

    former = {id(sys.stdout): "stdout", id(sys.stderr): "stderr"}
    sys.stdout, sys.stderr = Tagging(sys.stdout), Tagging(sys.stderr)
    for known in [logging.getLogger(), *map(logging.getLogger, logging.root.manager.loggerDict)]:
        for handler in known.handlers:
            name = former.get(id(getattr(handler, "stream", None))) or getattr(getattr(handler, "stream", None), "name", "")
            if name in ("stdout", "<stdout>", 1):
                handler.stream = sys.stdout
            elif name in ("stderr", "<stderr>", 2):
                handler.stream = sys.stderr


class Requests:
    """What both kinds of worker do alike."""

    def __init__(self, connection, handler, settings):
        self.connection, self.handler, self.settings = connection, handler, settings
        self.received = frames.Frames()
        self.unacknowledged = {}
        self.pid = os.getpid()

    @staticmethod
    def job(payload):
        return Job(*marshal.loads(payload))

    def begin(self, job):
        event = event_of(job, self.settings["callback_id"])
        return event, Context(job.request_id, job.deadline, os.environ)

    @staticmethod
    def head(number, answer):
        length = len(answer.body) if isinstance(answer.body, bytes) else None
        told = {"status": answer.status, "headers": answer.headers, "length": length}
        return frames.frame(frames.HEAD, number, json.dumps(told).encode())

    @staticmethod
    def whole(number, answer):
        """All frames of an answer whose body fits into one."""
        body = frames.frame(frames.CHUNK, number, answer.body) if answer.body else b""
        return Requests.head(number, answer) + body + frames.frame(frames.END, number)

    def end_children(self):
        """A process the handler has forked, and that returned from it, is not the worker."""
        if os.getpid() != self.pid:
            os._exit(0)

    @staticmethod
    def raised(number, error):
        complain(trace_of(error))
        return frames.frame(frames.RAISED, number, json.dumps({"errorType": type(error).__name__}).encode())

    @staticmethod
    def failed(number, error):
        """Tells the log why, and gives the frame that tells the front."""
        if isinstance(error, BadEvent):
            complain("the event cannot be read: %s\n" % error)
            return frames.frame(frames.BAD_EVENT, number)
        if isinstance(error, BadAnswer):
            complain("the answer is malformed: %s\n" % error)
            return frames.frame(frames.BAD, number)
        return Requests.raised(number, error)


class SyncWorker(Requests):
    """One request at a time, in this thread."""

    def run(self):
        while True:
            for kind, number, payload in self.received_frames():
                if kind == frames.JOB:
                    self.serve(number, self.job(payload))
                elif kind == frames.PING:
                    self.connection.sendall(frames.frame(frames.PONG))

    def received_frames(self):
        data = self.connection.recv(262144)
        if not data:
            raise SystemExit(0)
        self.received.feed(data)
        return list(self.received)

    def serve(self, number, job):
        self.unacknowledged = {number: 0}
        try:
            last = self.answer(number, job)
        except Exception as error:
            last = self.failed(number, error)
        flush_streams()  # what it wrote belongs to it, not to the next
        self.end_children()
        self.connection.sendall(last)

    def answer(self, number, job):
        """Answers but for the last frames, which it gives."""
        event, context = self.begin(job)
        result = self.handler(event, context)
        if inspect.isawaitable(result):
            result = finished(result)
        answer = answer_of(result)
        if fits(answer.body):
            return self.whole(number, answer)
        self.connection.sendall(self.head(number, answer))
        self.stream(number, in_turn(answer.body))
        return frames.frame(frames.END, number)

    def stream(self, number, pieces):
        for piece in pieces:
            whole = piece_of(piece)
            for at in range(0, len(whole), frames.PIECE):
                part = whole[at : at + frames.PIECE]
                self.wait_for_window(number, len(part))
                self.connection.sendall(frames.frame(frames.CHUNK, number, part))

    def wait_for_window(self, number, size):
        self.unacknowledged[number] += size
        while self.unacknowledged[number] > frames.WINDOW:
            for kind, job, payload in self.received_frames():
                if kind == frames.ACK and job == number:
                    self.unacknowledged[number] -= int.from_bytes(payload, "little")
                elif kind == frames.PING:
                    self.connection.sendall(frames.frame(frames.PONG))


def fits(body):
    """Whether a body goes in one piece; a larger one waits for its reader as a stream does."""
    return isinstance(body, bytes) and len(body) <= frames.PIECE


def in_turn(body):
    if isinstance(body, bytes):
        return iter([body])
    return body if hasattr(body, "__next__") else drained(body)


def finished(awaitable):
    import asyncio

    async def wait():
        return await awaitable

    return asyncio.run(wait())


def drained(stream):
    """An async iterator's pieces, for a handler that is not async itself."""
    import asyncio

    loop = asyncio.new_event_loop()
    try:
        while True:
            try:
                yield loop.run_until_complete(stream.__anext__())
            except StopAsyncIteration:
                return
    finally:
        loop.close()


def complain(text):
    """Into the log, whatever the code has done to sys.stderr."""
    try:
        sys.stderr.write(text)
        sys.stderr.flush()
    except Exception:
        os.write(2, text.encode("utf-8", "replace"))


def flush_streams():
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError, AttributeError):
            pass  # replaced or closed by user code
