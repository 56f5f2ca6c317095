"""Workers: started by generation, chosen for requests, ended when they overrun, idle or are not needed."""
import array
import collections
import json
import marshal
import os
import signal
import socket
import subprocess
import sys
import time

from . import frames
from .logs import Lines

MOST_SYNC, MOST_PRELOADED = 4, 8
IDLE_SECONDS = 60
LET_GO = 3.0  # a worker that has nothing more to do must have ended by then
PING_AFTER, PONG_WITHIN, ABORT_WITHIN = 0.2, 0.25, 1.0
MAIN = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "main.py")
STARTING, READY, DRAINING, GONE = "starting", "ready", "draining", "gone"


class Exchange:
    """A request and what becomes of it. The front subclasses it to write answers."""

    request_id = ""
    deadline = 0.0

    def head(self, status, headers, length, worker):
        """The worker's answer begins; ValueError if it must not be written."""

    def chunk(self, data):
        """More of the body."""

    def end(self):
        """The answer is complete."""

    def fail(self, status, error, body=None, env_version=None):
        """There is no answer: the front makes its own."""


class Worker:
    def __init__(self, number, generation):
        self.number, self.generation = number, generation
        self.state, self.pid = STARTING, 0
        self.jobs = {}  # number -> exchange
        self.aborted = {}  # job number -> when
        self.received = frames.Frames()
        self.outgoing = bytearray()
        self.started = self.idle_since = time.monotonic()
        self.asked = self.answered = 0.0
        self.killed_for = None
        self.channel = None
        self.pipes = []  # (descriptor, lines) of its logs
        self.current_request = None  # of a worker that has one at a time
        self.closed = None  # when its channel was

    @property
    def unsure(self):
        """Asked whether it is alive and has not answered yet."""
        return self.asked > self.answered


class Generation:
    """Workers with one env, and the zygote that forks them."""

    def __init__(self, env, env_version, number, wanted, then):
        self.env, self.env_version, self.number = env, env_version, number
        self.wanted, self.then = wanted, then  # ``then`` is called once: None, or the failure
        self.workers = set()
        self.imported = self.preloaded = self.is_async = False
        self.begun = time.monotonic()
        self.settled = False
        self.process = self.lifeline = None
        self.failures = 0
        self.not_before = 0.0


