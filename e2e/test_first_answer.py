"""The seed's lines as a newcomer pastes them, and the launcher's answers to what goes wrong."""
import os
import pathlib
import subprocess
import tempfile
import time
import unittest

from harness import ROOT, Platform, alive, descendants

HERE = pathlib.Path(__file__).resolve().parent


def run(*command, **environment):
    return subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, timeout=300, env={**os.environ, **environment})


class FirstAnswer(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.platform = Platform().start()
        cls.addClassCleanup(cls.platform.remove)

    def example(self, name):
        done = run(str(ROOT / "examples" / name), "process", CALLBACKS_URL="http://localhost:%d" % self.platform.port)
        print("\n" + done.stdout)
        self.assertEqual(0, done.returncode, done.stdout)

    def test_simple_example(self):
        self.example("simple_test.sh")

    def test_full_example(self):
        self.example("test_callback_with_library_env.sh")

    def test_examples_see_wrong_answers(self):
        done = run(str(ROOT / "examples" / "simple_test.sh"), "process", CALLBACKS_URL="http://localhost:1")
        self.assertNotEqual(0, done.returncode, done.stdout)

    def test_lines_of_the_seed(self):
        platform = Platform().start()
        self.addCleanup(platform.remove)
        done = run("bash", str(HERE / "seed.sh"), PORT=str(platform.port))
        self.assertEqual(0, done.returncode, done.stdout)
        for callback in (1, 2):
            platform.deploy(callback, seconds=180)
        answer = platform.invoke("my_python_function", {"test": "data"})
        self.assertEqual((200, "Success"), (answer.status, answer.text))
        answer = platform.invoke("my_nodejs_function", {"test": "data"})
        self.assertEqual((200, "Success"), (answer.status, answer.text))
        self.assertEqual({"API_KEY": "********", "LOG_LEVEL": "********"}, platform.read(1)["env"])

    def test_first_answer_comes_soon_from_little_memory(self):
        platform = Platform()
        self.addCleanup(platform.remove)
        begin = time.monotonic()
        platform.start()
        ready = time.monotonic() - begin
        platform.created("soon", "def handler(event):\n    return 1\n")
        self.assertEqual(1, platform.invoke("soon", {}).json)
        first = time.monotonic() - begin
        print("\nready after %.1f s, first answer of a new function after %.1f s, %d MB resident" % (
            ready, first, platform.resident_megabytes))
        self.assertLess(platform.resident_megabytes, 600)

    def up(self, *options, **environment):
        begin = time.monotonic()
        done = run(str(ROOT / "callbacks"), "up", *options, **environment)
        print("\n" + done.stdout)
        self.assertNotEqual(0, done.returncode)
        self.assertLess(time.monotonic() - begin, 120)
        return done.stdout

    def test_port_in_use(self):
        with tempfile.TemporaryDirectory() as data:
            said = self.up("--port", str(self.platform.port), "--data", data)
        self.assertIn(str(self.platform.port), said)
        self.assertIn("--port", said)

    def test_second_up_on_the_same_data(self):
        said = self.up("--port", "0", "--data", str(self.platform.data))
        self.assertIn(str(self.platform.data), said)
        self.assertEqual(200, self.platform.call("GET", "/readyz").status)

    def test_data_directory_that_cannot_be_written(self):
        with tempfile.NamedTemporaryFile() as file:
            said = self.up("--port", "0", "--data", file.name + "/below")
        self.assertIn(file.name, said)

    def test_options_that_are_none(self):
        self.assertIn("--port", self.up("--port", "many"))
        self.assertIn("--bogus", self.up("--bogus"))

    def test_interrupt_leaves_nothing(self):
        platform = Platform().start()
        self.addCleanup(platform.remove)
        platform.created("mayfly", "def handler(event):\n    return 1\n")
        below = descendants(platform.process.pid) + [platform.process.pid]
        self.assertEqual(0, platform.stop())
        self.assertEqual([], [pid for pid in below if alive(pid)])


if __name__ == "__main__":
    unittest.main(verbosity=2)
