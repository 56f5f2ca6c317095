"""Owns the sockets: takes requests, gives them to workers, answers control calls, ends in good order."""
import hmac
import json
import os
import signal
import socket
import sys
import time

from .config import Config, checked_env, read_line
from .connection import Connection
from .event import job_of
from .logs import Masker, Output
from .loop import Loop
from .pool import Pool

CONTROL = "/_callbacks/"
BUSY_PAUSE, IDLE_PAUSE = 0.03, 0.5
LONGEST_LIFELINE_DRAIN = 8.0
FAREWELL_SECONDS = 1.0  # for who reads the last lines
ACCEPTED_AT_ONCE = 64
SIGNALS = (signal.SIGTERM, signal.SIGINT)


def main():
    try:
        config = Config(os.environ)
        config.take_line(read_line(config))
    except (ValueError, KeyError, TypeError, OSError) as error:
        sys.exit("callbacks-shim: no configuration: %s" % error)
    sys.exit(Front(config, Output(1)).run())


class Front:
    def __init__(self, config, output):
        self.config, self.output = config, output
        self.loop = Loop(lambda trace: sys.stderr.write(trace))
        self.masker = Masker()
        self.pool = Pool(config, self.loop, output, self.masker)
        self.connections = set()
        self.listener = None
        self.accept_again = None  # when, after it was not possible
        self.generation = config.generation
        self.refusing = self.draining = False
        self.drain_until = None
        self.requests = 0
        self.changes = []  # env changes that wait: (call, version, env, generation)
        self.code = 0

    # --- life

    def run(self):
        self.listen_to_signals()
        if not self.config.config_file:
            os.set_blocking(0, False)
            self.loop.add(0, self.on_lifeline)
        self.pool.begin(self.config.env, self.config.env_version, self.on_first)
        self.loop.run(self.tick, self.pause)
        for number in SIGNALS:
            signal.signal(number, signal.SIG_IGN)  # it ends already; the interpreter's end would bring the default back
        self.pool.end()
        if self.loop.failure:
            self.output.log("stderr", self.loop.failure)
            self.code = 1
        self.output.finish(FAREWELL_SECONDS)
        return self.code

    def pause(self):
        return BUSY_PAUSE if self.pool.busy or self.pool.current is None or self.draining else IDLE_PAUSE

    def listen_to_signals(self):
        reading, writing = os.pipe()
        for descriptor in (reading, writing):
            os.set_blocking(descriptor, False)
        signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
        for number in SIGNALS:
            signal.signal(number, lambda *_: None)
        self.loop.add(reading, lambda mask: self.on_signals(os.read(reading, 64)))

    def on_signals(self, numbers):
        for _ in numbers:
            if self.draining:
                self.loop.running = False
            self.drain(self.config.timeout + 1)

    def on_lifeline(self, mask):
        try:
            if os.read(0, 65536):
                return
        except BlockingIOError:
            return
        self.loop.remove(0)
        self.drain(min(self.config.timeout + 1, LONGEST_LIFELINE_DRAIN))

    def on_first(self, failure):
        if failure is not None:
            self.output.event("load-failed", **failure)
            self.code = 1
            self.loop.running = False
            return
        try:
            self.listen()
        except OSError as error:
            self.loop.fail("cannot listen on %s port %d: %s" % (self.config.host, self.config.port, error))
            return
        self.output.event("listening", port=self.listener.getsockname()[1], generation=self.generation,
                          env_version=self.pool.env_version)

    def listen(self):
        self.listener = socket.socket(socket.AF_INET6 if ":" in self.config.host else socket.AF_INET)
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.listener.bind((self.config.host, self.config.port))
        self.listener.listen(1024)
        self.listener.setblocking(False)
        self.loop.add(self.listener.fileno(), lambda mask: self.accept())

    def accept(self):
        """Takes those that wait, so many at once; whether there may be more."""
        for _ in range(ACCEPTED_AT_ONCE):
            try:
                client, peer = self.listener.accept()
            except BlockingIOError:
                return False
            except ConnectionError:
                continue  # gone before it was taken
            except OSError:  # no descriptors left: others have to be closed first
                self.loop.pause(self.listener.fileno(), True)
                self.accept_again = time.monotonic() + 0.2
                return False
            client.setblocking(False)
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection = Connection(self, client, peer[0])
            self.connections.add(connection)
            self.loop.add(client.fileno(), connection.on_ready)
        return True

    def drain(self, longest):
        """Takes what has arrived, then nothing more; ends when all is answered."""
        until = time.monotonic() + longest
        self.drain_until = until if self.drain_until is None else min(until, self.drain_until)
        if self.draining:
            return
        if self.listener is None:
            self.loop.running = False
        else:
            self.take_the_last()
        self.draining = True
        self.pool.drain()
        for connection in list(self.connections):
            if connection.done:
                connection.close()

    def take_the_last(self):
        known = set(self.connections)
        while self.accept():
            pass
        self.loop.remove(self.listener.fileno())
        self.listener.close()
        for connection in list(self.connections):
            connection.from_backlog = connection not in known
            if connection.idle:
                connection.read()

    def tick(self, now):
        self.output.flush()
        self.pool.scan(now)
        if self.accept_again and now > self.accept_again and not self.draining:
            self.accept_again = None
            self.loop.pause(self.listener.fileno(), False)
        for connection in list(self.connections):
            connection.scan(now)
        if self.draining and (now > self.drain_until or not self.pool.busy and all(c.done for c in self.connections)):
            self.loop.running = False

    # --- requests

    def told(self, env_version):
        return [("X-Callbacks-Revision", self.config.revision), ("X-Callbacks-Env-Version", str(env_version))]

    def take(self, call):
        self.requests += 1
        if call.request.target.startswith(CONTROL):
            self.control(call, call.request.target[len(CONTROL):].partition("?")[0])
        else:
            self.invoke(call)

    def invoke(self, call):
        meant = call.request.header("x-callbacks-instance")
        late = self.draining and not call.connection.from_backlog
        if self.refusing or late or meant is not None and self.config.instance and meant != self.config.instance:
            return call.fail(503, "refused", headers=[("X-Callbacks-Refused", str(self.generation))])
        seconds = self.config.timeout
        left = call.request.header("x-callbacks-timeout-ms")
        if left is not None and left.isascii() and left.isdigit() and len(left) < 10:
            seconds = min(seconds, int(left) / 1000)
        if seconds <= 0:
            return call.fail(504, "timeout")
        call.deadline = time.monotonic() + seconds
        job = job_of(call.request, call.request_id, call.connection.peer, call.deadline)
        if not self.pool.submit(call, job):
            call.fail(503, "not-started")

    # --- control

    def control(self, call, name):
        given = call.request.header("authorization") or ""
        if not hmac.compare_digest(given.encode(), ("Bearer " + self.config.token).encode()):
            return call.reject(401, "unauthorized", "the instance's token is needed", [("WWW-Authenticate", "Bearer")])
        method, action = CALLS.get(name, (None, None))
        if action is None:
            return call.reject(404, "unknown-call", "there is no such control call")
        if call.request.method != method:
            return call.reject(405, "method-not-allowed", "use " + method, [("Allow", method)])
        action(self, call)

    def ready(self, call):
        call.answer(200, {"generation": self.generation, "env_version": self.pool.env_version,
                          "revision": self.config.revision, "instance": self.config.instance})

    def refuse(self, call):
        self.refusing = True
        for waiting in list(self.pool.queue):
            waiting.fail(503, "refused", headers=[("X-Callbacks-Refused", str(self.generation))])
        self.pool.queue.clear()
        call.answer(200, {"generation": self.generation, "refusing": True})

    def stats(self, call):
        pool = self.pool
        call.answer(200, {"in_flight": pool.running, "queued": len(pool.queue), "workers": len(pool.workers),
                          "restarts": pool.restarts, "requests": self.requests, "generation": self.generation,
                          "env_version": pool.env_version, "refusing": self.refusing})

    def change_env(self, call):
        try:
            told = json.loads(call.request.body.decode("utf-8"))
            version, env = told["version"], checked_env(told["env"])
            generation = told.get("generation", self.generation)
            if not all(isinstance(n, int) and not isinstance(n, bool) for n in (version, generation)):
                raise ValueError("version and generation must be numbers")
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            return call.reject(400, "bad-request", "expected {version, env}: %s" % error)
        self.changes.append((call, version, env, generation))
        if len(self.changes) == 1:
            self.next_change()

    def next_change(self):
        while self.changes:
            call, version, env, generation = self.changes[0]
            if version > self.pool.env_version:
                self.pool.begin(env, version, self.changed)
                return
            self.generation = max(self.generation, generation)
            self.answer_change(False)

    def changed(self, failure):
        call, version, env, generation = self.changes[0]
        if failure is None:
            self.generation = max(self.generation, generation)
            self.answer_change(True)
        else:
            self.changes.pop(0)
            call.answer(422, failure)
        self.next_change()

    def answer_change(self, changed):
        call = self.changes.pop(0)[0]
        call.answer(200, {"version": self.pool.env_version, "generation": self.generation, "changed": changed})


CALLS = {
    "ready": ("GET", Front.ready),
    "env": ("PUT", Front.change_env),
    "refuse": ("POST", Front.refuse),
    "stats": ("GET", Front.stats),
}
