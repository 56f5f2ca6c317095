"""What is chosen, and the arithmetic of calls by event."""
import contextlib
import io
import pathlib
import sys
import time
import types
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent.parent / "e2e")]

from bench import Bench, chosen, limit, parsed  # noqa: E402
from events import (EVENTS, MOST, Caller, EventTarget, Throughput, behind, enough, failures, flat,  # noqa: E402
                    handled, paced, shares, times)
from measures import MEASURES, Measure, Settings  # noqa: E402
from report import Row  # noqa: E402


class Choice(unittest.TestCase):
    def test_events_are_measured_only_when_asked_for(self):
        self.assertEqual(list(MEASURES), chosen([]))
        self.assertEqual(list(EVENTS), chosen(["events"]))

    def test_groups_and_measures_are_named_in_any_order(self):
        self.assertEqual(["create", *EVENTS], chosen(["events.lag", "events", "create"]))
        self.assertEqual(["events.lag"], chosen(["events.lag"]))

    def test_each_group_has_time_of_its_own(self):
        settings = Settings(True)
        self.assertEqual(150, limit(settings, list(MEASURES)))
        self.assertEqual(300, limit(settings, list(EVENTS)))
        self.assertEqual(450, limit(settings, ["create", "events.lag"]))

    def test_what_is_unknown_or_too_long_is_refused(self):
        for words in (["event"], ["--pause", "0"], ["--pause", "61"]):
            with self.subTest(words), contextlib.redirect_stderr(io.StringIO()), self.assertRaises(SystemExit):
                parsed(words)

    def test_pause_is_that_of_the_option(self):
        self.assertEqual([60, 5, 7], [Settings().pause, Settings(True).pause, Settings(True, 7.0).pause])


class Places(unittest.TestCase):
    def test_a_measure_with_targets_of_its_own_needs_none_of_the_bench(self):
        class Own(Measure):
            name, targets = "own", (EventTarget,)
            rows = [Row("own", "text", "")]

            def rounds(self, target):
                yield
                yield {"own": 1}

        bench = Bench(Settings(True), 60)
        with contextlib.redirect_stderr(io.StringIO()):
            bench.measure(Own(), 60)
        self.assertEqual({"process": [1]}, bench.rows[0].rounds)


class Answers(unittest.TestCase):
    def test_are_those_of_the_events_in_their_order_and_then_forgotten(self):
        results = types.SimpleNamespace(by_id={"b": ["2"], "a": ["1", "again"], "c": ["3"]}, records=["1", "2", "3"])
        caller = Caller.__new__(Caller)
        caller.results = results
        self.assertEqual(["1", "2"], caller.answers(["a", "b"]))
        self.assertEqual(({"c": ["3"]}, []), (results.by_id, results.records))
        with self.assertRaises(AssertionError):
            caller.answers(["a"], 0)

    def test_what_was_not_completed_failed(self):
        self.assertEqual(1, failures([{"ce_type": "invocation-completed"}, {"ce_type": "invocation-failed"}]))


class Arithmetic(unittest.TestCase):
    def test_each_is_due_in_its_time(self):
        begin = time.monotonic()
        due = [at - begin for at in paced(100, 0.2)]
        self.assertEqual(20, len(due))
        self.assertAlmostEqual(0.19, due[-1] - due[0])
        self.assertGreaterEqual(time.monotonic() - begin, 0.19)

    def test_what_is_late_counts_from_when_it_was_due(self):
        due = paced(100, 0.1)
        first = next(due)
        time.sleep(0.05)
        self.assertAlmostEqual(0.01, next(due) - first)

    def test_handled_for_each_second_and_each_second_of_cpu(self):
        self.assertEqual({"rate": 500, "per_cpu": 250}, handled(1000, 2, 4))

    def test_a_burst_is_neither_too_short_nor_too_long(self):
        self.assertEqual([300, 4000, MOST], [enough(rate, 4) for rate in (1, 1000, 10 ** 6)])

    def test_one_side_is_told_as_times_the_other(self):
        one, other = {"rate": 300, "per_cpu": 50, "failed": 1}, {"rate": 200, "per_cpu": 100, "failed": 0}
        self.assertEqual({"key.times.rate": 1.5, "key.times.per_cpu": 0.5}, times("key", one, other))
        self.assertEqual({"key.times.p50": 2, "key.times.p99": 3},
                         times("key", {"p50": 2, "p99": 6}, {"p50": 1, "p99": 2}))
        self.assertEqual({"key.one.failed": 1, "key.other.failed": 0},
                         flat("key", {"one": {"failed": 1}, "other": {"failed": 0}}))

    def test_values_of_a_round_of_throughput(self):
        measure = Throughput(Settings())
        outcomes = {side: {"rate": rate, "per_cpu": 10, "failed": 0, "client": 0.5}
                    for side, rate in (("one", 100), ("sixteen", 150), ("forgetful", 200))}
        values = measure.values(outcomes, dict.fromkeys(outcomes, 1000))
        self.assertEqual((1.5, 0.75), tuple(values["events.%s.times.rate" % key] for key in Throughput.RATIOS))
        self.assertEqual({row.key for row in measure.rows}, set(values))
        self.assertIn("0.50 CPU-seconds", next(measure.notes()))

    def test_percentiles_in_milliseconds(self):
        self.assertEqual({"p50": 50, "p99": 99}, shares([number / 1000 for number in range(100)]))

    def test_partitions_of_which_nothing_is_done_have_no_offset(self):
        self.assertEqual(5, behind(12, [3, -1001, 4]))
        self.assertEqual(0, behind(12, [3, 5, 4]))


class Rows(unittest.TestCase):
    def test_ratios_come_first(self):
        for measure in EVENTS.values():
            with self.subTest(measure.name):
                ratios = [row.unit == "x" for row in measure(Settings()).rows]
                self.assertTrue(ratios[0])
                self.assertEqual(sorted(ratios, reverse=True), ratios)


if __name__ == "__main__":
    unittest.main()
