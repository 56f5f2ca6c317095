"""Several instances of a callback: as many as there is to do, the load spread, nothing failed while they come and go."""
import time
import unittest

import engine
from harness import Load, Platform, eventually

SLOW = """
import os, socket, time
N = os.environ["N"]
WHERE = os.getcwd() + "@" + socket.gethostname()
def handler(event):
    time.sleep(0.2)
    return {"statusCode": 200, "headers": {"X-Where": WHERE}, "body": N}
"""


class Instances(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.platform = Platform(CALLBACKS_DEPLOYER_SCALEDOWNAFTER="5s").start()
        cls.addClassCleanup(cls.platform.remove)

    def targets(self):
        told = self.platform.call("GET", "/targets").json["items"]
        return [target["c_type"] for target in told if target["available"]]

    def size(self, callback):
        return self.platform.read(callback)["deployment"]["instances"]

    def test_grows_with_the_load_and_shrinks_after_it(self):
        if engine.answers():
            eventually(lambda: "docker" in self.targets(), 60, "docker is available")
        for target in self.targets():
            with self.subTest(target):
                self.grows_and_shrinks(target)

    def grows_and_shrinks(self, target):
        path = "grows-" + target
        callback = self.platform.created(path, SLOW, target, env={"N": "0"},
                                         instances={"min": 1, "max": 3, "target_concurrency": 2})
        self.assertEqual(1, self.size(callback))
        acknowledged = []
        with Load(self.platform.port, path, rate=25) as load:  # five at once
            begin = time.monotonic()
            eventually(lambda: self.size(callback) == 3, 60, "three instances")
            grown = time.monotonic() - begin
            self.assertEqual(200, self.platform.put_env(callback, {"N": "1"}).status)
            acknowledged.append((time.monotonic(), 1))
            served = {self.platform.invoke(path, {}).headers["X-Where"] for _ in range(20)}
        with Load(self.platform.port, path, rate=2, connections=2) as little:
            begin = time.monotonic()
            eventually(lambda: self.size(callback) == 1, 60, "one instance again")
            shrunk = time.monotonic() - begin
        print("\n%s: three instances after %.1f s, one again %.1f s after the load; %d calls, %d failed" % (
            target, grown, shrunk, len(load.samples) + len(little.samples), len(load.failures + little.failures)))
        self.assertEqual([], load.failures[:5] + little.failures[:5])
        self.assertEqual([], load.stale(acknowledged)[:5])
        self.assertEqual(3, len(served), "all of them take calls")

    def test_says_what_a_target_cannot_do(self):
        callback = self.platform.create("many", SLOW, env={"N": "0"}, instances={"max": 11})
        answer = self.platform.call("POST", "/deploy/", {"callback_id": callback, "status": True, "c_type": "process"})
        self.assertEqual((400, "instances.max"), (answer.status, answer.json["errors"][0]["field"]), answer)


if __name__ == "__main__":
    unittest.main(verbosity=2)
