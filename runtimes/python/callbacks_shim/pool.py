"""All workers of an instance: generations take turns, requests wait and are given out, time passes."""
import collections
import time

from .generation import Generation
from .handle import READY, STARTING

MOST_SYNC, MOST_PRELOADED = 4, 8
IDLE_SECONDS = 60
LONGEST_PAUSE = 5.0  # between attempts to start workers that do not start
MOST_ENDS, ENDS_WITHIN = 5, 10.0  # workers that end without a request, in so many seconds: a crash loop


class Exchange:
    """A request and what becomes of it. The front subclasses it to write answers."""

    request_id = ""
    deadline = 0.0
    begun = False  # whether its head has come
    job = None
    worker = number = None  # who has it, and under which number

    def head(self, status, headers, length, env_version):
        """The worker's answer begins; ValueError if it must not be written."""

    def chunk(self, data):
        """More of the body."""

    def end(self):
        """The answer is complete."""

    def fail(self, status, error, body=None, env_version=None):
        """There is no answer: the front makes its own."""


class Pool:
    def __init__(self, config, loop, output, masker):
        self.config, self.loop, self.output, self.masker = config, loop, output, masker
        self.current = None  # the generation that gets requests
        self.env_version = config.env_version  # of the newest generation that was ready
        self.generations = set()
        self.queue = collections.deque()
        self.spawned = self.jobs = self.restarts = 0
        self.ends = collections.deque(maxlen=MOST_ENDS)  # when workers ended that no request can have ended
        self.stopping = False

    @property
    def workers(self):
        return [worker for generation in self.generations for worker in generation.workers]

    @property
    def running(self):
        return sum(len(worker.jobs) for worker in self.workers)

    @property
    def busy(self):
        return bool(self.queue) or self.running > 0

    # --- generations

    def begin(self, env, env_version, then):
        """Starts workers with an env; ``then(failure)`` when they are ready, or cannot be."""
        wanted = sum(bool(worker.jobs) for worker in self.current.workers) if self.current else 0
        generation = Generation(self, env, env_version, max(1, wanted), then)
        self.generations.add(generation)
        self.masker.take(env)
        try:
            generation.start()
        except OSError as error:  # an env too large, no more processes
            why = failure(type(error).__name__, str(error))
            self.loop.soon(lambda: self.settle(generation, why))
        return generation

    def settle(self, generation, why):
        """It is ready (``why`` is None), or has failed; counts once."""
        if generation.settled:
            return
        generation.settled = True
        if generation.env_version < self.env_version:
            return self.end_generation(generation)  # it was to begin anew, but meanwhile a later env serves
        if why is None:
            self._switch_to(generation)
        else:
            why = {name: self.masker.mask(text) if isinstance(text, str) else text for name, text in why.items()}
            self.end_generation(generation)
        generation.then(why)
        self.dispatch()

    def _switch_to(self, generation):
        before, self.current = self.current, generation
        self.env_version = generation.env_version
        self.masker.adopt(generation.env)
        if before:
            for worker in list(before.workers):
                worker.drain()
            self._retire_if_empty(before)

    def _retire_if_empty(self, generation):
        if generation is not self.current and generation.settled and not generation.workers:
            self.end_generation(generation)

    def end_generation(self, generation):
        self.generations.discard(generation)
        generation.end()

    def zygote_ended(self, generation, how):
        if not generation.settled:
            why = failure("WorkerDied", "the process ended while the code was imported (%s)" % how)
            return self.settle(generation, why)
        for worker in generation.workers:
            self.output.event("worker-ended", pid=worker.pid, reason=how)
        if generation is self.current and all(worker.is_blameless for worker in generation.workers):
            self._judge_end()
        self.end_generation(generation)
        if generation is self.current and self._serves:  # begin anew with the same env
            self.current = None
            self.restarts += 1
            self.begin(generation.env, generation.env_version, self._began_anew)

    def _began_anew(self, why):
        if why is not None:
            self.output.log("stderr", "the code cannot be imported any more: %s" % why["message"])
            self.loop.fail("the workers cannot be started again")

    def _judge_end(self):
        """Workers that end by themselves again and again: whoever started this instance must see that."""
        now = time.monotonic()
        self.ends.append(now)
        if len(self.ends) == MOST_ENDS and now - self.ends[0] < ENDS_WITHIN:
            self.loop.fail("the workers end by themselves again and again")

    @property
    def _serves(self):
        return not self.stopping or bool(self.queue)

    # --- workers

    def next_worker(self):
        self.spawned += 1
        return self.spawned

    def worker_ready(self, worker):
        generation = worker.generation
        generation.failures = 0
        if not generation.settled:
            if sum(each.state == READY for each in generation.workers) >= generation.wanted:
                self.settle(generation, None)
        elif generation is not self.current:
            worker.drain()
        else:
            self.dispatch()

    def worker_ended(self, worker, how):
        """Its zygote says how; what the front did to it says why."""
        generation, reason = worker.generation, worker.killed_for or how
        started = worker.state != STARTING
        if reason != "exit 0" or not worker.is_done:
            self.output.event("worker-ended", pid=worker.pid, reason=reason)
            self.restarts += 1
        if generation is self.current and worker.is_blameless:
            self._judge_end()
        generation.workers.discard(worker)
        worker.lose()
        if not generation.settled:
            self.settle(generation, failure("WorkerDied", "a worker ended while it started (%s)" % how))
        elif generation is self.current and not started:
            generation.failures += 1
            generation.not_before = time.monotonic() + min(LONGEST_PAUSE, 0.05 * 2**generation.failures)
        self._retire_if_empty(generation)
        self.dispatch()
        self._keep_one()

    def _keep_one(self):
        """An instance that serves has a worker, also while nothing is asked of it."""
        generation = self.current
        if generation and self._serves and not generation.workers and time.monotonic() >= generation.not_before:
            generation.spawn()

    def _grow(self):
        generation = self.current
        most = min(self.config.concurrency, MOST_PRELOADED if generation.preloaded else MOST_SYNC)
        if generation.is_async:
            most = 1
        starting = sum(worker.state == STARTING for worker in generation.workers)
        alive = sum(worker.state in (STARTING, READY) and not worker.aborted for worker in generation.workers)
        if starting < len(self.queue) and alive < most and time.monotonic() >= generation.not_before:
            generation.spawn()

    def _shrink(self, now):
        if self.current and not self.queue:
            ready = [worker for worker in self.current.workers if worker.state == READY]
            idle = [worker for worker in ready if not worker.jobs and now - worker.idle_since > IDLE_SECONDS]
            if idle and len(ready) > 1:
                idle[0].drain()

    # --- requests

    def submit(self, exchange, job):
        """Takes a request, or gives False: too many are waiting."""
        if self.running + len(self.queue) >= 2 * self.config.concurrency:
            return False
        exchange.job = job
        self.queue.append(exchange)
        self.dispatch()
        return True

    def dispatch(self):
        while self.queue and self.current and self.running < self.config.concurrency:
            free = [worker for worker in self.current.workers if worker.is_free]
            if not free:
                return self._grow()
            self.jobs = self.jobs + 1 & 0xFFFFFFFF
            min(free, key=lambda worker: len(worker.jobs)).give(self.jobs, self.queue.popleft())

    # --- time

    def scan(self, now):
        """What time has brought; called some thirty times a second while requests run."""
        for exchange in [waiting for waiting in self.queue if now >= waiting.deadline]:
            self.queue.remove(exchange)
            exchange.fail(504, "timeout")
        for generation in list(self.generations):
            if not generation.settled and now - generation.begun > self.config.startup_timeout:
                why = "the code was not imported within %g s" % self.config.startup_timeout
                self.settle(generation, failure("StartupTimeout", why))
        for worker in self.workers:
            worker.scan(now)
        self._shrink(now)
        self._keep_one()

    # --- the end

    def drain(self):
        """No more workers than the queue needs."""
        self.stopping = True

    def end(self):
        """Ends everything that is left."""
        for generation in list(self.generations):
            self.end_generation(generation)
            generation.reap()


def failure(kind, message):
    return {"class": kind, "message": message, "package": None, "log_tail": ""}
