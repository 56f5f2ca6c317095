"""Runs the real platform for a test: starts and stops it, talks to its gateway, loads it.

Everything goes through ``./callbacks up`` and HTTP, as it would for a user.
"""
import http.client
import json
import os
import pathlib
import queue
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
START_SECONDS = 300  # the first start builds
LOOPBACK = "127.0.0.1"
UNSET = object()


def eventually(condition, seconds=30, what="condition"):
    """The first true value of ``condition()``; AssertionError when it has none in time."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError("not within %s s: %s (last: %r)" % (seconds, what, value))
        time.sleep(0.05)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Response:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def text(self):
        return self.body.decode("utf-8", "replace")

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def problem(self):
        """Name of the problem, without its prefix."""
        return self.json["type"].rpartition(":")[2]

    def __repr__(self):
        return "<%s %s>" % (self.status, self.text[:300])


class Client:
    """One keep-alive connection to the gateway; not shared between threads."""

    def __init__(self, port, timeout=60, host=LOOPBACK):
        self.connection = http.client.HTTPConnection(host, port, timeout=timeout)

    def call(self, method, path, body=None, headers=None):
        headers = dict(headers or {})
        if body is not None and not isinstance(body, (bytes, str)):
            body = json.dumps(body)
        if body is not None:
            headers.setdefault("Content-Type", "application/json")
        if isinstance(body, str):
            body = body.encode()
        try:
            self.connection.request(method, path, body=body, headers=headers)
            answer = self.connection.getresponse()
            return Response(answer.status, answer.headers, answer.read())
        except (OSError, http.client.HTTPException):
            self.connection.close()
            raise


class Platform:
    """A platform with a data directory and a port of its own, and what else it is told by its environment."""

    host = LOOPBACK

    def __init__(self, **environment):
        self.data = pathlib.Path(tempfile.mkdtemp(prefix="callbacks-e2e-"))
        self.port = free_port()
        self.environment = environment
        self.process = None
        self.output = []

    # --- life

    def start(self, *options):
        self.output = []
        self.process = subprocess.Popen(
            [str(ROOT / "callbacks"), "up", "--port", str(self.port), "--data", str(self.data), *options],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            start_new_session=True, text=True, cwd=tempfile.gettempdir(),
            env={**os.environ, "CALLBACKS_FAST_START": "off",  # no rehearsal beside what is measured
                 **self.environment})
        threading.Thread(target=self._read, args=(self.process,), daemon=True).start()
        eventually(self._started, START_SECONDS, "platform ready")
        return self

    def _read(self, process):
        with process.stdout:
            for line in process.stdout:
                self.output.append(line.rstrip("\n"))

    def _started(self):
        if self.process.poll() is not None:
            raise AssertionError("the platform ended: " + "\n".join(self.output[-30:]))
        return any(line.startswith("Ready in ") for line in self.output)

    @property
    def jvm(self):
        """Pid of the platform's JVM, whether the launcher became it or started it."""
        for pid in [self.process.pid] + descendants(self.process.pid):
            if command_line(pid)[:1] and os.path.basename(command_line(pid)[0]) == "java":
                return pid
        raise AssertionError("no JVM below %s" % self.process.pid)

    @property
    def resident_megabytes(self):
        status = pathlib.Path("/proc/%d/status" % self.jvm).read_text()
        return int(status.partition("VmRSS:")[2].split()[0]) / 1024

    def kill(self):
        """kill -9 of the JVM; returns the processes it had below it."""
        left = descendants(self.jvm)
        os.kill(self.jvm, signal.SIGKILL)
        self.process.wait(30)
        return left

    def stop(self, seconds=60):
        """SIGTERM; returns the exit code."""
        os.kill(self.jvm, signal.SIGTERM)
        return self.process.wait(seconds)

    def remove(self):
        if self.process and self.process.poll() is None:
            try:
                self.stop()
            except subprocess.TimeoutExpired:
                self.kill()
        subprocess.run(["chmod", "-R", "u+w", str(self.data)], check=False)
        shutil.rmtree(self.data, ignore_errors=True)

    # --- the management API

    def call(self, method, path, body=None, headers=None, timeout=60):
        client = Client(self.port, timeout, self.host)
        try:
            return client.call(method, path, body, headers)
        finally:
            client.connection.close()

    def create(self, path, code, type="python", method="POST", **fields):
        answer = self.call("POST", "/callbacks/", {"path": path, "method": method, "type": type, "code": code, **fields})
        assert answer.status == 201, answer
        return answer.json["callback_id"]

    def wish(self, callback, c_type="process", headers=None):
        """Asks for it to be deployed."""
        answer = self.call("POST", "/deploy/", {"callback_id": callback, "status": True, "c_type": c_type}, headers)
        assert answer.status in (200, 202), answer

    def deploy(self, callback, c_type="process", seconds=120):
        """Deploys and waits until it serves."""
        self.wish(callback, c_type, {"Prefer": "wait=30"})
        return self.await_status(callback, "deployed", seconds)

    def created(self, path, code, c_type="process", seconds=120, **fields):
        """Creates, deploys and waits; the callback's id."""
        callback = self.create(path, code, **fields)
        self.deploy(callback, c_type, seconds)
        return callback

    def delete(self, callback):
        answer = self.call("DELETE", "/callbacks/%d" % callback)
        assert answer.status in (202, 204), answer

    def read(self, callback):
        answer = self.call("GET", "/callbacks/%d" % callback)
        assert answer.status == 200, answer
        return answer.json

    def await_status(self, callback, status, seconds=60):
        def reached():
            now = self.read(callback)
            if status == "deployed" and now["status"] == "failed":
                raise AssertionError("failed: %s" % now["error"])
            return now if now["status"] == status else None
        return eventually(reached, seconds, "callback %d %s" % (callback, status))

    def await_deployment(self, callback, seconds=60, **wanted):
        def reached():
            now = self.read(callback)
            deployment = now["deployment"] or {}
            return now if all(deployment.get(k) == v for k, v in wanted.items()) else None
        return eventually(reached, seconds, "callback %d deployment %s" % (callback, wanted))

    def put_env(self, callback, env):
        return self.call("PUT", "/callbacks/%d" % callback, {"env": env})

    def invoke(self, path, body=UNSET, method="POST", headers=None, timeout=60):
        return self.call(method, "/api/" + path, None if body is UNSET else body, headers, timeout)

    def instances(self):
        """Pids of the instances' fronts."""
        return [pid for pid in descendants(self.jvm)
                if command_line(pid) and os.path.basename(command_line(pid)[-1]) in ("main.py", "main.js")]


