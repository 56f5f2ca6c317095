"""Changes under load: nothing fails, nothing is stale, nothing is restarted."""
import time
import unittest

import usage
from harness import Load, Platform, milliseconds

CODE_CHANGES = 10

PYTHON = """
import os
N = os.environ["N"]
def handler(event):
    return {"statusCode": 200, "body": N}
"""
NODE = """
const n = process.env.N;
exports.handler = async () => ({ statusCode: 200, body: n });
"""
PYTHON_CODE = 'def handler(event):\n    return {"statusCode": 200, "body": "%d"}\n'
NODE_CODE = 'exports.handler = async () => ({ statusCode: 200, body: "%d" });\n'


class Updates(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.platform = Platform().start()
        cls.addClassCleanup(cls.platform.remove)

    def env_changes(self, language, code):
        usage.env_changes(self, self.platform, "process", "env-" + language, lambda _: self.platform.instances(),
                          code=code, type=language)

    def test_env_changes_in_python(self):
        self.env_changes("python", PYTHON)

    def test_env_changes_in_node(self):
        self.env_changes("node", NODE)

    def code_changes_under_load(self, language, code):
        platform, path = self.platform, "code-" + language
        callback = platform.created(path, code % 0, type=language)
        acknowledged, times = [], []
        with Load(platform.port, path) as load:
            for number in range(1, CODE_CHANGES + 1):
                sent = time.monotonic()
                answer = platform.call("PUT", "/callbacks/%d" % callback, {"code": code % number},
                                       {"Prefer": "wait=30"})
                done = time.monotonic()
                self.assertEqual(200, answer.status, answer)
                acknowledged.append((done, number))
                times.append(done - sent)
        print("\n%s: %d requests, %d failed, %d stale; code change live %s" % (
            language, len(load.samples), len(load.failures), len(load.stale(acknowledged)), milliseconds(times)))
        self.assertEqual([], load.failures[:5])
        self.assertEqual([], load.stale(acknowledged)[:5])
        self.assertEqual(str(CODE_CHANGES), platform.invoke(path, {}).text)

    def test_code_changes_in_python(self):
        self.code_changes_under_load("python", PYTHON_CODE)

    def test_code_changes_in_node(self):
        self.code_changes_under_load("node", NODE_CODE)

    def test_env_that_breaks_the_import_leaves_the_old_one_serving(self):
        platform = self.platform
        callback = platform.created("fragile", "import os\nN = int(os.environ['N'])\n"
                                               "def handler(event):\n    return N\n", env={"N": "1"})
        with Load(platform.port, "fragile", rate=50) as load:
            answer = platform.put_env(callback, {"N": "not a number"})
            self.assertEqual(202, answer.status, answer)
            now = platform.read(callback)
            self.assertEqual("deployed", now["status"])
            self.assertEqual("start", now["error"]["stage"])
            self.assertEqual("ValueError", now["error"]["class"])
            self.assertEqual(1, now["deployment"]["env_version"])
            self.assertEqual(200, platform.put_env(callback, {"N": "3"}).status)
        self.assertEqual([], load.failures[:5])
        self.assertIsNone(platform.read(callback)["error"])
        self.assertEqual(3, platform.invoke("fragile", {}).json)

    def test_undeployed_is_gone_and_comes_back(self):
        platform = self.platform
        callback = platform.created("on-and-off", PYTHON_CODE % 1)
        answer = platform.call("POST", "/deploy/", {"callback_id": callback, "status": False})
        self.assertEqual(200, answer.status, answer)
        gone = platform.invoke("on-and-off", {})
        self.assertEqual((404, "not-deployed"), (gone.status, gone.problem))
        self.assertEqual("undeployed", platform.read(callback)["status"])
        platform.deploy(callback)
        self.assertEqual("1", platform.invoke("on-and-off", {}).text)
        self.assertEqual(204, platform.call("DELETE", "/callbacks/%d" % callback).status)
        self.assertEqual("unknown-path", platform.invoke("on-and-off", {}).problem)
        self.assertEqual(204, platform.call("DELETE", "/callbacks/%d" % callback).status)


if __name__ == "__main__":
    unittest.main(verbosity=2)
