"""The arithmetic of what is told."""
import json
import pathlib
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent.parent / "e2e")]

from harness import Load  # noqa: E402
from measures import added_cpu, compared  # noqa: E402
from report import Row, as_json, at_most, cells, exactly, pooled, table  # noqa: E402


def row(goal=None, unit="ms", summary=None, **rounds):
    made = Row("key", "text", unit, goal, *([summary] if summary else []))
    for target, values in rounds.items():
        for value in values:
            made.add(target, value)
    return made


class Rows(unittest.TestCase):
    def test_value_is_the_median_of_the_rounds(self):
        self.assertEqual(3, row(process=[1, 100, 3]).value("process"))

    def test_ratio_is_against_process(self):
        self.assertEqual(2.5, row(process=[2], docker=[5]).ratio("docker"))
        self.assertEqual(3, row(process=[2], kubernetes=[6]).ratio("kubernetes"))

    def test_no_ratio_of_what_was_not_measured_or_is_zero(self):
        self.assertIsNone(row(process=[2]).ratio("docker"))
        self.assertIsNone(row(process=[0], docker=[5]).ratio("docker"))

    def test_goal_is_met_by_all_or_missed_by_name(self):
        self.assertTrue(row(at_most(900), process=[900], docker=[1]).met)
        missed = row(at_most(900), process=[900], docker=[901])
        self.assertFalse(missed.met)
        self.assertEqual("NO: docker", cells(missed, ("process", "docker"))[-1])
        self.assertEqual("yes (process)", cells(row(at_most(900), process=[1]), ("process",))[-1])

    def test_one_install_means_one(self):
        self.assertFalse(row(exactly(1), "", max, process=[1, 2]).met)
        self.assertFalse(row(exactly(1), "", max, process=[0]).met)

    def test_one_failure_in_one_round_counts(self):
        self.assertFalse(row(exactly(0), "", sum, process=[0, 0, 1]).met)

    def test_percentile_of_all_rounds_together(self):
        self.assertEqual(99, row(None, "ms", pooled(0.99), process=[list(range(50)), list(range(50, 100))]).value(
            "process"))

    def test_what_was_not_measured_is_a_dash_and_null(self):
        self.assertEqual(["text", "-", "-", "-", "<= 1.0 ms", "-"], cells(row(at_most(1)), ("process", "docker")))
        self.assertIsNone(json.loads(as_json({}, [row()], []))["rows"][0]["docker"])
        self.assertIn("text", table([row()]))


class Arithmetic(unittest.TestCase):
    def test_cpu_of_the_gateway_is_without_what_the_jvm_does_anyhow(self):
        direct = {"cpu": 0.5, "seconds": 10}
        through = {"cpu": 2.1, "seconds": 2, "sent": 4000}
        self.assertAlmostEqual(0.5, added_cpu(direct, through))

    def test_latencies_are_compared_only_where_both_kept_up(self):
        def outcome(rate, p50):
            return {"rate": rate, "p50": p50, "p99": 2 * p50, "failed": 0, "cpu": 1, "seconds": 1, "sent": 1}
        both = compared("key", 1000, outcome(999, 2), outcome(990, 3))
        self.assertEqual((1.5, 1, 2), (both["key.times.p50"], both["key.added.p50"], both["key.added.p99"]))
        one = compared("key", 1000, outcome(999, 2), outcome(600, 3))
        self.assertNotIn("key.times.p50", one)
        self.assertEqual(3, one["key.through.p50"])

    def test_stale_is_older_than_what_was_acknowledged_before_it_was_sent(self):
        load = Load(0, "")
        load.samples = [(1.0, 9.0, 200, "0"), (2.5, 2.6, 200, "0"), (2.5, 2.6, 200, "1"), (2.5, 2.6, 200, "2"),
                        (2.5, 2.6, 503, "")]
        self.assertEqual([(2.5, "0", 1)], load.stale([(0.5, 0), (2.0, 1), (3.0, 2)]))
        self.assertEqual(1, len(load.failures))


if __name__ == "__main__":
    unittest.main()
