"""Loading handlers, and telling why one cannot be loaded."""
import os
import tempfile
import textwrap
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from callbacks_shim import loader


class Loading(unittest.TestCase):
    def load(self, code, library=None):
        """Loads this code as the function; what the process has of paths and modules is put back."""
        path, modules = list(sys.path), set(sys.modules)
        with tempfile.TemporaryDirectory() as directory:
            (Path(directory) / "function.py").write_text(textwrap.dedent(code))
            try:
                loader.prepare_path(directory, library)
                return loader.load()
            finally:
                sys.path[:] = path
                for name in set(sys.modules) - modules:
                    del sys.modules[name]

    def failure(self, code):
        with self.assertRaises(loader.LoadError) as caught:
            self.load(code)
        return caught.exception.told()

    def test_handler_gets_what_it_asks_for(self):
        for parameters, wanted in {"event": (1,), "event, context": (1, 2), "*all": (1, 2), "event, context=None": (1, 2),
                                   "event, *, flag=0": (1,), "event, *more": (1, 2)}.items():
            code = "def handler(%s):\n    return tuple(v for v in list(locals().values()) if v)\n" % parameters
            given = self.load(code)(1, 2)
            flat = tuple(v for value in given for v in (value if isinstance(value, tuple) else (value,)))
            self.assertEqual(flat, wanted, parameters)

    def test_async_handlers_are_known(self):
        self.assertFalse(self.load("def handler(event): pass").is_async)
        self.assertTrue(self.load("async def handler(event): pass").is_async)
        self.assertTrue(self.load("class A:\n    async def __call__(self, event): pass\nhandler = A()").is_async)
        self.assertTrue(self.load("""
            import functools
            async def some(event, context): pass
            handler = functools.partial(some, context=1)
        """).is_async)

    def test_missing_module_names_its_package(self):
        told = self.failure("import not_there.at_all")
        self.assertEqual((told["class"], told["package"]), ("ModuleNotFoundError", "not_there"))
        self.assertIn("import not_there", told["log_tail"])

    def test_missing_name_names_no_package(self):
        told = self.failure("from os import not_there")
        self.assertEqual((told["class"], told["package"]), ("ImportError", None))

    def test_syntax_error_shows_its_line(self):
        told = self.failure("def handler(event)\n    pass\n")
        self.assertEqual(told["class"], "SyntaxError")
        self.assertIn("def handler(event)", told["log_tail"])

    def test_trace_has_none_of_our_frames(self):
        told = self.failure("def fail():\n    raise ValueError('no')\nfail()\n")
        self.assertEqual((told["class"], told["message"]), ("ValueError", "no"))
        self.assertIn("in fail", told["log_tail"])
        self.assertNotIn("callbacks_shim", told["log_tail"])
        self.assertNotIn("importlib", told["log_tail"])

    def test_trace_has_the_causes(self):
        told = self.failure("try:\n    {}['first']\nexcept KeyError as error:\n    raise ValueError('second') from error\n")
        self.assertIn("KeyError: 'first'", told["log_tail"])
        self.assertIn("ValueError: second", told["log_tail"])
        self.assertLess(told["log_tail"].index("first"), told["log_tail"].index("second"))

    def test_circular_causes_come_to_an_end(self):
        self.assertIn("circular", self.failure("error = ValueError('circular')\nerror.__cause__ = error\nraise error")["log_tail"])

    def test_everything_told_is_bounded(self):
        told = self.failure("raise ValueError('ü' * 100000)")
        self.assertLessEqual(len(told["message"]), 2000)
        self.assertLessEqual(len(told["log_tail"].encode()), loader.LONGEST_TRACE)

    def test_exit_at_import_is_an_error_of_the_code(self):
        self.assertEqual(self.failure("import sys\nsys.exit(3)")["class"], "SystemExit")

    def test_handler_that_is_none(self):
        self.assertEqual(self.failure("")["class"], "HandlerNotFound")
        self.assertEqual(self.failure("handler = 7")["class"], "HandlerNotFound")

    def test_path_holds_the_function_the_standard_library_and_the_library(self):
        path = list(sys.path)
        with tempfile.TemporaryDirectory() as library:
            try:
                loader.prepare_path("/function", library)
                self.assertEqual((sys.path[0], sys.path[-1]), ("/function", library))
                self.assertNotIn(str(Path(loader.HOME).parent), sys.path)
            finally:
                sys.path[:] = path


if __name__ == "__main__":
    unittest.main()
