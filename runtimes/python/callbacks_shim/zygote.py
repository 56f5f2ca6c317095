"""Imports the handler once and forks workers, which then share what the import made.

Started by exec with a clean environment. If the import leaves a thread or a socket behind, forking it
would not be safe: then the process begins anew without importing, and each worker imports for itself.
A closed lifeline ends it even while it imports: SIGIO's default is to end the process.
"""
import array
import fcntl
import gc
import json
import os
import select
import signal
import socket
import sys

from . import worker
from .loader import LoadError, load, prepare_path

PRELOAD, BARE = "preload", "bare"
MAIN = os.path.abspath(sys.argv[0])


def main(arguments):
    """``zygote CONTROL LIFELINE preload``, or ``bare`` and whether the handler is async: two inherited descriptors."""
    control, lifeline, mode = int(arguments[0]), int(arguments[1]), arguments[2]
    watch(lifeline)
    worker.open_streams()
    channel = socket.socket(fileno=control)
    settings = json.loads(receive(channel)[0])
    if settings["lc_ctype"] is None:
        os.environ.pop("LC_CTYPE", None)  # the interpreter's own doing, under LANG=C
    prepare_path(settings["function"], settings["library"])
    handler = None
    if mode == PRELOAD:
        handler = preload(channel, lifeline)
    else:
        send(channel, imported=True, preloaded=False, is_async=arguments[3] == "True")
    fcntl.fcntl(lifeline, fcntl.F_SETFL, fcntl.fcntl(lifeline, fcntl.F_GETFL) & ~os.O_ASYNC)
    Zygote(channel, lifeline, handler, settings).run()


def watch(lifeline):
    fcntl.fcntl(lifeline, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(lifeline, fcntl.F_SETFL, fcntl.fcntl(lifeline, fcntl.F_GETFL) | os.O_ASYNC)
    poll = select.poll()
    poll.register(lifeline, select.POLLIN)
    if poll.poll(0):
        os._exit(0)  # it was closed before anybody watched


def preload(channel, lifeline):
    before, environ = descriptors(), dict(os.environ)
    try:
        handler = load()
    except LoadError as error:
        flush()
        send(channel, failed=error.told())
        os._exit(1)
    flush()
    if tainted(before):
        for descriptor in (channel.fileno(), lifeline):
            os.set_inheritable(descriptor, True)
        words = [sys.executable, "-I", "-S", "-B", MAIN, "zygote", channel.fileno(), lifeline, BARE, handler.is_async]
        send(channel, again=True)
        os.execve(sys.executable, list(map(str, words)), environ)
    gc.collect()
    gc.freeze()
    send(channel, imported=True, preloaded=True, is_async=handler.is_async)
    return handler


def descriptors():
    found = set()
    for name in os.listdir("/proc/self/fd"):
        try:
            found.add((name, os.readlink("/proc/self/fd/" + name)))
        except OSError:
            pass  # the one that lists them
    return found


def tainted(before):
    """Whether the import left something that must not be forked."""
    fresh = descriptors() - before
    return len(os.listdir("/proc/self/task")) > 1 or any(
        target.startswith(("socket:", "anon_inode:")) for _, target in fresh
    )


def flush():
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError, AttributeError):
            pass  # replaced or closed by user code


def send(channel, **message):
    channel.send(json.dumps(message).encode())


def receive(channel, flags=0):
    """(bytes, descriptors) of one message."""
    data, ancillary, _, _ = channel.recvmsg(1 << 20, socket.CMSG_LEN(4 * 4), flags)
    received = array.array("i")
    for level, kind, content in ancillary:
        if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
            received.frombytes(content[: len(content) - len(content) % received.itemsize])
    return data, list(received)


class Zygote:
    """Forks a worker for each message of the front and tells how workers end."""

    def __init__(self, channel, lifeline, handler, settings):
        self.channel, self.lifeline, self.handler, self.settings = channel, lifeline, handler, settings
        self.workers = {}  # pid -> number

    def run(self):
        reading, writing = os.pipe()
        os.set_blocking(reading, False)
        os.set_blocking(writing, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
        poll = select.poll()
        for descriptor in (self.channel.fileno(), self.lifeline, reading):
            poll.register(descriptor, select.POLLIN | select.POLLHUP)
        while True:
            ready = {descriptor for descriptor, _ in poll.poll()}
            if reading in ready:
                os.read(reading, 4096)
            self.reap()
            if self.lifeline in ready:
                self.end()
            if self.channel.fileno() in ready:
                self.fork_one((reading, writing))

    def fork_one(self, wakeup):
        data, received = receive(self.channel)
        if not data:
            self.end()
        number = json.loads(data)["fork"]
        flush()
        try:
            pid = os.fork()
        except OSError as error:
            sys.stderr.write("a worker cannot be started: %s\n" % error)
            pid = None
        if pid == 0:
            self.become_worker(received, wakeup)
        for descriptor in received:
            os.close(descriptor)
        if pid is None:
            return send(self.channel, ended=number, how="exit 71")
        self.workers[pid] = number
        send(self.channel, forked=number, pid=pid)

    def become_worker(self, received, wakeup):
        code = 70
        try:
            os.setsid()
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            self.channel.close()
            for descriptor in (*wakeup, self.lifeline):
                os.close(descriptor)
            connection, out, err = received
            os.dup2(out, 1)
            os.dup2(err, 2)
            os.close(out)
            os.close(err)
            code = worker.run(socket.socket(fileno=connection), self.handler, self.settings)
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 0 if end.code is None else 1
        except BaseException:
            sys.excepthook(*sys.exc_info())
        finally:
            flush()
            os._exit(code & 0xFF)

    def reap(self):
        while self.workers:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if not pid:
                return
            number = self.workers.pop(pid, None)
            if number is not None:
                kill_group(pid)  # what the worker started and left
                send(self.channel, ended=number, how=how(status))

    def end(self):
        """The front is gone, or has no use for this generation any more."""
        for pid in list(self.workers):
            kill_group(pid)
        os.killpg(0, signal.SIGKILL)


def kill_group(pid):
    try:
        os.killpg(pid, signal.SIGKILL)
    except OSError:
        pass  # all of it is gone


def how(status):
    return "signal %d" % os.WTERMSIG(status) if os.WIFSIGNALED(status) else "exit %d" % os.WEXITSTATUS(status)
