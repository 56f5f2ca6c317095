"""What the tests ask of the Docker engine itself, by Docker's own command."""
import json
import os
import pathlib
import signal
import socketserver
import subprocess
import sys
import threading

from harness import eventually

PID_FILE = pathlib.Path("/var/run/docker.pid")
SERVER = """
import socket, sys
server = socket.create_server((sys.argv[1], 80))
while True:
    client, _ = server.accept()
    client.recv(1000)
    client.sendall(b"HTTP/1.1 200 OK\\r\\nContent-Length: 7\\r\\nConnection: close\\r\\n\\r\\nreached")
    client.close()
"""
NEAR, FAR = "198.18.77.1", "198.18.77.2"  # of a range for tests of networks: no real host has one


def docker(*words, seconds=60):
    done = subprocess.run(["docker", *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=seconds)
    assert done.returncode == 0, "docker %s: %s" % (" ".join(words), done.stderr.decode(errors="replace"))
    return done.stdout


def answers():
    try:
        docker("version", seconds=10)
        return True
    except (AssertionError, OSError, subprocess.TimeoutExpired):
        return False


class Installation:
    """What one platform has made on the engine, found by its label."""

    def __init__(self, platform):
        self.label = "label=callbacks.io/installation=" + (platform.data / "installation").read_text().strip()

    def names(self, *listing):
        return docker(*listing, "--filter", self.label).decode().split()

    def containers(self):
        return self.names("ps", "--all", "--quiet", "--no-trunc")

    def instances(self, callback):
        return self.names("ps", "--all", "--quiet", "--no-trunc",
                          "--filter", "label=callbacks.io/callback=%d" % callback,
                          "--filter", "label=callbacks.io/role=instance")

    def images(self):
        return sorted(set(self.names("images", "--all", "--quiet", "--no-trunc")))

    def images_of(self, role):
        return sorted(set(self.names("images", "--all", "--quiet", "--no-trunc",
                                     "--filter", "label=callbacks.io/role=" + role)))

    def volumes(self):
        return self.names("volume", "ls", "--quiet")

    def networks(self):
        return self.names("network", "ls", "--quiet")

    def remove(self):
        """What a platform keeps for its next start, when there will be none."""
        for container in self.containers():
            docker("rm", "--force", "--volumes", container)
        for image in self.images_of("code") + self.images_of("deps"):
            subprocess.run(["docker", "rmi", "--force", image], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                           check=False, timeout=60)
        for volume in self.volumes():
            docker("volume", "rm", "--force", volume)


def inspect(name):
    return json.loads(docker("inspect", name))[0]


def may_be_killed():
    """Only where it is the tests' own: whoever runs them says so."""
    return bool(os.environ.get("CALLBACKS_TESTS_OWN_ENGINE")) and PID_FILE.is_file()


def kill_and_start():
    pid = int(PID_FILE.read_text())
    os.kill(pid, signal.SIGKILL)
    script = pathlib.Path(__file__).resolve().parent / "engine.sh"
    eventually(lambda: not answers(), 20, "the engine is gone")
    done = subprocess.run([str(script)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, timeout=120, text=True)
    assert done.returncode == 0, done.stdout


class Listener:
    """A server of this machine that counts who reaches it."""

    def __init__(self, host="0.0.0.0"):
        reached = self.reached = []

        class Answer(socketserver.BaseRequestHandler):
            def handle(self):
                reached.append(self.client_address[0])
                self.request.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nreached")

        socketserver.ThreadingTCPServer.allow_reuse_address = True
        self.server = socketserver.ThreadingTCPServer((host, 0), Answer)
        self.port = self.server.server_address[1]

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


class Neighbour:
    """A host of its own (a network namespace) at an address that routes through this one, with a server on port 80."""

    def __init__(self, name, address):
        self.name, self.address = name, address
        self.server = None

    def __enter__(self):
        try:
            self.set_up()
        except BaseException:
            self.__exit__()
            raise
        return self

    def set_up(self):
        near, far = self.name + "0", self.name + "1"
        ip("netns", "add", self.name)
        ip("link", "add", near, "type", "veth", "peer", "name", far)
        ip("link", "set", far, "netns", self.name)
        ip("link", "set", near, "up")
        ip("addr", "add", NEAR + "/30", "dev", near)
        for words in (("addr", "add", FAR + "/30", "dev", far), ("link", "set", far, "up"),
                      ("link", "set", "lo", "up"), ("addr", "add", self.address + "/32", "dev", "lo"),
                      ("route", "add", "default", "via", NEAR)):
            ip("-n", self.name, *words)
        ip("route", "add", self.address + "/32", "via", FAR, "dev", near)
        assert near in ip("route", "get", self.address), "nothing must leave this machine"
        self.server = subprocess.Popen(
            ["ip", "netns", "exec", self.name, sys.executable, "-c", SERVER, self.address],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def __exit__(self, *_):
        if self.server:
            self.server.kill()
            self.server.wait(10)
        subprocess.run(["ip", "netns", "delete", self.name], check=False, timeout=20)
        subprocess.run(["ip", "link", "delete", self.name + "0"], check=False, timeout=20, stderr=subprocess.DEVNULL)


def ip(*words):
    done = subprocess.run(["ip", *words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=20, text=True)
    assert done.returncode == 0, "ip %s: %s" % (" ".join(words), done.stdout)
    return done.stdout
