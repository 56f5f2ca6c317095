"""A worker as the front sees it: what is sent to it, what may come from it, when it is ended."""
import json
import marshal
import os
import signal
import socket
import time

from . import frames
from .pipes import LogPipe

PING_AFTER, PONG_WITHIN, ABORT_WITHIN = 0.2, 1.0, 1.0
LET_GO = 3.0  # a worker that has nothing more to do must have ended by then
STARTING, READY, DRAINING, GONE = "starting", "ready", "draining", "gone"


class Handle:
    """Believes nothing of what its worker sends. Tells the pool when it is ready, free or broken."""

    def __init__(self, pool, generation, number):
        self.pool, self.generation, self.number = pool, generation, number
        self.state, self.pid = STARTING, 0
        self.jobs = {}  # number -> exchange
        self.aborted = {}  # number of a job that nobody waits for -> since when
        self.received, self.outgoing = frames.Frames(), bytearray()
        self.started = self.idle_since = time.monotonic()
        self.asked = self.answered = self.heard = 0.0
        self.killed_for = None
        self.let_go = False  # it was told to end
        self.channel, self.closed = None, self.started
        self.pipes = []

    def open(self):
        """Opens its channel and logs; gives the descriptors that are the worker's."""
        loop, output, masker = self.pool.loop, self.pool.output, self.pool.masker
        self.channel, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        for end in (self.channel, theirs):
            end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
        self.channel.setblocking(False)
        self.pipes = [LogPipe(loop, output, masker, stream) for stream in ("stdout", "stderr")]
        for pipe in self.pipes:
            pipe.lines.tagged = self.generation.is_async
        loop.add(self.channel.fileno(), self.on_ready)
        return theirs, [theirs.fileno(), *(pipe.writing for pipe in self.pipes)]

    def hand_over(self, theirs):
        theirs.close()
        for pipe in self.pipes:
            pipe.hand_over()

    @property
    def unsure(self):
        """Asked whether it is alive and has not answered yet."""
        return self.asked > self.answered

    @property
    def is_done(self):
        """It was let go and owes nothing: it may end."""
        return self.let_go and not self.jobs and self.killed_for is None

    @property
    def is_blameless(self):
        """No request, nothing of ours and no order to end explains its end."""
        return not (self.jobs or self.aborted or self.killed_for or self.let_go)

    @property
    def is_free(self):
        return self.state == READY and not self.unsure and len(self.jobs) + len(self.aborted) < self.generation.slots

    # --- to the worker

    def give(self, number, exchange):
        self.jobs[number] = exchange
        exchange.worker, exchange.number = self, number
        if not self.generation.is_async:
            for pipe in self.pipes:
                pipe.request_id = exchange.request_id
        self.send(frames.frame(frames.JOB, number, marshal.dumps(exchange.job.values())))

    def acknowledge(self, exchange, size):
        """A client took so many bytes of an answer."""
        if self.jobs.get(exchange.number) is exchange:
            self.send(frames.frame(frames.ACK, exchange.number, size.to_bytes(8, "little")))

    def ping(self, now):
        if not self.unsure:
            self.asked = now
            self.send(frames.frame(frames.PING))

    def send(self, data):
        if self.channel is not None:
            self.outgoing += data
            self.flush()

    def flush(self):
        try:
            while self.outgoing:
                sent = self.channel.send(self.outgoing[:262144])
                del self.outgoing[:sent]
        except BlockingIOError:
            pass
        except OSError:
            self.outgoing.clear()  # it has ended, which the zygote tells
        self.pool.loop.write(self.channel.fileno(), bool(self.outgoing))

    # --- from the worker

    def on_ready(self, mask):
        if mask & self.pool.loop.WRITE:
            self.flush()
        if self.channel is not None and mask & self.pool.loop.READ:
            self.read()

    def read(self):
        try:
            data = self.channel.recv(262144)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            return self.close()
        self.heard = time.monotonic()
        self.received.feed(data)
        try:
            for kind, job, payload in self.received:
                self.take(kind, job, payload)
        except (frames.FrameError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            self.pool.output.log("stderr", "a worker sent what it must not: %s" % error)
            self.kill("protocol")
            self.close()
            self.fail_jobs()

    def take(self, kind, number, payload):
        if kind == frames.READY:
            if self.state != STARTING:
                raise frames.FrameError("ready twice")
            self.state = READY
            self.pool.worker_ready(self)
        elif kind == frames.PONG:
            self.answered = time.monotonic()
            self.pool.dispatch()
        elif number in self.jobs and kind in TAKEN:
            TAKEN[kind](self, number, self.jobs[number], payload)
        elif number in self.aborted and kind in TAKEN:
            if kind in LAST:
                del self.aborted[number]
                self.freed()
        else:
            raise frames.FrameError("type %d for job %d" % (kind, number))

    def on_head(self, number, exchange, payload):
        if exchange.begun:
            raise frames.FrameError("a second head")
        told = json.loads(payload)
        exchange.head(told["status"], told["headers"], told["length"], self.generation.env_version)

    def on_chunk(self, number, exchange, payload):
        if not exchange.begun:
            raise frames.FrameError("a chunk before its head")
        exchange.chunk(payload)

    def on_end(self, number, exchange, payload):
        if not exchange.begun:
            raise frames.FrameError("an end before its head")
        self.finish(number)
        exchange.end()

    def on_raised(self, number, exchange, payload):
        kind = str(json.loads(payload)["errorType"])[:200]
        self.finish(number)
        told = {"errorType": kind, "requestId": exchange.request_id}
        exchange.fail(500, "handler-raised", told, self.generation.env_version)

    def on_bad(self, number, exchange, payload):
        self.finish(number)
        exchange.fail(502, "bad-answer", None, self.generation.env_version)

    def on_bad_event(self, number, exchange, payload):
        self.finish(number)
        exchange.fail(400, "bad-event", None, self.generation.env_version)

    def finish(self, number):
        if not self.generation.is_async:
            for pipe in self.pipes:
                pipe.finish()
        del self.jobs[number]
        self.freed()

    def freed(self):
        self.idle_since = time.monotonic()
        if self.state == DRAINING and not self.jobs:
            self.kill("deadline") if self.aborted else self.close()
        self.pool.loop.soon(self.pool.dispatch)

    # --- its end

    def drain(self):
        """Gets nothing more, finishes what it has, and ends."""
        if self.state in (STARTING, READY):
            self.state = DRAINING
            self.let_go = True
            if not self.jobs:
                self.close()

    def close(self):
        """Nothing is said to it any more: it ends, or has ended."""
        if self.channel is not None:
            self.pool.loop.remove(self.channel.fileno())
            self.channel.close()
            self.channel = None
            self.closed = time.monotonic()
        if self.state != GONE:
            self.state = DRAINING

    def kill(self, reason):
        """Ends it and all that it started, at once."""
        self.killed_for = self.killed_for or reason
        if self.state != GONE:
            self.state = DRAINING
        if self.pid:
            kill_group(self.pid)

    def lose(self):
        """It has ended."""
        self.close()
        self.state = GONE
        self.fail_jobs()

    def fail_jobs(self):
        jobs, self.jobs = self.jobs, {}
        for exchange in jobs.values():
            exchange.fail(502, "worker-ended", None, self.generation.env_version)

    # --- time

    def scan(self, now):
        for number, exchange in list(self.jobs.items()):
            if now >= exchange.deadline:
                self.overrun(number, exchange, now)
        if self.killed_for:
            self.kill(self.killed_for)
        elif self.channel is None:
            if now - self.closed > LET_GO:
                self.kill("protocol" if self.jobs else "deadline")
        elif self.state == STARTING:
            if now - self.started > self.pool.config.startup_timeout:
                self.kill("deadline")
        elif self.generation.is_async:
            self.look_after(now)

    def overrun(self, number, exchange, now):
        del self.jobs[number]
        exchange.fail(504, "timeout", None, self.generation.env_version)
        if self.generation.is_async:
            self.aborted[number] = now
            self.send(frames.frame(frames.ABORT, number))
            self.ping(now)
        else:
            dump(self.pid)
            self.kill("deadline")

    def look_after(self, now):
        """A loop that is blocked serves nobody: its worker is ended. One that will not let go is replaced."""
        if self.aborted and self.unsure and now - max(self.asked, self.heard) > PONG_WITHIN:
            dump(self.pid)
            self.kill("blocked")
        elif any(now - begun > ABORT_WITHIN for begun in self.aborted.values()):
            self.drain()
            if not self.jobs:
                self.kill("deadline")
            self.pool.dispatch()
        elif self.jobs and now - self.idle_since > PING_AFTER and now - self.asked > PING_AFTER:
            self.ping(now)


TAKEN = {
    frames.HEAD: Handle.on_head, frames.CHUNK: Handle.on_chunk, frames.END: Handle.on_end,
    frames.RAISED: Handle.on_raised, frames.BAD: Handle.on_bad, frames.BAD_EVENT: Handle.on_bad_event,
}
LAST = (frames.END, frames.RAISED, frames.BAD, frames.BAD_EVENT)


def kill_group(pid):
    try:
        os.killpg(pid, signal.SIGKILL)
    except OSError:
        pass  # all of it is gone


def dump(pid):
    """Lets a worker print where it is; the kill that follows gives it a moment for that."""
    if not pid:
        return  # not told yet, and 0 would mean ourselves
    try:
        os.kill(pid, signal.SIGUSR2)
        time.sleep(0.005)
    except OSError:
        pass  # it is gone
