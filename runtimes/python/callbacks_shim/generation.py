"""A generation: one env, the zygote that imports the handler with it, and the workers it forks."""
import array
import json
import os
import socket
import subprocess
import sys
import time

from .handle import Handle, kill_group
from .pipes import LogPipe

MAIN = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "main.py")


class Generation:
    """Tells the pool once whether it is ready or has failed, and when one of its processes ends."""

    def __init__(self, pool, env, env_version, wanted, then):
        self.pool, self.env, self.env_version = pool, env, env_version
        self.wanted, self.then = wanted, then  # ``then`` is called once: None, or the failure
        self.workers = set()
        self.preloaded = self.is_async = self.settled = False
        self.slots = max(1, pool.config.concurrency)
        self.begun = time.monotonic()
        self.process = self.lifeline = None
        self.failures, self.not_before = 0, 0.0

    def start(self):
        config = self.pool.config
        environ = config.worker_environ(self.env, self.env_version)
        self.settings = json.dumps({
            "function": config.function, "library": config.library, "memory_mb": config.memory_mb,
            "callback_id": config.callback_id, "lc_ctype": environ.get("LC_CTYPE")}).encode()
        self.control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        lifeline, self.lifeline = os.pipe()
        try:
            self.process = self._zygote(theirs.fileno(), lifeline, environ)
        except OSError:
            self.control.close()
            raise
        finally:
            theirs.close()
            os.close(lifeline)
        self.control.send(self.settings)
        self.control.setblocking(False)
        self.pool.loop.add(self.control.fileno(), lambda mask: self.on_control())

    def _zygote(self, control, lifeline, environ):
        pool = self.pool
        pipes = [LogPipe(pool.loop, pool.output, pool.masker, stream) for stream in ("stdout", "stderr")]
        words = [sys.executable, "-I", "-S", "-B", MAIN, "zygote", control, lifeline, "preload"]
        try:
            return subprocess.Popen(
                list(map(str, words)), stdin=subprocess.DEVNULL, stdout=pipes[0].writing, stderr=pipes[1].writing,
                pass_fds=(control, lifeline), env=environ, start_new_session=True)
        finally:
            for pipe in pipes:
                pipe.hand_over()

    def on_control(self):
        try:
            data = self.control.recv(1 << 20)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            return self._gone()
        message = json.loads(data)
        if "failed" in message:
            self.pool.settle(self, message["failed"])
        elif "again" in message:  # it must not be forked, and begins anew
            self.control.send(self.settings)
        elif "imported" in message:
            self._imported(message["preloaded"], message["is_async"])
        else:
            self._told_of_worker(message)

    def _told_of_worker(self, message):
        number = message.get("forked", message.get("ended"))
        worker = next((worker for worker in self.workers if worker.number == number), None)
        if worker is None:
            return  # this generation was ended before it could tell
        if "forked" in message:
            worker.pid = message["pid"]
        else:
            self.pool.worker_ended(worker, message["how"])

    def _imported(self, preloaded, is_async):
        self.preloaded, self.is_async = preloaded, is_async
        if not is_async:
            self.slots = 1
        for _ in range(self.wanted):
            self.spawn()

    def _gone(self):
        self.pool.loop.remove(self.control.fileno())
        self.control.close()
        code = self.reap()
        if self in self.pool.generations:
            self.pool.zygote_ended(self, code)

    def spawn(self):
        """Has one more worker forked."""
        worker = Handle(self.pool, self, self.pool.next_worker())
        theirs, given = worker.open()
        rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", given))]
        self.workers.add(worker)
        try:
            self.control.sendmsg([json.dumps({"fork": worker.number}).encode()], rights)
        except OSError:
            pass  # the zygote is gone, which is told on its control socket
        worker.hand_over(theirs)
        return worker

    def end(self):
        """Ends its zygote and whatever it started."""
        for worker in self.workers:
            if worker.pid:
                kill_group(worker.pid)
            worker.lose()
        self.workers.clear()
        if self.lifeline is not None:
            os.close(self.lifeline)
            self.lifeline = None

    def reap(self):
        """How its zygote ended."""
        if self.process is None:
            return None
        try:
            self.process.wait(2)
        except subprocess.TimeoutExpired:
            kill_group(self.process.pid)
            self.process.wait(2)
        kill_group(self.process.pid)
        code = self.process.returncode
        return "signal %d" % -code if code < 0 else "exit %d" % code
