"""Several instances of a callback. On a cluster: see test_kubernetes."""
import unittest

import engine
import usage
from harness import Platform, eventually


class Instances(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.platform = Platform(CALLBACKS_DEPLOYER_SCALEDOWNAFTER="5s").start()
        cls.addClassCleanup(cls.platform.remove)

    def test_on_process(self):
        usage.grows_and_shrinks(self, self.platform, "process")

    @unittest.skipUnless(engine.answers(), "no Docker engine answers")
    def test_on_docker(self):
        eventually(self.has_docker, 60, "docker is available")
        usage.grows_and_shrinks(self, self.platform, "docker")

    def has_docker(self):
        told = self.platform.call("GET", "/targets").json["items"]
        return any(target["available"] for target in told if target["c_type"] == "docker")

    def test_says_what_a_target_cannot_do(self):
        callback = self.platform.create("many", usage.SLOW, env={"N": "0"}, instances={"max": 11})
        answer = self.platform.call("POST", "/deploy/", {"callback_id": callback, "status": True, "c_type": "process"})
        self.assertEqual((400, "instances.max"), (answer.status, answer.json["errors"][0]["field"]), answer)


if __name__ == "__main__":
    unittest.main(verbosity=2)
