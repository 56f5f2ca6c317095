"""docs/asyncapi.yaml is well-formed and agrees with itself. That records are as it says is tested where they are made."""
import functools
import json
import re
import shutil
import subprocess
import unittest

import asyncapi
from harness import ROOT
from kafka_clients import library

SPECIFICATION = "@asyncapi/specs@6.11.1"
DIRECTORY = ROOT / "target" / "e2e-asyncapi"
SCHEMA = DIRECTORY / "node_modules" / "@asyncapi" / "specs" / "schemas" / "3.0.0.json"


@functools.lru_cache(maxsize=None)
def official_schema():
    """The JSON Schema of AsyncAPI 3.0 by those who make it, Kafka's bindings included; None where it cannot be had."""
    if not SCHEMA.exists() and shutil.which("npm"):
        subprocess.run(["npm", "install", "--prefix", str(DIRECTORY), "--no-audit", "--no-fund", "--ignore-scripts",
                        "--silent", SPECIFICATION], stdin=subprocess.DEVNULL, timeout=180)
    return json.loads(SCHEMA.read_text()) if SCHEMA.exists() else None


def references(part):
    if isinstance(part, dict):
        yield from [part["$ref"]] if isinstance(part.get("$ref"), str) else []
        for inner in part.values():
            yield from references(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from references(inner)


class AsyncApi(unittest.TestCase):
    def test_is_of_the_official_schema(self):
        schema = official_schema()
        if schema is None:
            self.skipTest("%s cannot be had from npm; only the structure is tested" % SPECIFICATION)
        draft = library("jsonschema").Draft7Validator
        self.assertEqual([], ["%s: %s" % ("/".join(map(str, error.absolute_path)), error.message[:200])
                              for error in draft(schema).iter_errors(asyncapi.document())])

    def test_refers_only_to_what_is_there(self):
        document = asyncapi.document()
        self.assertEqual("3.0.0", document["asyncapi"])
        self.assertTrue(document["info"]["title"] and document["info"]["version"])
        for reference in set(references(document)):
            with self.subTest(reference):
                asyncapi.resolved({"$ref": reference})

    def test_says_who_sends_and_who_receives(self):
        document, seen = asyncapi.document(), set()
        for name, operation in document["operations"].items():
            with self.subTest(name):
                self.assertIn(operation["action"], ("send", "receive"))
                channel = asyncapi.resolved(operation["channel"])
                self.assertEqual(operation["action"] == "send",
                                 channel["address"] in ("callbacks.invocation", "callbacks.command"))
                seen.add(channel["address"])
        self.assertEqual(set(asyncapi.channels()), seen)

    def test_knows_the_topics_of_the_guide(self):
        guide = (ROOT / "docs" / "events.md").read_text().partition("## Topics")[2].partition("\n## ")[0]
        rows = re.findall(r"^\| `(callbacks\.[a-z.-]+)` \| (you|the platform) \| (\d+) (days?|hours?) \|", guide, re.MULTILINE)
        milliseconds = {"day": 86400000, "days": 86400000, "hour": 3600000, "hours": 3600000}
        self.assertEqual(
            {topic: int(number) * milliseconds[unit] for topic, _, number, unit in rows},
            {topic: channel["bindings"]["kafka"]["topicConfiguration"]["retention.ms"]
             for topic, channel in asyncapi.channels().items()})

    def test_examples_are_as_the_schemas_say(self):
        counted = 0
        for topic, channel in asyncapi.channels().items():
            for name, reference in channel["messages"].items():
                for example in asyncapi.resolved(reference).get("examples", []):
                    with self.subTest(topic=topic, message=name, example=example["name"]):
                        value = json.dumps(example["payload"]) if "payload" in example else None
                        self.assertEqual([], asyncapi.faults(topic, example["headers"], value))
                        counted += 1
        self.assertGreater(counted, 10)

    def test_tells_wrong_records(self):
        good = {"ce_specversion": "1.0", "ce_id": "1", "ce_source": "/s", "ce_type": "t", "ce_subject": "7"}
        topic = "callbacks.invocation"
        self.assertEqual([], asyncapi.faults(topic, good, b"anything"))
        for change in ({"ce_id": ""}, {"ce_specversion": "0.3"}, {"ce_subject": "no one"}, {"ce_bad_name": "x"}):
            with self.subTest(change):
                self.assertTrue(asyncapi.faults(topic, {**good, **change}, None))
        for name in good:
            with self.subTest("without " + name):
                self.assertTrue(asyncapi.faults(topic, {key: value for key, value in good.items() if key != name}, None))


if __name__ == "__main__":
    unittest.main(verbosity=2)
