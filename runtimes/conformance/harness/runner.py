"""Runs cases: those that share an instance one after the other, several instances at a time."""
import argparse
import concurrent.futures
import http.client
import importlib
import os
import pkgutil
import threading
import traceback

import cases

from . import suite
from .instance import Instance
from .runtime import runtimes

AT_A_TIME = 4


def main(words):
    options = parsed(words)
    for module in pkgutil.iter_modules(cases.__path__):
        importlib.import_module("cases." + module.name)
    tally = Tally()
    for runtime in runtimes(options.python, options.node):
        if not options.languages or runtime.name in options.languages:
            run(runtime, chosen(runtime, options.pattern), tally)
    print("conformance: %d passed, %d failed, %d skipped" % (tally.passed, tally.failed, tally.skipped))
    return 1 if tally.failed else 0


def parsed(words):
    parser = argparse.ArgumentParser(prog="run", description="Holds the shims to runtimes/README.md.")
    parser.add_argument("languages", nargs="*", metavar="python|node", help="both if none is named")
    parser.add_argument("-k", dest="pattern", default="", help="only cases with this in their name")
    parser.add_argument("--python", default=os.environ.get("CONFORMANCE_PYTHON", "python3"), help="the interpreter to use")
    parser.add_argument("--node", default=os.environ.get("CONFORMANCE_NODE", "node"), help="the interpreter to use")
    options = parser.parse_args(words)
    unknown = set(options.languages) - {"python", "node"}
    if unknown:
        parser.error("there is no shim for %s" % ", ".join(sorted(unknown)))
    return options


def chosen(runtime, pattern):
    return [case for case in suite.CASES if case.only in (None, runtime.name) and pattern in case.title]


def run(runtime, wanted, tally):
    if runtime.missing:
        for case in wanted:
            tally.skip(runtime, case, runtime.missing)
        return
    groups = {}
    for case in wanted:
        groups.setdefault(case.group, []).append(case)
    with concurrent.futures.ThreadPoolExecutor(AT_A_TIME) as pool:
        for future in [pool.submit(run_group, runtime, group, tally) for group in groups.values()]:
            future.result()


def run_group(runtime, group, tally):
    """Cases that share an instance; one that broke it gets the blame, the next a new instance."""
    instance = None
    for number, case in enumerate(group):
        trouble = None
        try:
            if instance is None:
                instance = Instance(runtime, case.function, **case.settings)
                instance.start()
            case.check(instance)
            if number + 1 < len(group) and instance.process.poll() is not None:
                trouble = "the instance ended with %s" % instance.process.returncode
        except AssertionError as error:
            trouble = str(error)
        except (OSError, http.client.HTTPException) as error:
            trouble = "expected an answer, saw %r at %s" % (error, where(error))
        except Exception:
            trouble = traceback.format_exc()
        if instance and (trouble or number + 1 == len(group)):
            trouble = joined(trouble, ended(instance))
            instance = None
        tally.count(runtime, case, trouble)


def where(error):
    """The line of the case that an error came from."""
    frames = traceback.extract_tb(error.__traceback__)
    return next(("%s:%d: %s" % (os.path.basename(f.filename), f.lineno, f.line)
                 for f in reversed(frames) if os.path.dirname(f.filename) == cases.__path__[0]), "the start")


def ended(instance):
    try:
        return instance.stop()
    finally:
        instance.remove()


def joined(*troubles):
    return "; ".join(trouble for trouble in troubles if trouble) or None


class Tally:
    def __init__(self):
        self.passed = self.failed = self.skipped = 0
        self.lock = threading.Lock()

    def count(self, runtime, case, trouble):
        with self.lock:
            if trouble:
                self.failed += 1
                print("FAILED %s %s: %.2000s" % (runtime.name, case.title, trouble), flush=True)
            else:
                self.passed += 1
                print("ok %s %s" % (runtime.name, case.title), flush=True)

    def skip(self, runtime, case, reason):
        self.skipped += 1
        print("skipped %s %s: %s" % (runtime.name, case.title, reason))
