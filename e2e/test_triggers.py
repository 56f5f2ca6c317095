"""Triggers: callbacks bound to topics of the user's own, on the platform's cluster and on another one with a password."""
import base64
import contextlib
import json
import pathlib
import unittest
import uuid

from harness import command_line, descendants, eventually
from kafka_clients import (INVOCATION_DLT, STRUCTURED, EventPlatform, Reader, Sender, cloud_event, create_topic,
                           everything_in)
from second_broker import MECHANISM, SecondBroker

CANARY = "canary-%s" % uuid.uuid4().hex
WRONG = "wrong-%s" % uuid.uuid4().hex
MASK = "********"
SEES = """
import json, os
journal = os.open(os.environ["JOURNAL"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
def handler(event):
    os.write(journal, (json.dumps(event) + "\\n").encode())
    for one in event.get("events", [event]):
        if one["data"] == "raise":
            raise ValueError("as it was told")
    return {"seen": len(event.get("events", [event]))}
"""


class Triggers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.platform = EventPlatform()
        cls.addClassCleanup(cls.platform.remove)
        cls.platform.start()
        cls.sender = Sender(cls.platform.broker)
        cls.letters = Reader(cls.platform.broker, INVOCATION_DLT)
        cls.addClassCleanup(cls.letters.close)

    def bound(self, topic, deployed=True, made=True, **trigger):
        """A callback with a trigger on a topic of the same name, which is made; its number."""
        if made:
            create_topic(self.platform.broker, topic)
        trigger = {"topic": topic, "start": "earliest", **trigger}
        create = self.platform.created if deployed else self.platform.create
        return create(topic, SEES, env={"JOURNAL": str(self.journal(topic))}, triggers=[{"kafka": trigger}],
                      retry={"tries": 2, "delay_ms": 50})

    def journal(self, name):
        return self.platform.data / ("journal-" + name)

    def events(self, name):
        """What the handler got."""
        journal = self.journal(name)
        return [json.loads(line) for line in journal.read_text().splitlines()] if journal.exists() else []

    def await_events(self, name, number, seconds=60):
        return eventually(lambda: self.events(name) if len(self.events(name)) >= number else None, seconds,
                          "%d events of %s" % (number, name))

    def told(self, callback):
        """How its one trigger is doing."""
        answer = self.platform.call("GET", "/callbacks/%d/triggers" % callback)
        self.assertEqual(200, answer.status, answer)
        return answer.json["items"][0]

    def await_told(self, callback, seconds=60, **wanted):
        def reached():
            now = self.told(callback)
            return now if all(now[name] == value for name, value in wanted.items()) else None
        return eventually(reached, seconds, "trigger of %d: %s" % (callback, wanted))

    # --- on the platform's own cluster

    def test_plain_records_become_events(self):
        name = "plain"
        callback = self.bound(name)
        records = {
            "JSON": (b'{"a": [1, null]}', [], {"data": {"a": [1, None]}}),
            "text": ("Grüße".encode(), [], {"data": "Grüße"}),
            "bytes": (b"\x00\xff", [], {"data": None, "data_base64": base64.b64encode(b"\x00\xff").decode()}),
            "nothing": (None, [], {"data": None}),
            "text, said": (b"1", [("content-type", "text/plain")], {"data": "1", "type": "text/plain"}),
            "JSON, said": (b"[1]", [("content-type", "application/json")], {"data": [1], "type": "application/json"}),
            "with a header": (b"1", [("tenant", "t-1")], {"data": 1, "headers": {"tenant": "t-1"}}),
        }
        sent = {kind: self.sender.send(name, kind.encode(), value, headers) for kind, (value, headers, _) in records.items()}
        self.sender.flush()
        seen = {event["kafka"]["key"]: event for event in self.await_events(name, len(records))}
        self.assertEqual(records.keys(), seen.keys())
        for kind, (_, _, expected) in records.items():
            with self.subTest(kind):
                event, place = seen[kind], sent[kind]
                self.assertEqual(
                    ("cloudevents/1.0", "plain-%s" % place.invocation, "kafka:plain", "io.callbacks.kafka-record"),
                    (event["version"], *(event["attributes"][one] for one in ("id", "source", "type"))))
                self.assertEqual((expected["data"], expected.get("data_base64")), (event["data"], event["data_base64"]))
                if "type" in expected:
                    self.assertEqual(expected["type"], event["attributes"]["datacontenttype"])
                self.assertEqual(
                    {"topic": name, "partition": place.partition, "offset": place.offset, "headers": expected.get("headers", {})},
                    {one: event["kafka"][one] for one in ("topic", "partition", "offset", "headers")})
                self.assertEqual({"invocation_id": "plain-%s" % place.invocation, "attempt": 1}, event["delivery"])
        now = self.await_told(callback, lag=0, completed=len(records), in_flight=0)
        self.assertEqual((name, name, "callbacks-%d-%s" % (callback, name), False, "running", 0, None, 1),
                         tuple(now[one] for one in ("name", "topic", "group", "paused", "state", "failed", "last_error",
                                                    "invokers")), now)

    def test_events_are_filtered_and_answers_become_events(self):
        name = "shop.orders"
        create_topic(self.platform.broker, "invoices")
        invoices = Reader(self.platform.broker, "invoices")
        self.addCleanup(invoices.close)
        callback = self.bound(name, name="orders", output="invoices", filter={
            "exact": {"type": "order-placed"}, "prefix": {"subject": "eu-"}, "suffix": {"tenant": "-7"}})
        wanted = {"type": "order-placed", "subject": "eu-1", "tenant": "t-7"}
        for number, change in enumerate(({}, {"type": "order-cancelled"}, {"subject": "us-1"}, {"tenant": "t-8"},
                                         {"tenant": None}, {"subject": None})):
            self.sender.send(name, "key", b"%d" % number, cloud_event(id="o-%d" % number, **{**wanted, **change}))
        self.sender.send(name, "key", {"specversion": "1.0", "id": "o-6", "source": "/e2e", "data": 6, **wanted},
                         [("content-type", STRUCTURED)])
        self.sender.flush()
        self.await_told(callback, lag=0, completed=2)
        seen = self.events(name)
        self.assertEqual([("o-0", 0), ("o-6", 6)], [(event["attributes"]["id"], event["data"]) for event in seen])
        self.assertEqual([{"tenant": "t-7"}] * 2, [event["extensions"] for event in seen])
        answers = eventually(lambda: invoices.records if len(invoices.records) == 2 else None, 30, "two answers")
        for answer in answers:
            self.assertEqual(("key", {"seen": 1}), (answer.key, answer.json))
            self.assertEqual(("1.0", "application/json"), (answer["ce_specversion"], answer["content-type"]))
            self.assertTrue(answer["ce_id"] and answer["ce_source"] and answer["ce_type"], answer)
        self.assertNotEqual(answers[0]["ce_id"], answers[1]["ce_id"])

    def test_batches(self):
        name = "batches"
        callback = self.bound(name, deployed=False, batch=10)
        for number in range(95):
            self.sender.send(name, "key-%d" % (number % 5), b"%d" % number)
        self.sender.flush()
        self.await_told(callback, state="not-deployed")
        self.platform.deploy(callback)
        self.await_told(callback, lag=0, state="running")
        batches = self.events(name)
        self.assertEqual({"cloudevents-batch/1.0"}, {batch["version"] for batch in batches})
        sizes = [len(batch["events"]) for batch in batches]
        self.assertLessEqual(max(sizes), 10)
        self.assertLess(len(batches), 60, sizes)
        self.assertEqual(sorted(range(95)), sorted(event["data"] for batch in batches for event in batch["events"]))
        for key in range(5):
            of_key = [event["data"] for batch in batches for event in batch["events"] if event["kafka"]["key"] == "key-%d" % key]
            self.assertEqual(sorted(of_key), of_key)
        self.assertTrue(all(batch["delivery"]["attempt"] == 1 for batch in batches))
        self.assertTrue(all("delivery" not in event for batch in batches for event in batch["events"]))
        self.sender.sent_one(name, "alone", b'"alone"')
        self.assertEqual(["alone"], [event["data"] for event in self.await_events(name, len(batches) + 1)[-1]["events"]])
        print("\n95 records waiting, at most 10 in a call: %d calls" % len(batches))

    def test_pauses_and_goes_on_where_it_was(self):
        name = "pauses"
        callback = self.bound(name)
        self.sender.sent_one(name, "key", b"1")
        self.await_events(name, 1)
        self.change(callback, name, "pause")
        self.await_told(callback, state="paused", paused=True)
        for number in (2, 3):
            self.sender.sent_one(name, "key", b"%d" % number)
        self.await_told(callback, state="paused", lag=2)
        self.assertEqual([1], [event["data"] for event in self.events(name)])
        self.platform.kill_everything()  # it rests afterwards as well
        self.platform.start()
        self.platform.await_status(callback, "deployed")
        self.await_told(callback, state="paused", lag=2)
        self.assertEqual([1], [event["data"] for event in self.events(name)])
        self.change(callback, name, "resume")
        self.await_told(callback, state="running", paused=False, lag=0)
        self.assertEqual([1, 2, 3], [event["data"] for event in self.await_events(name, 3)])
        self.assertEqual(404, self.platform.call("POST", "/callbacks/%d/triggers/nothing/pause" % callback).status)

    def change(self, callback, name, what):
        answer = self.platform.call("POST", "/callbacks/%d/triggers/%s/%s" % (callback, name, what))
        self.assertIn(answer.status, (200, 202), answer)

    def test_what_fails_is_a_dead_letter_and_told(self):
        name = "fails"
        callback = self.bound(name)
        headers = [("tenant", "t-1")]
        broken = [("ce_specversion", "1.0"), ("ce_id", "")]  # claims to be an event, and is none
        for key, value, more in (("good", b"1", []), ("bad", b'"raise"', headers), ("bad", b"2", []), ("broken", b"3", broken)):
            self.sender.send(name, key, value, more)
        self.sender.flush()
        now = self.await_told(callback, completed=2, failed=2, lag=0, state="running")
        self.assertIn(now["last_error"]["problem"], ("handler-raised", "invalid-event"))
        self.assertTrue(now["last_error"]["message"] and now["last_error"]["at"], now)
        of_trigger = eventually(lambda: self.letters_of(callback, 2), 30, "two dead letters")
        by_key = {letter.key: letter for letter in of_trigger}
        self.assertEqual(("handler-raised", "2", name, name, "t-1", b'"raise"'), (*(by_key["bad"][header] for header in (
            "callbacks-dlt-problem", "callbacks-dlt-tries", "callbacks-dlt-trigger", "callbacks-dlt-topic", "tenant")),
            by_key["bad"].value))
        self.assertEqual("invalid-event", by_key["broken"]["callbacks-dlt-problem"])
        self.assertEqual([2, 1], [sum(event["data"] == one for event in self.events(name)) for one in ("raise", 2)])
        listed = self.platform.call("GET", "/dead-letters?callback_id=%d" % callback).json["items"]
        self.assertEqual(2, len(listed), listed)

    def letters_of(self, callback, number):
        found = [letter for letter in self.letters.records if letter["callbacks-dlt-callback"] == str(callback)]
        return found if len(found) == number else None

    def test_waits_for_its_topic(self):
        name = "comes-later"
        callback = self.bound(name, made=False)
        now = self.await_told(callback, state="trouble")
        self.assertIn(name, now["last_error"]["message"])
        create_topic(self.platform.broker, name)
        self.await_told(callback, state="running")
        self.sender.sent_one(name, None, b"1")
        self.await_events(name, 1)

    def test_undeployed_it_rests_and_changed_it_changes(self):
        name = "changes"
        callback = self.bound(name)
        self.sender.sent_one(name, "key", b"1")
        self.await_events(name, 1)
        self.platform.call("POST", "/deploy/", {"callback_id": callback, "status": False})
        self.await_told(callback, state="not-deployed")
        self.sender.sent_one(name, "key", b"2")
        create_topic(self.platform.broker, name + "-2")
        self.sender.sent_one(name + "-2", "key", b"3")
        answer = self.platform.call("PATCH", "/callbacks/%d" % callback, {"triggers": [
            {"kafka": {"topic": name, "start": "earliest"}},
            {"kafka": {"name": "another", "topic": name + "-2", "start": "earliest", "concurrency": 1}}]})
        self.assertIn(answer.status, (200, 202), answer)
        self.platform.deploy(callback)
        self.assertEqual([1, 2, 3], sorted(event["data"] for event in self.await_events(name, 3)))
        answer = self.platform.call("PATCH", "/callbacks/%d" % callback, {"triggers": []})
        self.assertIn(answer.status, (200, 202), answer)
        self.assertEqual([], self.platform.call("GET", "/callbacks/%d/triggers" % callback).json["items"])

    def test_triggers_that_make_no_sense_are_refused(self):
        good = {"path": "refused", "method": "POST", "type": "python", "code": SEES}
        for name, triggers in {
                "no list": {}, "no kafka": [{}], "another kind": [{"mqtt": {"topic": "a"}}], "no topic": [{"kafka": {}}],
                "topic that cannot be": [{"kafka": {"topic": "a b"}}], "unknown field": [{"kafka": {"topic": "a", "tpic": "b"}}],
                "name that cannot be": [{"kafka": {"topic": "a", "name": "a/b"}}],
                "twice the same name": [{"kafka": {"topic": "a"}}, {"kafka": {"topic": "b", "name": "a"}}],
                "start in the middle": [{"kafka": {"topic": "a", "start": "middle"}}],
                "concurrency of zero": [{"kafka": {"topic": "a", "concurrency": 0}}],
                "batch too large": [{"kafka": {"topic": "a", "batch": 501}}],
                "filter of numbers": [{"kafka": {"topic": "a", "filter": {"exact": {"type": 1}}}}],
                "unknown protocol": [{"kafka": {"topic": "a", "bootstrap_servers": "b:1", "security": {"protocol": "TLS"}}}],
                "mask for a new password": [{"kafka": {"topic": "a", "bootstrap_servers": "b:1", "security": {
                    "protocol": "SASL_PLAINTEXT", "mechanism": MECHANISM, "username": "u", "password": MASK}}}]}.items():
            with self.subTest(name):
                answer = self.platform.call("POST", "/callbacks/", {**good, "triggers": triggers})
                self.assertEqual(400, answer.status, answer)
                for fault in answer.json.get("errors", [answer.json]):
                    self.assertTrue(fault["field"].startswith("triggers"), answer)

    # --- on another cluster

    def test_another_cluster_and_its_password_which_nobody_sees(self):
        broker = SecondBroker(self.platform)
        self.addCleanup(broker.remove)
        broker.start("billing", CANARY)
        create_topic(broker.inside, "away")
        create_topic(broker.inside, "away-answers")
        there = {"security.protocol": "SASL_PLAINTEXT", "sasl.mechanism": MECHANISM, "sasl.username": "billing",
                 "sasl.password": CANARY}
        sender = Sender(broker.outside, **there)
        answers = Reader(broker.outside, "away-answers", **there)
        self.addCleanup(answers.close)
        sender.sent_one("away", "key", b'"first"')
        security = {"protocol": "SASL_PLAINTEXT", "mechanism": MECHANISM, "username": "billing", "password": WRONG}
        trigger = {"topic": "away", "start": "earliest", "output": "away-answers", "bootstrap_servers": broker.outside,
                   "security": security}
        shown = []
        answer = self.platform.call("POST", "/callbacks/", {
            "path": "away", "method": "POST", "type": "python", "code": SEES, "env": {"JOURNAL": str(self.journal("away"))},
            "triggers": [{"kafka": trigger}]})
        self.assertEqual(201, answer.status, answer)
        callback = answer.json["callback_id"]
        shown.append(answer)
        self.platform.deploy(callback)
        trouble = self.await_told(callback, state="trouble")
        self.assertTrue(trouble["last_error"]["message"], trouble)
        security["password"] = CANARY
        shown.append(self.platform.call("PATCH", "/callbacks/%d" % callback, {"triggers": [{"kafka": trigger}]}))
        self.assertEqual("first", self.await_events("away", 1)[0]["data"])
        security["password"] = MASK  # the one it has
        trigger["concurrency"] = 5
        shown.append(self.platform.call("PATCH", "/callbacks/%d" % callback, {"triggers": [{"kafka": trigger}]}))
        self.assertIn(shown[-1].status, (200, 202), shown[-1])
        self.await_told(callback, state="running", lag=0)
        sender.sent_one("away", "key", b'"second"')
        self.assertEqual("second", self.await_events("away", 2)[-1]["data"])
        self.assertEqual({"seen": 1}, answers.first(lambda one: one.key == "key", what="answer").json)
        self.platform.kill_everything()  # what is sealed is opened again
        self.platform.start()
        sender.sent_one("away", "key", b'"third"')
        eventually(lambda: "third" in [event["data"] for event in self.events("away")], 90, "third")
        self.assertEqual(MASK, self.platform.read(callback)["triggers"][0]["kafka"]["security"]["password"])
        self.nobody_sees(callback, shown, (CANARY, WRONG))

    def nobody_sees(self, callback, shown, secrets):
        """Searches all that the platform keeps, says and runs."""
        shown = [answer.body for answer in shown]
        for path in ("/callbacks/", "/callbacks/%d" % callback, "/callbacks/%d/triggers" % callback,
                     "/callbacks/%d/revisions" % callback, "/callbacks/%d/logs" % callback,
                     "/callbacks/%d/build-log" % callback, "/dead-letters", "/metrics"):
            shown.append(self.platform.call("GET", path).body)
        records = everything_in(self.platform.broker)
        kept = [part for record in records for part in (record.raw_key, record.value, *(value for _, value in record.headers))]
        files = [path for path in self.platform.data.rglob("*") if path.is_file()]
        running = [self.platform.jvm, *descendants(self.platform.jvm)]
        looked = {
            "answers": shown, "records": kept, "files": map(content, files),
            "output": ["\n".join(self.platform.output).encode()],
            "events": [json.dumps(self.events("away")).encode()],
            "command lines": ["\0".join(command_line(pid)).encode() for pid in running],
            "environments": map(environment, running)}
        for where, texts in looked.items():
            for text in texts:
                for secret in secrets:
                    for form in forms(secret):
                        self.assertFalse(form in (text or b""), "%s holds %s" % (where, secret))
        print("\nno password in %d answers, %d records, %d files, %d processes" % (
            len(shown), len(records), len(files), len(running)))


def forms(secret):
    """How it might be written."""
    plain = secret.encode()
    yield plain
    yield secret.encode("utf-16-le")
    yield secret.encode("utf-16-be")
    yield plain.hex().encode()
    for shift in range(3):  # wherever in a longer text it begins
        yield base64.b64encode(b"?" * shift + plain)[4 * bool(shift):-4]


def content(path):
    with contextlib.suppress(OSError):  # gone meanwhile
        return path.read_bytes()


def environment(pid):
    return content(pathlib.Path("/proc/%d/environ" % pid))


if __name__ == "__main__":
    unittest.main(verbosity=2)