class Pool:
    """All workers of an instance."""

    def __init__(self, config, loop, output, masker):
        self.config, self.loop, self.output, self.masker = config, loop, output, masker
        self.current = None
        self.env_version = config.env_version  # of the newest generation that was ready
        self.generations = set()
        self.queue = collections.deque()
        self.workers = 0
        self.jobs = 0
        self.restarts = 0
        self.stopping = False

    # --- generations

    def begin(self, env, env_version, number, then):
        """Starts workers with an env; ``then(failure)`` when they are ready, or cannot be."""
        wanted = 1 if self.current is None else max(1, sum(bool(w.jobs) for w in self.current.workers))
        generation = Generation(env, env_version, number, wanted, then)
        self.generations.add(generation)
        self.masker.take(env)
        try:
            self._start_zygote(generation)
        except OSError as error:  # an env too large, no more processes
            failure = {"class": type(error).__name__, "message": str(error), "package": None, "log_tail": ""}
            self.loop.soon(lambda: self._settle(generation, failure))
        return generation

    def _start_zygote(self, generation):
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        lifeline, held = os.pipe()
        out, err = self._log_pipe(None, "stdout"), self._log_pipe(None, "stderr")
        generation.slots = max(1, self.config.concurrency)
        words = [sys.executable, "-I", "-S", "-B", MAIN, "zygote", "preload", str(theirs.fileno()), str(lifeline),
                 str(generation.slots)]
        environ = self.config.worker_environ(generation.env, generation.env_version)
        generation.lifeline = held
        try:
            generation.process = subprocess.Popen(
                words, stdin=subprocess.DEVNULL, stdout=out, stderr=err, pass_fds=(theirs.fileno(), lifeline),
                env=environ, start_new_session=True)
        finally:
            for descriptor in (lifeline, out, err):
                os.close(descriptor)
            theirs.close()
        generation.control = ours
        generation.settings = json.dumps({
            "function": self.config.function, "library": self.config.library, "memory_mb": self.config.memory_mb,
            "callback_id": self.config.callback_id, "lc_ctype": environ.get("LC_CTYPE")}).encode()
        ours.send(generation.settings)
        ours.setblocking(False)
        self.loop.add(ours.fileno(), lambda mask: self._on_control(generation))

    def _log_pipe(self, worker, stream):
        """A pipe whose lines are logged, for a worker or for none; gives the end to write to."""
        reading, writing = os.pipe()
        os.set_blocking(reading, False)
        lines = Lines(stream, self.masker)
        if worker:
            lines.tagged = worker.generation.is_async
            worker.pipes.append((reading, lines))
        self.loop.add(reading, lambda mask: self._read_log(reading, worker, lines), first=True)
        return writing

    def _read_log(self, descriptor, worker, lines):
        """Reads what is there; whether there may be more."""
        try:
            data = os.read(descriptor, 65536)
        except BlockingIOError:
            return False
        except OSError:
            data = b""
        self._log(worker, lines, data, last=not data)
        if not data:
            self.loop.remove(descriptor)
            os.close(descriptor)
            if worker:
                worker.pipes.remove((descriptor, lines))
        return bool(data)

    def _log(self, worker, lines, data, last):
        request = worker.current_request if worker else None
        for tag, text in lines.feed(data, last):
            self.output.log(lines.stream, text, tag or request)

    def _finish_logs(self, worker):
        """What was written before a request ended belongs to it, also a line that has no end."""
        for descriptor, lines in list(worker.pipes):
            for _ in range(16):
                if not self._read_log(descriptor, worker, lines):
                    break
            self._log(worker, lines, b"", last=True)

    def _on_control(self, generation):
        try:
            data = generation.control.recv(1 << 20)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            return self._zygote_gone(generation)
        message = json.loads(data)
        if "failed" in message:
            self._settle(generation, message["failed"])
        elif "again" in message:
            generation.control.send(generation.settings)
        elif "imported" in message:
            generation.imported = True
            generation.preloaded, generation.is_async = message["preloaded"], message["is_async"]
            if not generation.is_async:
                generation.slots = 1
            for _ in range(generation.wanted):
                self._spawn(generation)
        elif "forked" in message:
            worker = next((w for w in generation.workers if w.number == message["forked"]), None)
            if worker:
                worker.pid = message["pid"]
        elif "ended" in message:
            self._worker_ended(generation, message["ended"], message["how"])

    def _settle(self, generation, failure):
        """The generation is ready, or has failed; told once."""
        if generation.settled:
            return
        generation.settled = True
        if generation.env_version < self.env_version:
            return self._end_generation(generation)  # one that ended was to begin anew, but a later env is there
        if failure is None:
            before, self.current = self.current, generation
            self.env_version = generation.env_version
            self.masker.adopt(generation.env)
            if before:
                for worker in list(before.workers):
                    self._drain(worker)
                self._retire_if_empty(before)
        else:
            failure = {name: self.masker.mask(value) if isinstance(value, str) else value for name, value in failure.items()}
            self._end_generation(generation)
        generation.then(failure)
        self.dispatch()

    def _zygote_gone(self, generation):
        self.loop.remove(generation.control.fileno())
        generation.control.close()
        code = self._reap(generation)
        if generation not in self.generations:
            return
        if not generation.settled:
            self._settle(generation, {"class": "WorkerDied", "message": "the process ended while the code was imported (%s)" % code,
                                      "package": None, "log_tail": ""})
            return
        for worker in generation.workers:
            self.output.event("worker-ended", pid=worker.pid, reason=code)
        self._end_generation(generation)
        if generation is self.current and not (self.stopping and not self.queue):  # begin anew with the same env
            self.current = None
            self.restarts += 1
            self.begin(generation.env, generation.env_version, generation.number, self._restarted)

    def _restarted(self, failure):
        if failure is not None:
            self.output.log("stderr", "the code cannot be imported any more: %s" % failure["message"])
            self.loop.fail("the workers cannot be started again")

    def _reap(self, generation):
        try:
            generation.process.wait(2)
        except subprocess.TimeoutExpired:
            kill_group(generation.process.pid)
            generation.process.wait(2)
        kill_group(generation.process.pid)
        code = generation.process.returncode
        return "signal %d" % -code if code < 0 else "exit %d" % code

    def _end_generation(self, generation):
        """Ends its zygote and whatever it started."""
        self.generations.discard(generation)
        for worker in list(generation.workers):
            if worker.pid:
                kill_group(worker.pid)
            self._lose(worker)
        if generation.lifeline is not None:
            os.close(generation.lifeline)
            generation.lifeline = None

    def _retire_if_empty(self, generation):
        if generation is not self.current and generation.settled and not generation.workers and generation in self.generations:
            self._end_generation(generation)

    # --- workers

    def _spawn(self, generation):
        self.workers += 1
        worker = Worker(self.workers, generation)
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        for end in (ours, theirs):
            end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
        ours.setblocking(False)
        given = [theirs.fileno(), self._log_pipe(worker, "stdout"), self._log_pipe(worker, "stderr")]
        rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", given))]
        worker.channel = ours
        generation.workers.add(worker)
        try:
            generation.control.sendmsg([json.dumps({"fork": worker.number}).encode()], rights)
        except OSError:
            pass  # the zygote is gone, which is told on its control socket
        theirs.close()
        os.close(given[1])
        os.close(given[2])
        self.loop.add(ours.fileno(), lambda mask: self._on_channel(worker, mask))

    def _on_channel(self, worker, mask):
        if mask & self.loop.WRITE:
            self._flush(worker)
        if worker.state == GONE or not mask & self.loop.READ:
            return
        try:
            data = worker.channel.recv(262144)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._close_channel(worker)
            return
        worker.received.feed(data)
        try:
            for kind, job, payload in worker.received:
                self._take(worker, kind, job, payload)
        except (frames.FrameError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            self.output.log("stderr", "a worker sent what it must not: %s" % error, worker.current_request)
            self.kill(worker, "protocol")
            self._close_channel(worker)
            self._fail_jobs(worker)

    def _take(self, worker, kind, job, payload):
        if kind not in frames.FROM_WORKER:
            raise frames.FrameError("type %d" % kind)
        if kind == frames.READY:
            return self._ready(worker)
        if kind == frames.PONG:
            worker.answered = time.monotonic()
            return self.dispatch()
        exchange = worker.jobs.get(job)
        if exchange is None:
            if job in worker.aborted:  # it ends at last what nobody waits for
                if kind in (frames.END, frames.RAISED, frames.BAD):
                    del worker.aborted[job]
                    self._freed(worker)
                return
            raise frames.FrameError("job %d is not with this worker" % job)
        getattr(self, "_on_" + NAMES[kind])(worker, job, exchange, payload)

    def _on_head(self, worker, job, exchange, payload):
        if exchange.begun:
            raise frames.FrameError("a second head")
        told = json.loads(payload)
        exchange.head(told["status"], told["headers"], told["length"], worker)

    def _on_chunk(self, worker, job, exchange, payload):
        if not exchange.begun:
            raise frames.FrameError("a chunk before its head")
        exchange.chunk(payload)

    def _on_end(self, worker, job, exchange, payload):
        if not exchange.begun:
            raise frames.FrameError("an end before its head")
        self._finish(worker, job)
        exchange.end()

    def _on_raised(self, worker, job, exchange, payload):
        kind = json.loads(payload)["errorType"]
        self._finish(worker, job)
        exchange.fail(500, "handler-raised", {"errorType": str(kind)[:200], "requestId": exchange.request_id},
                      worker.generation.env_version)

    def _on_bad(self, worker, job, exchange, payload):
        self._finish(worker, job)
        exchange.fail(502, "bad-answer", None, worker.generation.env_version)

    def _finish(self, worker, job):
        if not worker.generation.is_async:
            self._finish_logs(worker)
        del worker.jobs[job]
        self._freed(worker)

    def _freed(self, worker):
        worker.idle_since = time.monotonic()
        if worker.state == DRAINING and not worker.jobs:
            if worker.aborted:
                self.kill(worker, "deadline")
            else:
                self._close_channel(worker)
        self.loop.soon(self.dispatch)

    def _ready(self, worker):
        if worker.state != STARTING:
            raise frames.FrameError("ready twice")
        worker.state = READY
        generation = worker.generation
        generation.failures = 0
        ready = sum(w.state == READY for w in generation.workers)
        if not generation.settled and ready >= generation.wanted:
            self._settle(generation, None)
        elif generation is not self.current and generation.settled:
            self._drain(worker)
        else:
            self.dispatch()

    def _drain(self, worker):
        if worker.state in (STARTING, READY):
            worker.state = DRAINING
            if not worker.jobs:
                self._close_channel(worker)

    def _close_channel(self, worker):
        """Nothing is sent to it any more; it finishes and ends, or has ended."""
        if worker.channel is not None:
            self.loop.remove(worker.channel.fileno())
            worker.channel.close()
            worker.channel = None
            worker.closed = time.monotonic()
        if worker.state != GONE:
            worker.state = DRAINING

    def _worker_ended(self, generation, number, how):
        worker = next((w for w in generation.workers if w.number == number), None)
        if worker is None:
            return
        expected = worker.state == DRAINING and not worker.jobs and worker.killed_for is None and how == "exit 0"
        self._lose(worker)
        if not expected:
            self.output.event("worker-ended", pid=worker.pid, reason=worker.killed_for or how)
            self.restarts += 1
        if not generation.settled:
            self._settle(generation, {"class": "WorkerDied", "message": "a worker ended while it started (%s)" % how,
                                      "package": None, "log_tail": ""})
        elif generation is self.current and worker.was_starting:
            generation.failures += 1
            generation.not_before = time.monotonic() + min(5.0, 0.05 * 2 ** generation.failures)
        self._retire_if_empty(generation)
        self.dispatch()
        self.keep_one()

    def _lose(self, worker):
        worker.was_starting = worker.state == STARTING
        self._close_channel(worker)
        worker.state = GONE
        worker.generation.workers.discard(worker)
        self._fail_jobs(worker)

    def _fail_jobs(self, worker):
        jobs, worker.jobs = worker.jobs, {}
        for exchange in jobs.values():
            exchange.fail(502, "worker-ended", None, worker.generation.env_version)

    def kill(self, worker, reason):
        """Ends a worker and all that it started, at once."""
        if worker.killed_for is None:
            worker.killed_for = reason
            if worker.state != GONE:
                worker.state = DRAINING
        if worker.pid:
            kill_group(worker.pid)

    def keep_one(self):
        """An instance that serves has a worker, also while nothing is asked of it."""
        generation = self.current
        if generation and not (self.stopping and not self.queue) and not generation.workers:
            if time.monotonic() >= generation.not_before:
                self._spawn(generation)

    # --- requests

    def submit(self, exchange, job):
        """Takes a request, or gives False: too many are waiting."""
        if self.jobs_running + len(self.queue) >= 2 * self.config.concurrency:
            return False
        exchange.begun = False
        exchange.job = job
        self.queue.append(exchange)
        self.dispatch()
        return True

    @property
    def jobs_running(self):
        return sum(len(w.jobs) for g in self.generations for w in g.workers)

    def dispatch(self):
        while self.queue:
            if self.jobs_running >= self.config.concurrency:
                return
            worker = self._free_worker()
            if worker is None:
                return self._grow()
            exchange = self.queue.popleft()
            self.jobs = self.jobs + 1 & 0xFFFFFFFF
            worker.jobs[self.jobs] = exchange
            if not worker.generation.is_async:
                worker.current_request = exchange.request_id
            self._send(worker, frames.frame(frames.JOB, self.jobs, marshal.dumps(exchange.job.values())))

    def _free_worker(self):
        free = [w for w in self.current.workers if w.state == READY and not w.unsure
                and len(w.jobs) + len(w.aborted) < self.current.slots] if self.current else []
        return min(free, key=lambda w: len(w.jobs), default=None)

    def _grow(self):
        generation = self.current
        if generation is None:
            return
        starting = sum(w.state == STARTING for w in generation.workers)
        most = 1 if generation.is_async else min(self.config.concurrency, MOST_PRELOADED if generation.preloaded else MOST_SYNC)
        alive = sum(w.state in (STARTING, READY) and not w.aborted for w in generation.workers)
        if starting < len(self.queue) and alive < most and time.monotonic() >= generation.not_before:
            self._spawn(generation)

    def _send(self, worker, data):
        if worker.channel is None:
            return
        worker.outgoing += data
        self._flush(worker)

    def _flush(self, worker):
        try:
            while worker.outgoing:
                sent = worker.channel.send(worker.outgoing[:262144])
                del worker.outgoing[:sent]
        except BlockingIOError:
            pass
        except OSError:
            worker.outgoing.clear()  # it has ended, which the zygote tells
        if worker.channel is not None:
            self.loop.write(worker.channel.fileno(), bool(worker.outgoing))

    def acknowledge(self, exchange, size):
        """A client took so many bytes of an answer."""
        for generation in self.generations:
            for worker in generation.workers:
                for job, known in worker.jobs.items():
                    if known is exchange:
                        return self._send(worker, frames.frame(frames.ACK, job, size.to_bytes(8, "little")))

    # --- time

    def scan(self, now):
        """What time has brought; called some twenty times a second while requests run."""
        for exchange in [e for e in self.queue if now >= e.deadline]:
            self.queue.remove(exchange)
            exchange.fail(504, "timeout")
        for generation in list(self.generations):
            if not generation.settled and now - generation.begun > self.config.startup_timeout:
                self._settle(generation, {"class": "StartupTimeout", "package": None, "log_tail": "", "message":
                             "the code was not imported within %g s" % self.config.startup_timeout})
            for worker in list(generation.workers):
                self._scan_worker(worker, now)
        self._shrink(now)
        self.keep_one()

    def _scan_worker(self, worker, now):
        for job, exchange in list(worker.jobs.items()):
            if now >= exchange.deadline:
                self._overrun(worker, job, exchange, now)
        if worker.generation.is_async and worker.state == READY and worker.pid:
            self._ask(worker, now)
        if worker.killed_for:
            self.kill(worker, worker.killed_for)
        elif worker.closed and now - worker.closed > LET_GO:
            self.kill(worker, "protocol" if worker.jobs else "deadline")
        elif worker.state == STARTING and now - worker.started > self.config.startup_timeout:
            self.kill(worker, "deadline")

    def _overrun(self, worker, job, exchange, now):
        del worker.jobs[job]
        exchange.fail(504, "timeout", None, worker.generation.env_version)
        if worker.generation.is_async:
            worker.aborted[job] = now
            self._send(worker, frames.frame(frames.ABORT, job))
            self._ping(worker, now)
        else:
            dump(worker.pid)
            self.kill(worker, "deadline")

    def _ping(self, worker, now):
        if not worker.unsure:
            worker.asked = now
            self._send(worker, frames.frame(frames.PING))

    def _ask(self, worker, now):
        """A loop that is blocked serves nobody: its worker is ended. One that will not let go is replaced."""
        if worker.unsure and now - worker.asked > PONG_WITHIN and any(now >= e.deadline for e in worker.jobs.values()) | bool(worker.aborted):
            dump(worker.pid)
            self.kill(worker, "blocked")
        elif any(now - begun > ABORT_WITHIN for begun in worker.aborted.values()):
            self._drain(worker)
            if not worker.jobs:
                self.kill(worker, "deadline")
            self.dispatch()
        elif worker.jobs and now - worker.idle_since > PING_AFTER and now - worker.asked > PING_AFTER:
            self._ping(worker, now)

    def _shrink(self, now):
        if self.current and not self.queue:
            idle = [w for w in self.current.workers if w.state == READY and not w.jobs and now - w.idle_since > IDLE_SECONDS]
            if idle and sum(w.state == READY for w in self.current.workers) > 1:
                self._drain(idle[0])

    # --- the end

    def drain(self):
        """No more growth; workers end when their work is done."""
        self.stopping = True

    @property
    def busy(self):
        return bool(self.queue) or any(w.jobs for g in self.generations for w in g.workers)

    def end(self):
        """Ends everything that is left."""
        for generation in list(self.generations):
            for worker in generation.workers:
                kill_group(worker.pid) if worker.pid else None
            self._end_generation(generation)
            self._reap(generation)


NAMES = {frames.HEAD: "head", frames.CHUNK: "chunk", frames.END: "end", frames.RAISED: "raised", frames.BAD: "bad"}


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
