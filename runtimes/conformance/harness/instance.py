"""A shim that runs: its processes, the lines it writes, its answers."""
import itertools
import json
import os
import shutil
import signal
import subprocess
import tempfile
import threading

from . import client
from .suite import until

TOKEN = "a-token-of-the-conformance-suite"
NUMBERS = itertools.count(1)
UNSEEN = {"PLATFORM_SECRET": "nothing of this reaches a worker", "PYTHONPATH": "/nowhere", "NODE_ENV": "platform"}


class Instance:
    """Started with ``start``; ``stop`` ends it however it is."""

    def __init__(self, runtime, function, timeout=5, concurrency=10, startup_timeout=20, memory_mb=256, max_body=None,
                 env=None, env_version=1, generation=1, config_file=False, library=None, reading=True,
                 asynchronous=False, listening=True, front_env=None, line=None):
        self.runtime, self.language = runtime, runtime.name
        self.callback_id = "%d%04d" % (os.getpid(), next(NUMBERS))
        self.name = "instance-" + self.callback_id
        self.home = os.path.realpath(tempfile.mkdtemp(prefix="callbacks-conformance-"))
        self.lines, self.arrived = [], threading.Condition()
        self.reading = threading.Event()
        if reading:
            self.reading.set()
        self.reader_leaves = self.may_complain = False
        self.listening = listening
        self.process = self.port = None
        self.line = line or {"token": TOKEN, "env": env or {}, "env_version": env_version, "generation": generation}
        self.config_file = os.path.join(self.home, "config.json") if config_file else None
        self.environ = self._environ(timeout, concurrency, startup_timeout, memory_mb, max_body, front_env)
        self._lay_out(function, library, asynchronous)

    def _environ(self, timeout, concurrency, startup_timeout, memory_mb, max_body, more):
        told = {
            "HOST": "127.0.0.1", "PORT": 0, "FUNCTION": os.path.join(self.home, "function"), "INSTANCE": self.name,
            "CALLBACK_ID": self.callback_id, "REVISION": 5, "GENERATION": 1, "FUNCTION_NAME": "conformance",
            "TIMEOUT_SECONDS": timeout, "CONCURRENCY": concurrency, "MEMORY_MB": memory_mb,
            "STARTUP_TIMEOUT_SECONDS": startup_timeout, "MAX_BODY_BYTES": max_body, "CONFIG_FILE": self.config_file,
        }
        environ = {"CALLBACKS_" + name: str(value) for name, value in told.items() if value is not None}
        basics = {"PATH": os.environ["PATH"], "HOME": self.home, "TMPDIR": self.home, "TZ": "UTC"}
        return {**basics, **UNSEEN, **environ, **(more or {})}

    def _lay_out(self, function, library, asynchronous):
        directory = os.path.join(self.home, "function")
        os.mkdir(directory)
        self.runtime.write_function(function, directory, asynchronous)
        if library:
            self._write_library(library)
        if self.config_file:
            with open(self.config_file, "w", encoding="utf-8") as file:
                json.dump(self.line, file)

    def _write_library(self, module):
        """A library with this one module: it holds a value named ``value``."""
        folder = os.path.join(self.home, "library")
        self.environ["CALLBACKS_LIBRARY"] = folder
        if self.language == "python":
            files = {module + ".py": "value = 'of the library'\n"}
        else:
            files = {"node_modules/%s/index.js" % module: "exports.value = 'of the library'\n"}
            os.makedirs(os.path.join(folder, "node_modules"))
            os.symlink(os.path.join(folder, "node_modules"), os.path.join(self.home, "function", "node_modules"))
        for path, text in files.items():
            os.makedirs(os.path.dirname(os.path.join(folder, path)), exist_ok=True)
            with open(os.path.join(folder, path), "w", encoding="utf-8") as file:
                file.write(text)

    # --- life

    def start(self):
        self.errors = open(os.path.join(self.home, "stderr"), "w+b")
        self.process = subprocess.Popen(
            self.runtime.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.errors,
            env=self.environ, cwd=self.home, start_new_session=True)
        threading.Thread(target=self._read, daemon=True).start()
        if not self.config_file:
            line = self.line if isinstance(self.line, bytes) else json.dumps(self.line).encode()
            try:
                self.process.stdin.write(line + b"\n")
                self.process.stdin.flush()
            except BrokenPipeError:
                pass  # it has read enough to end
        if self.listening:
            self.port = self.wait_event("listening", 30)["port"]
        return self

    def _read(self):
        for raw in self.process.stdout:
            if self.reader_leaves:
                return self.process.stdout.close()
            self.reading.wait()
            try:
                line = json.loads(raw.decode("utf-8"))
            except ValueError:
                line = {"not json": raw}
            with self.arrived:
                self.lines.append(line)
                self.arrived.notify_all()

    def signal(self, number=signal.SIGTERM):
        self.process.send_signal(number)

    def close_lifeline(self):
        self.process.stdin.close()

    def exit_code(self, seconds=5.0):
        """How the front ended, which it must within so many seconds."""
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise AssertionError("expected the front to end within %g s, saw it run" % seconds) from None

    def stop(self):
        """Ends it; what is wrong with how it ended, or None."""
        if self.process is None:
            return None
        self.reading.set()
        ended_before = self.process.poll() is not None
        if not ended_before:
            self.signal()
        try:
            code = self.exit_code(10)
            until(lambda: not self.processes(), "all processes to end", 3)
            if not ended_before and code != 0:
                return "expected exit code 0 after SIGTERM, saw %d" % code
        except AssertionError as error:
            return "%s; left: %s" % (error, self.processes())
        finally:
            self._kill()
        return self.faults()

    def faults(self):
        """What the front said of its own faults, or None."""
        self.errors.seek(0)
        said = None if self.may_complain else self.errors.read().decode("utf-8", "replace")
        return "expected nothing on the front's standard error, saw %s" % said[-1500:] if said else None

    def _kill(self):
        for pid in self.processes():
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass  # it has just ended
        self.process.kill()
        self.process.wait()
        if not self.process.stdin.closed:
            try:
                self.process.stdin.close()
            except BrokenPipeError:
                pass  # the line was never read

    def remove(self):
        shutil.rmtree(self.home, ignore_errors=True)

    # --- processes

    def processes(self):
        """Every process that was started for this instance, wherever it hangs by now."""
        mark = b"CALLBACKS_CALLBACK_ID=" + self.callback_id.encode() + b"\0"
        return [pid for pid in map(int, filter(str.isdigit, os.listdir("/proc"))) if mark in environ_of(pid)]

    # --- lines

    def wait_line(self, wanted, what, seconds=5.0):
        """The first line that is wanted, also of those that came before."""
        found = lambda: next((line for line in list(self.lines) if wanted(line)), None)
        with self.arrived:
            if self.arrived.wait_for(found, seconds):
                return found()
        raise AssertionError("expected %s within %g s, saw %.1200r" % (what, seconds, self.lines[:-6:-1]))

    def wait_event(self, name, seconds=5.0, **members):
        def wanted(line):
            return line.get("event") == name and all(line.get(key) == value for key, value in members.items())

        return self.wait_line(wanted, "the event %s %s" % (name, members or ""), seconds)

    def wait_log(self, text, seconds=5.0):
        """The first log line with this text in it."""
        return self.wait_line(lambda line: text in line.get("message", ""), "a log line with %r" % text, seconds)

    def logs(self, request_id):
        return [line["message"] for line in list(self.lines) if line.get("request_id") == request_id]

    # --- requests

    def request(self, method, target, body=None, headers=(), timeout=15.0):
        return client.request(self.port, method, target, body, headers, timeout)

    def get(self, target, *headers, timeout=15.0):
        return self.request("GET", target, None, headers, timeout)

    def begin(self, target, *headers, method="GET", body=None):
        return client.begin(self.port, method, target, body, headers)

    def talk(self, *parts, timeout=5.0, gap=0.02):
        return client.Talk(self.port, timeout).say(*parts, gap=gap)

    def in_background(self, *arguments, **more):
        """A request that runs beside the case; ``result()`` waits for its answer."""
        return Background(lambda: self.request(*arguments, **more))

    def control(self, method, name, value=None, token=TOKEN, timeout=30.0):
        body = None if value is None else value if isinstance(value, bytes) else json.dumps(value).encode()
        headers = [("Authorization", "Bearer " + token)] if token is not None else []
        return self.request(method, "/_callbacks/" + name, body, headers, timeout)

    def stats(self):
        return self.control("GET", "stats").json

    def set_env(self, version, env, **more):
        return self.control("PUT", "env", {"version": version, "env": env, **more})


class Background(threading.Thread):
    def __init__(self, action):
        super().__init__(daemon=True)
        self.action, self.outcome, self.error = action, None, None
        self.start()

    def run(self):
        try:
            self.outcome = self.action()
        except Exception as error:
            self.error = error

    def result(self, seconds=20.0):
        self.join(seconds)
        if self.is_alive():
            raise AssertionError("expected an answer within %g s, saw none" % seconds)
        if self.error:
            raise AssertionError("expected an answer, saw %r" % self.error) from self.error
        return self.outcome


def environ_of(pid):
    try:
        with open("/proc/%d/environ" % pid, "rb") as file:
            return file.read()
    except OSError:
        return b""  # it has ended, or is not ours
