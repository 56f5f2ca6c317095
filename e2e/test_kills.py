"""kill -9 of the whole platform at any moment: what was acknowledged is there, what was deployed answers."""
import http.client
import os
import random
import threading
import time
import unittest

from harness import Platform, alive, eventually, using

ROUNDS = int(os.environ.get("KILL_ROUNDS", "6"))
CODE = """
import os
N = os.environ.get("N", "none")
def handler(event):
    return {"statusCode": 200, "body": N}
"""


class Writer(threading.Thread):
    """Creates callbacks and changes env until the platform is gone; remembers what was acknowledged."""

    def __init__(self, platform, known, number):
        super().__init__(daemon=True)
        self.platform, self.known, self.number = platform, known, number
        self.fault = None

    def run(self):
        try:
            while True:
                self.step()
        except (OSError, http.client.HTTPException):
            pass  # killed
        except Exception as fault:  # told by the test
            self.fault = fault

    def step(self):
        mine = [path for path in self.known if path.startswith("kill-%d-" % self.number)]
        if len(mine) < 3 or random.random() < 0.1:
            self.create()
        else:
            self.change(random.choice(mine))

    def create(self):
        path = "kill-%d-%d" % (self.number, len(self.known) * 1000 + random.randrange(1000))
        answer = self.platform.call("POST", "/callbacks/", {
            "path": path, "method": "POST", "type": "python", "code": CODE, "env": {"N": "0"}})
        assert answer.status == 201, answer
        known = self.known[path] = {"id": answer.json["callback_id"], "acknowledged": 0, "sent": 0, "deploy": False}
        answer = self.platform.call("POST", "/deploy/", {"callback_id": known["id"], "status": True, "c_type": "process"})
        assert answer.status in (200, 202), answer
        known["deploy"] = True

    def change(self, path):
        known = self.known[path]
        known["sent"] += 1
        answer = self.platform.put_env(known["id"], {"N": str(known["sent"])})
        assert answer.status in (200, 202), answer
        known["acknowledged"] = known["sent"]


class Kills(unittest.TestCase):
    def setUp(self):
        self.platform = Platform()
        self.addCleanup(self.platform.remove)

    def test_nothing_acknowledged_is_lost(self):
        platform, known, starts = self.platform, {}, []
        platform.start()
        for number in range(ROUNDS):
            writers = [Writer(platform, known, writer) for writer in range(3)]
            for writer in writers:
                writer.start()
            time.sleep(random.uniform(0.3, 4.0))  # not a wait for anything: the moment of the kill
            left = platform.kill()
            for writer in writers:
                writer.join(30)
                self.assertIsNone(writer.fault)
            eventually(lambda: not any(map(alive, left)), 12, "no process outlives the platform")
            begin = time.monotonic()
            platform.start()
            starts.append(time.monotonic() - begin)
            self.check(known)
        print("\n%d kills, %d callbacks, %d env changes acknowledged; start after a kill: %s s" % (
            ROUNDS, len(known), sum(k["acknowledged"] for k in known.values()),
            " ".join("%.1f" % s for s in starts)))
        self.assertEqual(0, platform.stop())
        self.assertEqual([], using(platform.data))

    def check(self, known):
        platform = self.platform
        for path, callback in known.items():
            now = platform.read(callback["id"])
            self.assertEqual(path, now["path"])
            if not callback["deploy"]:
                continue
            platform.await_status(callback["id"], "deployed", 90)
            platform.await_deployment(callback["id"], 90, env_version=now["env_version"])
            answer = eventually(lambda: self.answer(path), 90, "answer of %s" % path)
            self.assertEqual(200, answer.status, answer)
            value = int(answer.text)
            # one change may have been stored, and published later, without an answer having reached the writer
            self.assertGreaterEqual(value, callback["acknowledged"], path)
            self.assertLessEqual(value, callback["sent"], path)
            callback["acknowledged"] = callback["sent"] = value
        self.assertEqual(len(known), len({c["id"] for c in known.values()}))

    def answer(self, path):
        """None when it is to be tried again, as it is for a moment after a kill."""
        answer = self.platform.invoke(path, {})
        return None if answer.status == 503 and answer.problem == "not-ready" else answer

    def test_stop_and_start_keeps_everything(self):
        platform = self.platform.start()
        first = platform.created("first", CODE, env={"N": "1"})
        platform.created("second", "exports.handler = async () => 'two';", type="node")
        deleted = platform.create("third", CODE)
        platform.call("DELETE", "/callbacks/%d" % deleted)
        platform.put_env(first, {"N": "7"})
        self.assertEqual(0, platform.stop())
        self.assertEqual([], using(platform.data))
        platform.start()
        self.assertEqual("7", platform.invoke("first", {}).text)
        self.assertEqual("two", platform.invoke("second", {}).json)
        self.assertEqual(404, platform.call("GET", "/callbacks/%d" % deleted).status)
        self.assertGreater(platform.create("fourth", CODE), deleted)


if __name__ == "__main__":
    unittest.main(verbosity=2)
