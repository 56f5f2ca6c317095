"""The load generator and the server its own floor is measured on: two JVMs that live for a while."""
import json
import os
import pathlib
import signal
import subprocess

HERE = pathlib.Path(__file__).resolve().parent
JAVA = os.path.join(os.environ["JAVA_HOME"], "bin", "java") if "JAVA_HOME" in os.environ else "java"


class Java:
    """A program of one file; told by lines on its standard input, which ends it when it ends."""

    def __init__(self, source):
        self.process = subprocess.Popen(
            [JAVA, "-XX:+UseSerialGC", "-Xmx256m", str(HERE / source)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        try:
            self.process.wait(2)
        except subprocess.TimeoutExpired:
            os.kill(self.process.pid, signal.SIGKILL)
            self.process.wait()
        self.process.stdout.close()

    def line(self):
        line = self.process.stdout.readline()
        assert line, "the load generator ended"
        return line


class Floor(Java):
    """Answers without doing anything."""

    def __init__(self):
        super().__init__("Floor.java")
        self.address = ("127.0.0.1", int(self.line()))


class LoadGenerator(Java):
    """Open loop: calls are due at fixed times, whatever came of those before."""

    def __init__(self):
        super().__init__("Load.java")

    def run(self, addresses, rate, warm_up, seconds):
        """What came of it: percentiles in ms, counts, the rate that was reached."""
        self.process.stdin.write("%g %g %g %s\n" % (rate, warm_up, seconds, " ".join(addresses)))
        self.process.stdin.flush()
        return json.loads(self.line())


def url(address, path):
    return "http://%s:%d/api/%s" % (*address, path)