class Load:
    """Calls one path at a steady rate from several connections; latency counts from the scheduled time."""

    def __init__(self, port, path, rate=100, connections=16, method="POST", body="{}", host=LOOPBACK):
        self.host, self.port, self.path, self.rate = host, port, path, rate
        self.method, self.body = method, body
        self.connections = connections
        self.samples = []  # (sent, done, status or error, text)
        self.lock = threading.Lock()
        self.running = False
        self.due = queue.Queue()

    def __enter__(self):
        self.running = True
        self.threads = [threading.Thread(target=self._work, daemon=True) for _ in range(self.connections)]
        self.threads.append(threading.Thread(target=self._pace, daemon=True))
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.running = False
        for _ in range(self.connections):
            self.due.put(None)
        for thread in self.threads:
            thread.join(60)

    def _pace(self):
        begin, number = time.monotonic(), 0
        while self.running:
            at = begin + number / self.rate
            time.sleep(max(0.0, at - time.monotonic()))
            self.due.put(at)
            number += 1

    def _work(self):
        client = Client(self.port, host=self.host)
        while True:
            at = self.due.get()
            if at is None:
                client.connection.close()
                return
            sent = time.monotonic()
            try:
                answer = client.call(self.method, "/api/" + self.path, self.body)
                result = (answer.status, answer.text)
            except (OSError, http.client.HTTPException) as error:
                result = (repr(error), "")
            with self.lock:
                self.samples.append((sent, time.monotonic(), *result))

    @property
    def failures(self):
        return [sample for sample in self.samples if sample[2] != 200]

    def stale(self, acknowledged):
        """Answers older than the last value acknowledged before the request was sent.

        ``acknowledged``: (time of the acknowledgement, number) in order; bodies are numbers.
        """
        found = []
        for sent, _, status, text in self.samples:
            known = max((number for at, number in acknowledged if at <= sent), default=None)
            if status == 200 and known is not None and int(text) < known:
                found.append((sent, text, known))
        return found


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def milliseconds(values):
    return "p50 %.0f ms, p99 %.0f ms, max %.0f ms" % tuple(
        1000 * value for value in (percentile(values, 0.5), percentile(values, 0.99), max(values)))


# --- processes, read from /proc

def descendants(root):
    children = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                stat = pathlib.Path("/proc", name, "stat").read_text()
            except OSError:
                continue
            parent = int(stat[stat.rindex(")") + 2:].split()[1])
            children.setdefault(parent, []).append(int(name))
    found, todo = [], [root]
    while todo:
        for child in children.get(todo.pop(), []):
            found.append(child)
            todo.append(child)
    return found


def alive(pid):
    try:
        return pathlib.Path("/proc/%d/stat" % pid).read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def command_line(pid):
    try:
        return pathlib.Path("/proc/%d/cmdline" % pid).read_bytes().decode("utf-8", "replace").split("\0")[:-1]
    except OSError:
        return []


def using(directory):
    """Pids of all processes whose command line or working directory lies in ``directory``."""
    found = []
    for name in os.listdir("/proc"):
        if not name.isdigit() or int(name) == os.getpid():
            continue
        try:
            where = os.readlink("/proc/%s/cwd" % name)
        except OSError:
            where = ""
        if str(directory) in where or any(str(directory) in word for word in command_line(int(name))):
            if alive(int(name)):
                found.append(int(name))
    return found


