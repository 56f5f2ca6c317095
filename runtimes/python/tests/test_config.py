"""What the shim is told."""
import json
import os
import tempfile
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from callbacks_shim.config import MAX_CONFIG, Config, checked_env, read_line


def line(**more):
    told = dict({"token": "t", "env": {"A": "b"}, "env_version": 3, "generation": 7}, **more)
    return json.dumps({name: value for name, value in told.items() if value is not ...}).encode()


class Configuration(unittest.TestCase):
    def test_has_defaults(self):
        config = Config({})
        self.assertEqual((config.host, config.port, config.timeout, config.startup_timeout), ("127.0.0.1", 0, 30, 60))
        self.assertEqual((config.concurrency, config.memory_mb, config.max_body), (10, 256, 6 << 20))

    def test_takes_the_line(self):
        config = Config({"CALLBACKS_GENERATION": "2"})
        config.take_line(line())
        self.assertEqual((config.token, config.env, config.env_version, config.generation), ("t", {"A": "b"}, 3, 7))

    def test_generation_of_the_start_is_the_default(self):
        config = Config({"CALLBACKS_GENERATION": "2"})
        config.take_line(line(generation=...))
        self.assertEqual(config.generation, 2)

    def test_lines_that_are_none(self):
        for wrong in (b"", b"[]", b"7", b"nonsense", b"\xff", line(token=...), line(token=7), line(token=""), line(env=...),
                      line(env=[]), line(env={"A": 1}), line(env_version="x"), line(env_version=None)):
            with self.assertRaises((ValueError, KeyError, TypeError), msg=wrong):
                Config({}).take_line(wrong)

    def test_environ_of_a_worker_is_made_of_what_is_known(self):
        config = Config({"PATH": "/bin", "SECRET": "x", "PYTHONPATH": "y", "CALLBACKS_CALLBACK_ID": "1", "CALLBACKS_TOKEN": "z"})
        environ = config.worker_environ({"A": "b", "OMP_NUM_THREADS": "4", "CALLBACKS_CALLBACK_ID": "mine"}, 3)
        self.assertEqual(environ, {
            "PATH": "/bin", "LANG": "C.UTF-8", "A": "b", "OMP_NUM_THREADS": "4", "OPENBLAS_NUM_THREADS": "1",
            "MKL_NUM_THREADS": "1", "CALLBACKS_CALLBACK_ID": "1", "CALLBACKS_ENV_VERSION": "3"})

    def test_envs_that_are_none(self):
        for env in (None, [], {"A": None}, {"A": 1}, {"": "a"}, {"A=B": "c"}, {"A": "\0"}, {"A\0": "b"}, {"A": "\ud800"}, {"\ud800": "a"}):
            with self.assertRaises(ValueError, msg=env):
                checked_env(env)


class Reading(unittest.TestCase):
    def from_input(self, *parts):
        """What is read from standard input when this arrives there."""
        reading, writing = os.pipe()
        kept = os.dup(0)
        os.dup2(reading, 0)
        os.close(reading)
        try:
            for part in parts:
                os.write(writing, part)
            os.close(writing)
            return read_line(Config({}))
        finally:
            os.dup2(kept, 0)
            os.close(kept)

    def test_reads_the_first_line(self):
        self.assertEqual(self.from_input(b'{"a"', b": 1}\n"), b'{"a": 1}')
        self.assertEqual(self.from_input(b"one\ntwo\n"), b"one")

    def test_end_before_the_line_is_an_error(self):
        with self.assertRaises(ValueError):
            self.from_input(b"no end")

    def test_reads_the_file_that_is_named(self):
        with tempfile.NamedTemporaryFile() as file:
            file.write(line())
            file.flush()
            self.assertEqual(read_line(Config({"CALLBACKS_CONFIG_FILE": file.name})), line())

    def test_files_are_bounded(self):
        with tempfile.NamedTemporaryFile() as file:
            file.write(b"x" * (2 * MAX_CONFIG))
            file.flush()
            self.assertEqual(len(read_line(Config({"CALLBACKS_CONFIG_FILE": file.name}))), MAX_CONFIG + 1)


if __name__ == "__main__":
    unittest.main()
