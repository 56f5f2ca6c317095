"""What is asked of the machine and of the engine."""
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import types
import unittest
import urllib.request
import uuid

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent.parent / "e2e")]

from engine import docker  # noqa: E402
from harness import eventually  # noqa: E402
from target import DockerTarget, cpu_seconds, listening_port, own_sizes, proportional_bytes, used  # noqa: E402

IMAGE = "callbacks/base-python:local"


def image(size, *layers):
    return {"Size": size, "RootFS": {"Layers": list(layers)}}


class Machine(unittest.TestCase):
    def test_port_is_found_by_the_process(self):
        with socket.create_server(("127.0.0.1", 0)) as server:
            self.assertEqual(server.getsockname()[1], listening_port(os.getpid()))

    def test_memory_and_time_of_this_process(self):
        self.assertGreater(proportional_bytes([os.getpid()]), 1 << 20)
        self.assertGreater(cpu_seconds(os.getpid()), 0)
        self.assertEqual(0, proportional_bytes([1 << 30]))

    def test_a_file_with_two_names_is_there_once(self):
        with tempfile.TemporaryDirectory() as directory:
            file = pathlib.Path(directory, "one")
            file.write_bytes(os.urandom(1 << 20))
            before = used(directory)
            os.link(file, file.with_name("two"))
            self.assertEqual(before, used(directory))
            self.assertGreaterEqual(before, 1 << 20)


class Images(unittest.TestCase):
    def test_each_counts_what_it_adds_to_the_one_below(self):
        runtime = image(200, "os", "shim")
        own = [image(260, "os", "shim", "numpy"), image(261, "os", "shim", "numpy", "a"),
               image(262, "os", "shim", "numpy", "b")]
        self.assertEqual(60 + 1 + 2, sum(own_sizes(own, [runtime, image(100, "os")]).values()))

    def test_the_same_layers_twice_count_once(self):
        own = [image(260, "os", "numpy"), image(260, "os", "numpy")]
        self.assertEqual(60, sum(own_sizes(own, [image(200, "os")] + own).values()))


def has_image():
    return shutil.which("docker") and not subprocess.run(
        ["docker", "image", "inspect", IMAGE], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode


@unittest.skipUnless(has_image(), "there is no engine, or it has no " + IMAGE)
class Engine(unittest.TestCase):
    def setUp(self):
        data = tempfile.TemporaryDirectory()
        self.addCleanup(data.cleanup)
        pathlib.Path(data.name, "installation").write_text("%s\n" % uuid.uuid4())
        self.target = DockerTarget(types.SimpleNamespace(data=pathlib.Path(data.name)))
        self.labels = ["--label", self.target.installation.label.partition("=")[2]]
        self.addCleanup(self.target.installation.remove)

    def container(self, *options):
        return docker("run", "--detach", "--init", *self.labels, "--label", "callbacks.io/role=instance",
                      "--label", "callbacks.io/callback=7", *options, IMAGE,
                      "python3", "-m", "http.server", "8080").decode().strip()

    def test_instance_is_looked_at_and_removed(self):
        container = self.container("--publish", "127.0.0.1::8080")
        [instance] = self.target.instances(7)
        self.assertEqual([], self.target.instances(8))
        self.assertEqual(container, instance.identity[0])
        self.assertEqual("127.0.0.1", instance.address[0])
        eventually(lambda: answers(instance.address), 10, "the container answers")
        self.assertGreaterEqual(len(instance.pids), 3)  # its shim, init, Python
        self.assertGreater(proportional_bytes(instance.pids), 8 << 20)
        docker("restart", "--time", "0", container)
        self.assertNotEqual(instance.identity, self.target.instance(7).identity)
        docker("kill", container)
        self.assertEqual([], self.target.instances(7))

    def test_instance_without_a_published_port_has_the_address_of_its_container(self):
        self.container("--expose", "8080")
        instance = self.target.instance(7)
        self.assertNotEqual("127.0.0.1", instance.address[0])
        eventually(lambda: answers(instance.address), 10, "the container answers")

    def test_images_count_for_the_disk_what_they_add(self):
        container = docker("create", *self.labels, "--label", "callbacks.io/role=deps", IMAGE, "true").decode().strip()
        with tempfile.NamedTemporaryFile() as file:
            file.write(os.urandom(3 << 20))
            file.flush()
            docker("cp", file.name, container + ":/file")
        empty = self.target.disk()
        docker("commit", container)
        self.assertAlmostEqual(3 << 20, self.target.disk() - empty, delta=100_000)
        docker("commit", container)
        self.assertAlmostEqual(3 << 20, self.target.disk() - empty, delta=100_000)
        self.target.installation.remove()
        self.assertEqual(empty, self.target.disk())


def answers(address):
    try:
        return urllib.request.urlopen("http://%s:%d/" % address, timeout=1).status == 200
    except OSError:
        return False


if __name__ == "__main__":
    unittest.main()
