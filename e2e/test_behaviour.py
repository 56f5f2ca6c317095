"""A callback behaves alike on every target: the suite in ``behaviour`` on each that is there, and the difference."""
import time
import unittest

from behaviour import report
from harness import Platform, eventually

TARGETS = ("process", "docker", "kubernetes")


class Behaviour(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.platform = Platform().start()
        cls.addClassCleanup(cls.platform.remove)
        eventually(cls.heard, 30, "the targets are known")
        cls.outcomes = {}  # by target, run once each

    @classmethod
    def targets(cls):
        return {each["c_type"]: each for each in cls.platform.call("GET", "/targets").json["items"]}

    @classmethod
    def heard(cls):
        return all("not been heard from" not in (each["reason"] or "") for each in cls.targets().values())

    def why_not(self, target):
        """Why a target cannot be used, or None."""
        known = self.targets().get(target)
        if not known:
            return "the platform does not know it"
        return None if known["available"] else known["reason"]

    def outcomes_on(self, target):
        if target not in self.outcomes:
            begin = time.monotonic()
            outcomes = self.outcomes[target] = report.run(self.platform, target)
            print("\nbehaviour: %d cases on %s in %d s" % (len(outcomes), target, time.monotonic() - begin))
            for outcome in outcomes.values():
                if outcome.deviates:
                    print("  known deviation: %s: %s" % (outcome.title, outcome.deviates))
        return self.outcomes[target]

    def check(self, target):
        reason = self.why_not(target)
        if reason:
            self.skipTest("%s: %s" % (target, reason))
        for title, outcome in self.outcomes_on(target).items():
            with self.subTest(title, target=target):
                self.assertEqual([], outcome.wrong)

    def test_on_process(self):
        self.check("process")

    def test_on_docker(self):
        self.check("docker")

    def test_on_kubernetes(self):
        self.check("kubernetes")

    def test_same_on_all_targets(self):
        reasons = {target: self.why_not(target) for target in TARGETS}
        seen = {target: report.seen(self.outcomes_on(target)) for target, reason in reasons.items() if not reason}
        skipped = ["; not on %s: %s" % (target, reason) for target, reason in reasons.items() if reason]
        print("\n" + report.summary(seen) + "".join(skipped))
        self.assertEqual([], report.difference(seen))


if __name__ == "__main__":
    unittest.main(verbosity=2)
