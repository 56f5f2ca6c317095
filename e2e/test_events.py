"""What a plain Kafka consumer sees, and that hearing it again changes nothing.

The consumer and the producer are not ours: kafka-python, in a virtual environment of its own.
"""
import base64
import json
import random
import re
import subprocess
import sys
import unittest

from harness import ROOT, Platform, eventually, free_port

GOLDEN = ROOT / "common" / "contract" / "src" / "test" / "resources" / "event"
ENVIRONMENT = ROOT / "target" / "e2e-python"
CLIENT = "kafka-python==3.0.12"
TOPICS = ["callbacks.callback", "callbacks.build", "callbacks.deployment", "callbacks.route", "callbacks.target"]


def plain_client():
    """Path of a Python that has the Kafka client; installed on first need."""
    python = ENVIRONMENT / "bin" / "python"
    if not (ENVIRONMENT / "ready").exists():
        subprocess.run([sys.executable, "-m", "venv", str(ENVIRONMENT)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", CLIENT], check=True)
        (ENVIRONMENT / "ready").touch()
    return str(python)


READ = """
import base64, json, sys
from kafka import KafkaConsumer, TopicPartition
server, topics = sys.argv[1], sys.argv[2:]
consumer = KafkaConsumer(bootstrap_servers=server, isolation_level="read_committed", auto_offset_reset="earliest",
                         enable_auto_commit=False)
partitions = [TopicPartition(topic, p) for topic in topics for p in sorted(consumer.partitions_for_topic(topic))]
consumer.assign(partitions)
consumer.seek_to_beginning()
ends = consumer.end_offsets(partitions)
while any(consumer.position(p) < ends[p] for p in partitions):
    for records in consumer.poll(timeout_ms=200).values():
        for r in records:
            print(json.dumps({"topic": r.topic, "partition": r.partition, "key": r.key.decode(),
                              "value": None if r.value is None else base64.b64encode(r.value).decode(),
                              "headers": {k: v.decode() for k, v in r.headers}}))
"""
WRITE = """
import base64, json, sys
from kafka import KafkaProducer
producer = KafkaProducer(bootstrap_servers=sys.argv[1], acks="all")
for line in sys.stdin:
    r = json.loads(line)
    producer.send(r["topic"], key=r["key"].encode(), partition=r["partition"],
                  value=None if r["value"] is None else base64.b64decode(r["value"]),
                  headers=[(k, v.encode()) for k, v in r["headers"].items()]).get(30)
producer.flush()
"""


def shape(value):
    """The names and kinds in a JSON value; names below an env are the user's own."""
    if isinstance(value, dict):
        return {name: "env" if name == "env_sealed" else shape(part) for name, part in value.items()}
    if isinstance(value, list):
        return [shape(part) for part in value[:1]]
    return "number" if isinstance(value, (int, float)) and not isinstance(value, bool) else type(value).__name__


def fits(found, golden):
    """Whether ``found`` has the names of ``golden`` and its kinds, null standing for any."""
    if found is None or golden is None or "NoneType" in (found, golden):
        return True
    if isinstance(golden, dict):
        return isinstance(found, dict) and golden.keys() <= found.keys() and all(
            fits(found[name], part) for name, part in golden.items())
    if isinstance(golden, list):
        return isinstance(found, list) and (not found or not golden or fits(found[0], golden[0]))
    return found == golden


class Events(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.python = plain_client()
        cls.platform = Platform()
        port = free_port()
        cls.broker = "127.0.0.1:%d" % port
        cls.addClassCleanup(cls.platform.remove)
        cls.platform.start("--kafka-port", str(port))

    def read(self, *topics):
        done = subprocess.run([self.python, "-c", READ, self.broker, *topics], stdout=subprocess.PIPE, text=True,
                              timeout=120, check=True)
        records = [json.loads(line) for line in done.stdout.splitlines()]
        for record in records:
            record["json"] = None if record["value"] is None else json.loads(base64.b64decode(record["value"]))
        return records

    def write(self, records):
        lines = "".join(json.dumps({k: r[k] for k in ("topic", "partition", "key", "value", "headers")}) + "\n"
                        for r in records)
        subprocess.run([self.python, "-c", WRITE, self.broker], input=lines, text=True, timeout=300, check=True)

    def life(self, path):
        platform = self.platform
        callback = platform.created(path, "import six\ndef handler(event):\n    return 1\n", library="six==1.16.0",
                                    env={"SECRET": "do-not-show-me"})
        platform.put_env(callback, {"SECRET": "nor-me-please"})
        platform.call("PUT", "/callbacks/%d" % callback, {"code": "def handler(event):\n    return 2\n"},
                      {"Prefer": "wait=30"})
        platform.await_deployment(callback, revision=2)
        return callback

    def test_every_record_is_a_cloud_event_of_its_golden_shape(self):
        callback = self.life("shape")
        broken = self.platform.create("broken", "def handler(event):\n    return 1\n", library="no-such-package-at-all-x")
        self.platform.await_status(broken, "failed")
        gone = self.platform.created("gone", "def handler(event):\n    return 1\n")
        self.platform.call("POST", "/deploy/", {"callback_id": gone, "status": False})
        self.platform.call("DELETE", "/callbacks/%d" % gone)
        wanted = {"callback-created", "env-updated", "deployment-requested", "callback-updated", "callback-deleted",
                  "build-succeeded", "build-failed", "deployment-ready", "deployment-removed", "target-seen"}

        def all_published():
            records = self.read(*TOPICS)
            return records if wanted <= {r["headers"].get("ce_type") for r in records} else None
        records = eventually(all_published, 30, "all types were published")
        for record in records:
            with self.subTest(topic=record["topic"], type=record["headers"].get("ce_type")):
                self.check(record)
        snapshots = [r["json"] for r in records if r["topic"] == "callbacks.callback" and r["key"] == str(callback)]
        self.assertEqual(sorted(s["version"] for s in snapshots), [s["version"] for s in snapshots])
        everything = json.dumps(records)
        for secret in ("do-not-show-me", "nor-me-please"):
            self.assertNotIn(secret, everything)

    def check(self, record):
        if record["topic"] == "callbacks.route":
            if record["json"] is not None:
                self.golden("route", record["json"])
            return
        headers = record["headers"]
        self.assertEqual("1.0", headers["ce_specversion"])
        self.assertEqual("application/json", headers["content-type"])
        self.assertEqual(record["key"], headers["ce_subject"])
        self.assertRegex(headers["ce_time"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$")
        self.assertTrue(headers["ce_id"] and re.match("^/[a-z]+$", headers["ce_source"]))
        self.golden(headers["ce_type"], record["json"])

    def golden(self, name, found):
        golden = json.loads((GOLDEN / (name + ".json")).read_text())
        self.assertTrue(fits(shape(found), shape(golden)), "%s: %s" % (name, found))

    def test_hearing_it_again_changes_nothing(self):
        platform = self.platform
        callbacks = [self.life("again-%d" % number) for number in range(3)]
        off = platform.created("again-off", "def handler(event):\n    return 1\n")
        platform.call("POST", "/deploy/", {"callback_id": off, "status": False})
        before = {callback: platform.read(callback) for callback in callbacks + [off]}
        instances = platform.instances()
        replay = 2 * self.read("callbacks.callback", "callbacks.build", "callbacks.deployment")
        random.Random(7).shuffle(replay)
        self.write(replay)
        platform.created("marker", "def handler(event):\n    return 'through'\n")  # behind all of them
        self.assertEqual("through", platform.invoke("marker", {}).json)
        for callback, was in before.items():
            self.assertEqual(was, platform.read(callback))
        for callback in range(3):
            self.assertEqual(2, platform.invoke("again-%d" % callback, {}).json)
        self.assertEqual("not-deployed", platform.invoke("again-off", {}).problem)
        self.assertLessEqual(set(instances), set(platform.instances()), "an instance was replaced")
        self.assertEqual(len(instances) + 1, len(platform.instances()))


if __name__ == "__main__":
    unittest.main(verbosity=2)
