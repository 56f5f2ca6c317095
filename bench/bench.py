"""What the platform costs, measured: a table, ratios first, all targets side by side.

    ./callbacks bench [--quick] [--pause SECONDS] [--json FILE] [name...]
"""
import argparse
import contextlib
import http.client
import os
import pathlib
import platform
import signal
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "e2e"))

from engine import docker  # noqa: E402
from events import EVENTS  # noqa: E402
from measures import MEASURES, Settings  # noqa: E402
from report import as_json, report  # noqa: E402
from target import TARGETS, NotMeasured, ProcessTarget, missing  # noqa: E402

TROUBLE = (AssertionError, NotMeasured, OSError, http.client.HTTPException, subprocess.SubprocessError)

ALL = {**MEASURES, **EVENTS}
GROUPS = {"events": EVENTS}  # on platforms of their own, and only when they are asked for

END = object()


class TimeUp(Exception):
    pass


class Bench:
    def __init__(self, settings, limit):
        self.settings, self.limit = settings, limit
        self.begin = time.monotonic()
        self.measures, self.targets, self.said = [], [], []

    @property
    def rows(self):
        return [row for measure in self.measures for row in measure.rows]

    @property
    def notes(self):
        return self.said + [note for measure in self.measures for note in measure.notes()]

    def say(self, what):
        print("%4d s  %s" % (time.monotonic() - self.begin, what), file=sys.stderr, flush=True)

    def run(self, names):
        with contextlib.ExitStack() as stack:
            try:
                if MEASURES.keys() & set(names):
                    self.start(stack)
                for number, name in enumerate(names):
                    self.measure(ALL[name](self.settings), self.left / (len(names) - number))
            except TimeUp:
                begun = [measure.name for measure in self.measures]
                self.said.append("time was up; not or not wholly measured: " + " ".join(
                    begun[-1:] + [name for name in names if name not in begun]))
            finally:
                signal.alarm(0)  # removing the platforms is not to be cut short

    # --- targets

    def start(self, stack):
        """A platform for each target, so that files, processes and time can be told apart."""
        process = self.started(stack, ProcessTarget)
        for name, reason in missing(process.platform).items():
            if reason:
                self.said.append("%s is not measured: %s" % (name, reason))
            else:
                with self.noting("starting a platform for %s" % name):
                    self.started(stack, TARGETS[name])
        if any(target.name == "docker" for target in self.targets):
            self.said.append("engine: Docker " + docker("version", "--format", "{{.Server.Version}}").decode().strip())

    def started(self, stack, kind):
        self.say("starting a platform for %s" % kind.name)
        target = kind.start()
        stack.callback(self.removed, target)
        self.targets.append(target)
        return target

    def removed(self, target):
        self.say("removing the platform for %s" % target.name)
        with self.noting("removing %s" % target.name):
            target.remove()

    @contextlib.contextmanager
    def noting(self, what):
        """Trouble with one thing is told in the report and keeps nothing else from being measured."""
        try:
            yield
        except TROUBLE as error:
            self.said.append("%s broke off: %s" % (what, error))

    # --- measures

    @property
    def left(self):
        return self.begin + self.limit - time.monotonic()

    def measure(self, measure, seconds):
        """As many rounds as there shall be, or as there is time for without taking it from other measures."""
        self.measures.append(measure)
        targets, until = measure.targets or self.targets, time.monotonic() + seconds
        with contextlib.ExitStack() as stack:
            going = {target: self.going(stack, measure, target) for target in targets}
            for number in range(self.settings.rounds + 1):  # the first one prepares
                if number > 1 and going and time.monotonic() > until:
                    self.said.append("%s: %d rounds and no more, for want of time" % (measure.name, number - 1))
                    return
                for target in targets[::1 if number % 2 else -1]:
                    if target in going and not self.step(measure, target, going[target], number):
                        del going[target]

    def going(self, stack, measure, target):
        rounds = measure.rounds(target)
        stack.enter_context(self.noting("cleaning up after %s on %s" % (measure.name, target.name)))
        stack.callback(rounds.close)
        return rounds

    def step(self, measure, target, rounds, number):
        """False when there is nothing more to measure."""
        what = "%s on %s" % (measure.name, target.name)
        with self.noting(what):
            values = next(rounds, END)
            if values is not END:
                measure.take(target.name, values or {})
                self.say("%s: %s" % (what, "round %d" % number if number else "prepared"))
                return True
        return False


def machine():
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / (1 << 30)
    return {"cores": os.cpu_count(), "memory": "%.0f GiB" % memory, "system": platform.platform(),
            "python": platform.python_version(), "load at start": "%.2f %.2f %.2f" % os.getloadavg()}


def quiet(cores):
    return os.getloadavg()[0] < cores / 2


def time_up(*_):
    raise TimeUp()


def ended(*_):
    sys.exit(143)


def parsed(words):
    parser = argparse.ArgumentParser(
        prog="./callbacks bench", description="Measures the platform on each target, within ten minutes.",
        epilog="events: calls by event, on platforms of their own, not among what is measured when nothing is named; "
               "about eight minutes, and never more than ten of their own (--quick: two, never more than five), of "
               "which pauses take three times SECONDS (--quick: once). "
               "Also one by one: " + " ".join(EVENTS))
    parser.add_argument("names", nargs="*", metavar="name",
                        help="what to measure: %s; or: %s" % (" ".join(MEASURES), " ".join(GROUPS)))
    parser.add_argument("--quick", action="store_true", help="fewer rounds of less: to see that it works")
    parser.add_argument("--pause", type=float, metavar="SECONDS",
                        help="how long a trigger rests before its lag is looked at (60; --quick: 5)")
    parser.add_argument("--json", metavar="FILE", help="also write all values of all rounds there")
    options = parser.parse_args(words)
    unknown = [name for name in options.names if name not in ALL and name not in GROUPS]
    if unknown:
        parser.error("no such measure: %s; there are %s" % (" ".join(unknown), " ".join([*MEASURES, *GROUPS, *EVENTS])))
    if options.pause is not None and not 1 <= options.pause <= 60:
        parser.error("--pause must be 1 to 60 seconds, not %g" % options.pause)
    return options


def chosen(names):
    """In the order of measuring; what is measured by default if nothing is named."""
    wanted = {each for name in names for each in GROUPS.get(name, [name])}
    return [name for name in ALL if name in wanted] or list(MEASURES)


def limit(settings, names):
    """Seconds for all of them: measures by event take none of those of the others."""
    return settings.limit * any(name in MEASURES for name in names) \
        + settings.event_limit * any(name in EVENTS for name in names)


def main(words):
    options = parsed(words)
    about = machine()
    names, settings = chosen(options.names), Settings(options.quick, options.pause)
    bench = Bench(settings, limit(settings, names))
    if not quiet(about["cores"]):
        bench.said.append("the machine was busy with other things at the start: do not trust these figures")
    signal.signal(signal.SIGTERM, ended)
    signal.signal(signal.SIGALRM, time_up)
    signal.alarm(bench.limit)
    bench.run(names)
    about["load at end"] = "%.2f %.2f %.2f" % os.getloadavg()
    about["taken"] = "%d s, %s" % (time.monotonic() - bench.begin, "quick" if options.quick else "whole")
    print(report(about, bench.rows, bench.notes))
    if options.json:
        pathlib.Path(options.json).write_text(as_json(about, bench.rows, bench.notes) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
