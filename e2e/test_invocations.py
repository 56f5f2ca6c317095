"""Calls by event, by Kafka clients that know nothing of the platform but docs/events.md."""
import base64
import bisect
import collections
import datetime
import hashlib
import json
import os
import random
import statistics
import threading
import time
import unittest

import asyncapi
import cloud_events
from harness import eventually, milliseconds, percentile
from kafka_clients import (INVOCATION, INVOCATION_DLT, INVOCATION_RESULT, EventPlatform, Reader, Sender, cloud_event,
                           everything_in)

EVENTS = int(os.environ.get("EVENTS", "3000"))
KILLS = int(os.environ.get("EVENT_KILLS", "3"))
SEED = os.environ.get("SEED") or str(random.randrange(10 ** 6))
KEYS = 200
PATIENCE = 30  # seconds
SECONDS_OF_A_ROUND = 4

WARM_UP = 3  # windows
MEASURES = 3  # at most, until one is good: what holds up a key holds it up each time
ROUNDS = 4  # of a window without a slow and a failing key, and one beside them
SECONDS_OF_A_WINDOW = 3
PER_SECOND = 100
SLOW_SECONDS = 10
MOST = 1.5  # times as slow as without them
NOISE = 0.1  # seconds; a latency below that is as good as any other

JOURNAL = """
import json, os, time
journal = os.open(os.environ["JOURNAL"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
def handler(event):
    data = event["data"]
    seen = {"id": event["attributes"]["id"], "key": event["kafka"]["key"], "sequence": data["sequence"],
            "attempt": event["delivery"]["attempt"], "at": time.time()}
    os.write(journal, (json.dumps(seen) + "\\n").encode())
    if data.get("poison"):
        raise ValueError("poison")
    return {"statusCode": 200, "headers": {"Content-Type": "text/plain"}, "body": str(data["sequence"])}
"""


def lines_of(journal):
    """What handlers have written down, a line for each call."""
    return [json.loads(line) for line in journal.read_text().splitlines()] if journal.exists() else []


class Planned:
    """A record that is to be sent."""

    def __init__(self, kind, id, key, headers, value):
        self.kind, self.id, self.key, self.headers, self.value = kind, id, key, headers, value


class AtLeastOnce(unittest.TestCase):
    """Events go on being sent while the platform is killed again and again."""

    def setUp(self):
        self.random = random.Random(SEED)
        self.platform = EventPlatform(CALLBACKS_INVOKER_EVENTS_PATIENCE="%ds" % PATIENCE)
        self.addCleanup(self.platform.remove)
        self.sent = collections.defaultdict(list)  # by id
        self.starts, self.kills = [], []

    def test_nothing_is_lost_and_nothing_is_twice(self):
        self.start()
        self.journal = self.platform.data / "at-least-once"
        self.callback = self.platform.created("journal", JOURNAL, env={"JOURNAL": str(self.journal)},
                                              retry={"tries": 2, "delay_ms": 50})
        self.results = Reader(self.platform.broker, INVOCATION_RESULT)
        self.addCleanup(self.results.close)
        self.sender = Sender(self.platform.broker, **{"linger.ms": 5})
        self.plan = self.planned()
        begin = time.monotonic()
        for number in range(KILLS + 1):
            part = slice(len(self.plan) * number // (KILLS + 1), len(self.plan) * (number + 1) // (KILLS + 1))
            self.round(self.plan[part], number < KILLS)
        self.sender.flush(120)
        sent = time.monotonic()
        self.await_results()
        print("\n%d events of %d keys, %d kills (seed %s): %.0f s, the last %.0f s behind what was sent last" % (
            EVENTS, KEYS, KILLS, SEED, time.monotonic() - begin, time.monotonic() - sent))
        self.places = self.found()
        self.check_results()
        self.check_calls()
        self.check_order()
        self.check_dead_letters()
        asyncapi.check_records(self, self.platform.broker)
        asyncapi.check_topics(self, self.platform.broker)

    # --- what is sent

    def planned(self):
        """All events in order, with others among them that are sent twice, cannot be read, or are for nobody."""
        plan, later = [], collections.defaultdict(list)
        for number in range(EVENTS):
            key = "key-%d" % self.random.randrange(KEYS)
            kind = "poison" if number % 500 == 250 else "good"
            event = self.call(kind, "event-%d" % number, key, {"sequence": number, "poison": kind == "poison"})
            plan += [event] + later.pop(number, [])
            if number % 50 == 7:
                later[min(number + self.random.randrange(50), EVENTS - 1)].append(event)
            if number % 500 == 99:
                name = "invalid-%d" % number
                plan.append(Planned("invalid", name, key, [("ce_specversion", "1.0"), ("x-name", name)], b"?"))
            if number % 1000 == 499:
                name = "unknown-%d" % number
                plan.append(self.call("unknown", name, name, {"sequence": number},
                                      "POST nowhere/at/all" if number % 2000 == 499 else 999999))
        return plan

    def call(self, kind, id, key, data, subject=None):
        return Planned(kind, id, key, cloud_event("order-placed", subject or self.callback, id) + [("x-name", id)],
                       json.dumps(data).encode())

    def ids(self, *kinds):
        return {event.id for event in self.plan if event.kind in kinds}

    def start(self):
        self.starts.append(time.time())
        self.platform.start()

    def round(self, part, killed):
        """Sends a part of the plan; meanwhile the platform is killed, and started while it is still being sent."""
        sending = threading.Thread(target=self.send, args=(part,), daemon=True)
        sending.start()
        if killed:
            time.sleep(self.random.uniform(0.3, SECONDS_OF_A_ROUND))  # not a wait for anything: the moment of the kill
            self.kills.append(time.time())
            self.platform.kill()
            self.start()
        sending.join(120)
        self.assertFalse(sending.is_alive())

    def send(self, part):
        begin = time.monotonic()
        for number, event in enumerate(part):
            time.sleep(max(0.0, begin + number * SECONDS_OF_A_ROUND / len(part) - time.monotonic()))
            self.sent[event.id].append(self.sender.send(INVOCATION, event.key, event.value, event.headers))

    def await_results(self):
        wanted = self.ids("good", "poison", "unknown")
        eventually(lambda: wanted <= self.results.by_id.keys(), 240 + PATIENCE + EVENTS / 50, "all results")
        # one more event in each partition, behind all others, so that what came too often has come
        marks = [self.call("mark", "mark-%d" % partition, None, {"sequence": partition}) for partition in range(6)]
        for partition, mark in enumerate(marks):
            self.sender.send(INVOCATION, None, mark.value, mark.headers, partition=partition)
        for mark in marks:
            self.results.answer(mark.id)

    # --- what came of it

    def found(self):
        """Where the events are, by id: those that were acknowledged, and some twice that a killed broker took twice."""
        places = collections.defaultdict(set)
        for record in everything_in(self.platform.broker, [INVOCATION], committed=False):
            places[record["x-name"]].add("%d-%d" % (record.partition, record.offset))
        for id, sent in self.sent.items():
            told = {each.invocation for each in sent if each.invocation and each.offset >= 0}  # unknown of a repeated one
            self.assertLessEqual(told, places[id], id)
            self.assertTrue(places[id], id)
        return places

    def check_results(self):
        by_id = collections.defaultdict(list)
        for result in everything_in(self.platform.broker, [INVOCATION_RESULT], committed=True):
            by_id[result["ce_correlationid"]].append(result)
        wanted = self.ids("good", "poison", "unknown") | {"mark-%d" % partition for partition in range(6)}
        self.assertEqual({}, {id: by_id[id] for id in wanted if len(by_id[id]) != 1})
        self.assertEqual(set(), by_id.keys() - wanted)
        self.result_of = {id: results[0] for id, results in by_id.items()}
        for event in self.plan:
            if event.kind != "invalid":
                self.check_result(event, self.result_of[event.id])

    def check_result(self, event, result):
        self.assertEqual(event.key, result.key, result)
        self.assertIn(result["ce_invocation"], self.places[event.id], result)
        self.assertIn(result.partition, [sent.partition for sent in self.sent[event.id]], result)
        if event.kind == "good":
            self.assertEqual(
                ("invocation-completed", "200", str(self.callback), "/callbacks/%d" % self.callback, event.id.split("-")[1]),
                (result["ce_type"], result["ce_statuscode"], result["ce_subject"], result["ce_source"], result.text))
        elif event.kind == "poison":
            self.assertEqual(("invocation-failed", "handler-raised", "2"),
                             (result["ce_type"], result.problem, result["ce_tries"]), result)
        else:
            self.assertEqual(("invocation-failed", "unknown-callback", "0", "/callbacks"),
                             (result["ce_type"], result.problem, result["ce_tries"], result["ce_source"]), result)

    def check_calls(self):
        calls = collections.defaultdict(list)
        for line in lines_of(self.journal):
            calls[line["id"]].append(line)
        wanted = self.ids("good", "poison")
        self.assertEqual(set(), wanted - calls.keys(), "never called")
        self.assertEqual(set(), {id for id in calls if not id.startswith("mark-")} - wanted)
        again, late = collections.Counter(), []
        for event in self.plan:
            if event.kind in ("good", "poison") and event.id not in again:
                tries = [(self.life(line["at"]), line["attempt"]) for line in calls[event.id]]
                self.assertEqual(len(set(tries)), len(tries), calls[event.id])
                lives = {life for life, _ in tries}
                again[event.id] = len(lives) - 1
                if not self.excusable(event, max(lives)):
                    late.append((calls[event.id], self.result_of[event.id].timestamp))
        self.assertEqual([], late[:3], "called again although long done")
        twice = {id for id, sent in self.sent.items() if len(sent) > 1}
        print("%d calls; called again after a kill: %d events, %d of them among the %d that were sent twice" % (
            sum(map(len, calls.values())), sum(again.values()), sum(again[id] for id in twice), len(twice)))

    def life(self, at):
        """The number of the platform's life at that time."""
        return bisect.bisect(self.starts, at)

    def excusable(self, event, last):
        """Whether what was done last was not done before already, or only within a second of a kill."""
        done = self.result_of[event.id].timestamp / 1000
        return self.life(done) >= last or self.kills[self.life(done) - 1] - done < 1

    def check_order(self):
        """Of each key the first calls are in the order of sending."""
        sent, called = collections.defaultdict(dict), collections.defaultdict(dict)  # ordered sets
        for event in self.plan:
            if event.kind in ("good", "poison"):
                sent[event.key].setdefault(event.id)
        for line in lines_of(self.journal):
            if line["key"] is not None:
                called[line["key"]].setdefault(line["id"])
        self.assertEqual(sent.keys(), called.keys())
        for key, ids in sent.items():
            self.assertEqual(list(ids), list(called[key]), key)

    def check_dead_letters(self):
        letters = collections.defaultdict(list)
        for letter in everything_in(self.platform.broker, [INVOCATION_DLT], committed=True):
            letters[letter["x-name"]].append(letter)
        wanted = {**dict.fromkeys(self.ids("poison", "unknown"), 1), **{id: len(self.places[id]) for id in self.ids("invalid")}}
        self.assertEqual({}, {id: letters[id] for id in wanted.keys() | letters.keys() if len(letters[id]) != wanted.get(id)})
        problems = {"poison": ("handler-raised", "2"), "unknown": ("unknown-callback", "0"), "invalid": ("invalid-event", "0")}
        for event in self.plan:
            if event.kind in problems:
                letter = letters[event.id][0]
                self.assertEqual(problems[event.kind], (letter["callbacks-dlt-problem"], letter["callbacks-dlt-tries"]), letter)
                self.assertTrue(letter["callbacks-dlt-reason"], letter)
                self.assertEqual((event.key, event.value), (letter.key, letter.value))
                self.assertEqual(dict(event.headers), {name: text for name, text in letter.named.items()
                                                       if not name.startswith("callbacks-dlt-")})
                self.assertEqual(INVOCATION, letter["callbacks-dlt-topic"])
                self.assertIn("%s-%s" % (letter["callbacks-dlt-partition"], letter["callbacks-dlt-offset"]),
                              self.places[event.id])
        print("dead letters: %s" % ", ".join(
            "%d %s" % (len(self.ids(kind)), problem) for kind, (problem, _) in problems.items()))


OTHERS = """
import asyncio
async def handler(event):
    what = event["data"]["what"]
    if what == "sleep":
        await asyncio.sleep(%d)
    if what == "fail":
        raise ValueError("as ever")
    return 1
""" % SLOW_SECONDS

MIRROR = """
def handler(event):
    return event
"""

DIGEST = """
import base64, hashlib
def handler(event):
    body = event["body"] or ""
    body = base64.b64decode(body) if event["isBase64Encoded"] else body.encode()
    headers = {name.lower(): values for name, values in event["multiValueHeaders"].items()}
    return {"method": event["httpMethod"], "path": event["path"], "parameters": event["pathParameters"],
            "query": event["multiValueQueryStringParameters"], "type": headers.get("content-type"),
            "mine": headers.get("x-mine"), "length": len(body), "sha256": hashlib.sha256(body).hexdigest()}
"""

WRITES = """
import json, os, time
journal = os.open(os.environ["JOURNAL"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
def handler(event):
    number = event["data"]["number"] if "data" in event else json.loads(event["body"])["number"]
    time.sleep(float(os.environ.get("SECONDS", "0")))
    if os.environ.get("MODE") == "bad":
        raise ValueError("bad")
    os.write(journal, (json.dumps({"number": number}) + "\\n").encode())
    return number
"""


class Invocations(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.platform = EventPlatform()
        cls.addClassCleanup(cls.platform.remove)
        cls.platform.start()
        cls.results = Reader(cls.platform.broker, INVOCATION_RESULT)
        cls.letters = Reader(cls.platform.broker, INVOCATION_DLT)
        cls.addClassCleanup(cls.results.close)
        cls.addClassCleanup(cls.letters.close)
        cls.sender = Sender(cls.platform.broker)

    @classmethod
    def tearDownClass(cls):
        asyncapi.check_records(cls(), cls.platform.broker)

    def call_by_event(self, callback, data, key=None, id=None, **more):
        headers = cloud_event("order-placed", callback, id, **more)
        return dict(headers)["ce_id"], self.sender.send(INVOCATION, key, data, headers)

    # --- one key and the others

    def test_others_go_on_beside_a_slow_and_a_failing_key(self):
        callback = self.platform.created("others", OTHERS, concurrency=50)
        for _ in range(WARM_UP):
            self.window(callback)
        ratios = []
        while len(ratios) < MEASURES and (not ratios or ratios[-1] > MOST):  # the machine may have had more to do
            ratios.append(self.held_up(callback))
        self.assertLessEqual(min(ratios), MOST)

    def held_up(self, callback):
        """How many times as slow the other keys are beside such keys, as far as that is not noise."""
        without, beside = [], []
        for number in range(ROUNDS):  # in turn, since a platform gets faster for a while
            both = [lambda: without.append(self.window(callback)), lambda: beside.append(self.held_up_window(callback))]
            for window in both if number % 2 else reversed(both):
                window()
        print("\n%d keys at %d/s, record to result: without a slow and a failing key %s; beside them %s; "
              "median of the p99 %.1f times" % (
                  KEYS - 2, PER_SECOND, "; ".join(map(milliseconds, without)), "; ".join(map(milliseconds, beside)),
                  self.median(beside) / self.median(without)))
        return max(self.median(beside), NOISE) / max(self.median(without), NOISE)

    def held_up_window(self, callback):
        """The same beside a key that sleeps all the while and one that fails; over when they are."""
        ids = [self.call_by_event(callback, {"what": what}, key)[0] for what, key in (
            ("sleep", "slow"), ("behind", "slow"), ("fail", "failing"), ("fail", "failing"))]
        window = self.window(callback)
        self.assertNotIn(ids[0], self.results.by_id, "it slept for less long than the others took")
        answers = [self.results.answer(id, 120) for id in ids]
        self.assertEqual({"slow": {"invocation-completed"}, "failing": {"invocation-failed"}},
                         {key: {answer["ce_type"] for answer in answers if answer.key == key} for key in ("slow", "failing")})
        self.in_order([answer for answer in answers if answer.key == "slow"])
        return window

    @staticmethod
    def median(windows):
        return statistics.median(percentile(window, 0.99) for window in windows)

    def window(self, callback):
        """Sends events of many keys at a steady rate; seconds from sending each to reading its result."""
        begin, sent = time.monotonic(), {}
        for number in range(SECONDS_OF_A_WINDOW * PER_SECOND):
            time.sleep(max(0.0, begin + number / PER_SECOND - time.monotonic()))
            id, record = self.call_by_event(callback, {"what": "answer"}, "key-%d" % (number % (KEYS - 2)))
            sent[id] = record.at
        eventually(lambda: sent.keys() <= self.results.by_id.keys(), 120, "results of all keys")
        return [self.results.by_id[id][0].seen - at for id, at in sent.items()]

    def in_order(self, answers):
        places = [tuple(map(int, answer["ce_invocation"].split("-"))) for answer in answers]
        self.assertEqual(sorted(places), places)
        self.assertEqual(sorted(answers, key=lambda answer: answer.offset), answers)

    # --- what an event is

    def test_events_reach_the_handler_as_they_are(self):
        callback = self.platform.created("mirror/{id}", MIRROR)
        sent, now = {}, int(time.time() * 1000)
        for name, sample in cloud_events.valid(callback, "mirror").items():
            sent[name] = sample, self.sender.send(INVOCATION, sample.key, sample.value, sample.headers, timestamp=1)
        self.sender.flush()
        for name, (sample, record) in sent.items():
            with self.subTest(name):
                answer = self.results.answer(sample.event["attributes"]["id"])
                self.assertEqual("invocation-completed", answer["ce_type"], answer)
                self.assertGreaterEqual(record.timestamp, now, "the broker's time counts")
                self.assertEqual(sample.expected(record, instant(record.timestamp)), answer.json)
                self.assertEqual((record.partition, sample.key), (answer.partition, answer.raw_key))
                self.assertEqual(record.invocation, answer["ce_invocation"])
        print("\n%d kinds of CloudEvents as the handler is to get them" % len(sent))

    def test_what_is_no_event_is_a_dead_letter_at_once(self):
        callback = self.platform.created("never", "raise_now = 1\ndef handler(event):\n    return 'called'\n")
        cases = cloud_events.invalid(callback)
        names = {str(number): name for number, name in enumerate(cases)}
        for number, name in names.items():
            (headers, value), _ = cases[name]
            self.sender.send(INVOCATION, "invalid", value, [*headers, ("x-invalid", number)])
        self.sender.flush()
        for number, name in names.items():
            (headers, value), word = cases[name]
            with self.subTest(name):
                letter = self.letters.first(lambda one: one["x-invalid"] == number, 20, "dead letter of " + name)
                self.assertEqual(("invalid-event", "0"), (letter["callbacks-dlt-problem"], letter["callbacks-dlt-tries"]), letter)
                self.assertIn(word.lower(), letter["callbacks-dlt-reason"].lower())
                self.assertEqual(value, letter.value)
                self.assertNotIn("Exception", letter["callbacks-dlt-reason"])
        id, _ = self.call_by_event(callback, {}, "invalid")  # none of them held up their key, or was called
        self.assertEqual("called", self.results.answer(id).json)
        called = [record for record in self.results.records if record["ce_subject"] == str(callback)]
        self.assertEqual(1, len(called), called)
        print("\n%d kinds of records that are no events, each with its reason" % len(cases))

    def test_the_same_event_again_is_not_handled_again(self):
        journal = self.platform.data / "again"
        callback = self.platform.created("again", WRITES, env={"JOURNAL": str(journal)})
        id, _ = self.call_by_event(callback, {"number": 1}, "key")
        self.results.answer(id)
        self.call_by_event(callback, {"number": 1}, "key", id)
        self.call_by_event(callback, {"number": 2}, "key", id, source="/another")  # not the same: of another source
        last, _ = self.call_by_event(callback, {"number": 3}, "key")
        self.results.answer(last)
        self.assertEqual([1, 2, 3], [line["number"] for line in lines_of(journal)])
        self.assertEqual(2, len(self.results.by_id[id]))

    def test_a_callback_says_what_is_tried_again(self):
        code = ("def handler(event):\n"
                "    attempt = event['delivery']['attempt']\n"
                "    return {'statusCode': event['data']['statuses'][attempt - 1], 'body': str(attempt)}\n")
        callback = self.platform.created("tries", code, retry={"tries": 3, "statuses": [503, 418], "delay_ms": 50})
        for statuses, expected in (((503, 200), ("invocation-completed", "200", "2")),
                                   ((418, 503, 503), ("invocation-failed", "503", "3")),
                                   ((500,), ("invocation-completed", "500", "1")),  # is not among them
                                   ((404,), ("invocation-completed", "404", "1"))):
            with self.subTest(statuses):
                answer = self.results.answer(self.call_by_event(callback, {"statuses": statuses})[0])
                self.assertEqual(expected, (answer["ce_type"], answer["ce_statuscode"], answer["ce_tries"]), answer)
        letter = self.letters.first(lambda one: one["callbacks-dlt-callback"] == str(callback), what="dead letter")
        self.assertEqual(("status-503", "3"), (letter["callbacks-dlt-problem"], letter["callbacks-dlt-tries"]))

    def test_large_answers_are_beside_the_topic(self):
        callback = self.platform.created("large", "def handler(event):\n    return {'statusCode': 200, 'body': 'x' * 2000000}\n")
        id, sent = self.call_by_event(callback, None, track="true")
        answer = eventually(lambda: next((one for one in self.results.by_id[id] if one["ce_type"] == "invocation-completed"),
                                         None), 60, "answer")
        self.assertIsNone(answer.value)
        self.assertRegex(answer["ce_dataref"], "^sha256:[0-9a-f]{64}$")
        result = eventually(lambda: self.result(sent.invocation), 30, "result over HTTP")
        self.assertEqual(b"x" * 2000000, result.body)

    # --- over HTTP

    def later(self, path, body=None, method="POST", headers=None):
        """Calls without waiting; the id of the invocation."""
        answer = self.platform.call(method, "/api/" + path, body, {"Prefer": "respond-async", **(headers or {})})
        self.assertEqual(202, answer.status, answer)
        self.assertRegex(answer.headers["Location"], r"^/invocations/\d+-\d+$")
        return answer.headers["Location"].rpartition("/")[2]

    def invocation(self, id):
        answer = self.platform.call("GET", "/invocations/" + id)
        return answer.json if answer.status == 200 else None

    def result(self, id):
        answer = self.platform.call("GET", "/invocations/%s/result" % id)
        return answer if answer.status == 200 else None

    def await_state(self, id, *states, seconds=90):
        def reached():
            now = self.invocation(id)
            return now if now and now["state"] in states else None
        return eventually(reached, seconds, "invocation %s %s" % (id, states))

    def test_what_was_accepted_over_http_survives_a_kill(self):
        self.platform.created("digest/{name}", DIGEST, method="ANY")
        requests = self.requests()
        direct = [self.platform.invoke(path, body, method, headers).json for method, path, body, headers in requests]
        begin = time.monotonic()
        ids = [self.later(path, body, method, headers) for method, path, body, headers in requests]
        accepted = time.monotonic() - begin
        self.platform.kill_everything()
        self.platform.start()
        for id, expected, (_, _, body, _) in zip(ids, direct, requests):
            now = self.await_state(id, "completed")
            self.assertEqual((200, expected, None), (now["result"]["status"], json.loads(now["result"]["body"]),
                                                     now["result"]["body_base64"]))
            self.assertEqual((1, None, hashlib.sha256(body or b"").hexdigest()), (now["tries"], now["error"], expected["sha256"]))
            self.assertLess(moment(now["accepted_at"]), moment(now["ended_at"]))
            result = self.result(id)
            self.assertEqual((expected, "application/json"), (result.json, result.headers.get_content_type()))
        for id, expected in list(zip(ids, direct))[:6]:
            again = self.replayed(id)
            self.assertNotEqual(id, again)
            self.assertEqual(expected, json.loads(self.await_state(again, "completed")["result"]["body"]))
        print("\n%d calls accepted in %.1f s, all killed, none lost; replays got the same bytes" % (len(ids), accepted))
        self.assertEqual(expected, self.json_result(self.replayed(ids[5], {"revision": 1})))
        answer = self.platform.call("POST", "/invocations/%s/replay" % ids[0], {"revision": 9})
        self.assertEqual((409, "revision-not-serving"), (answer.status, answer.problem), answer)

    def requests(self):
        """Method, path, body and headers, of the kinds that are hard to keep first."""
        noise = random.Random(7)
        kinds = [("POST", "digest/text?a=1&a=2&b=%C3%BC", "Grüße".encode(), {"Content-Type": "text/plain; charset=utf-8"}),
                 ("PUT", "digest/binary", bytes(range(256)), {"Content-Type": "application/octet-stream", "X-Mine": "1"}),
                 ("POST", "digest/large", noise.randbytes(2 << 20), {"Content-Type": "image/png"}),
                 ("POST", "digest/largest", noise.randbytes(6 << 20), {"Content-Type": "image/png"}),
                 ("POST", "digest/nearly-large", noise.randbytes(900 * 1024), {"Content-Type": "image/png"}),
                 ("GET", "digest/nothing", None, {"X-Mine": "2"})]
        return kinds + [("POST", "digest/%d" % number, b'{"number": %d}' % number, {}) for number in range(20)]

    def replayed(self, id, body=None):
        answer = self.platform.call("POST", "/invocations/%s/replay" % id, body)
        self.assertEqual(202, answer.status, answer)
        return answer.headers["Location"].rpartition("/")[2]

    def json_result(self, id):
        self.await_state(id, "completed")
        return self.result(id).json

    def test_what_is_too_large_is_not_accepted(self):
        self.platform.created("too-large", MIRROR)
        answer = self.platform.call("POST", "/api/too-large", b"x" * ((6 << 20) + 1), {"Prefer": "respond-async"})
        self.assertEqual(413, answer.status, answer)

    def test_what_has_not_begun_is_called_off(self):
        journal = self.platform.data / "later"
        callback = self.platform.create("later", WRITES, env={"JOURNAL": str(journal)})
        eventually(lambda: self.platform.invoke("later", {}).problem == "not-deployed", 30, "the path is known")
        first = self.later("later", {"number": 1})
        answer = self.platform.call("DELETE", "/invocations/" + first)
        self.assertIn(answer.status, (200, 202), answer)
        now = self.await_state(first, "cancelled", seconds=30)
        self.assertEqual((None, None, 0), (now["result"], now["error"], now["tries"]))
        self.assertIsNone(self.result(first))
        second = self.later("later", {"number": 2})
        self.assertIn(self.await_state(second, "queued", "running")["state"], ("queued", "running"))
        self.platform.deploy(callback)
        self.assertEqual(2, self.json_result(second))
        self.assertEqual([2], [line["number"] for line in lines_of(journal)])
        for id in (first, second):
            answer = self.platform.call("DELETE", "/invocations/" + id)
            self.assertEqual(200 if id == first else 409, answer.status, answer)

    def test_what_has_begun_is_not_called_off(self):
        self.platform.created("begun", WRITES, env={"JOURNAL": str(self.platform.data / "begun"), "SECONDS": "4"})
        id = self.later("begun", {"number": 1})
        self.await_state(id, "running")
        answer = self.platform.call("DELETE", "/invocations/" + id)
        self.assertEqual((409, "invocation-begun"), (answer.status, answer.problem), answer)
        self.assertEqual(1, self.json_result(id))

    def test_events_can_be_asked_after_that_want_it(self):
        callback = self.platform.created("tracked", MIRROR)
        tracked, of_tracked = self.call_by_event(callback, {"a": 1}, track="true")
        other, of_other = self.call_by_event(callback, {"a": 1})
        self.sender.flush()
        now = self.await_state(of_tracked.invocation, "completed")
        self.assertEqual((callback, 200, 1), (now["callback_id"], now["result"]["status"], now["tries"]))
        self.assertEqual({"a": 1}, self.result(of_tracked.invocation).json["data"])
        self.results.answer(other)
        for id in (of_other.invocation, "0-999999999", "nonsense"):
            answer = self.platform.call("GET", "/invocations/" + id)
            self.assertIn(answer.status, (400, 404), answer)

    # --- dead letters

    def test_dead_letters_are_listed_read_and_replayed(self):
        journal = self.platform.data / "letters"
        env = {"JOURNAL": str(journal), "MODE": "bad"}
        callback = self.platform.created("letters", WRITES, env=env, retry={"tries": 1})
        requests = [self.later("letters", {"number": number}) for number in range(3)]
        for id in requests:
            now = self.await_state(id, "failed")
            self.assertEqual(("urn:callbacks:problem:handler-raised", 1), (now["error"]["type"], now["tries"]))
        events = [self.call_by_event(callback, {"number": number}, "key")[0] for number in range(3, 6)]
        for id in events:
            self.assertEqual("invocation-failed", self.results.answer(id)["ce_type"])
        letters = eventually(lambda: self.listed(callback, 6), 30, "six dead letters")
        self.assertEqual(sorted((self.place(letter) for letter in letters), reverse=True), list(map(self.place, letters)))
        self.read(letters)
        self.platform.put_env(callback, {**env, "MODE": "good"})
        self.replay_one(callback, letters[-1])
        answer = self.platform.call("POST", "/dead-letters/replay", {"callback_id": callback})
        self.assertEqual((202, {"replayed": 5}), (answer.status, answer.json), answer)
        eventually(lambda: self.listed(callback, 0) == [], 60, "no dead letters")
        numbers = eventually(lambda: len(lines_of(journal)) >= 6 and [line["number"] for line in lines_of(journal)], 60, "all")
        self.assertEqual([0, 1, 2, 3, 4, 5], sorted(numbers))
        self.assertIn(self.platform.call("GET", "/dead-letters/0-999999999").status, (400, 404))

    def listed(self, callback, wanted):
        """All dead letters of a callback, read in pages of two; None if they are not as many as wanted."""
        letters, cursor = [], ""
        while cursor is not None:
            page = self.platform.call("GET", "/dead-letters?callback_id=%d&limit=2%s" % (callback, cursor))
            self.assertEqual(200, page.status, page)
            letters += page.json["items"]
            cursor = "&cursor=%s" % page.json["next"] if page.json["next"] else None
        return letters if len(letters) == wanted else None

    @staticmethod
    def place(letter):
        return moment(letter["failed_at"])

    def read(self, letters):
        values = []
        for letter in letters:
            one = self.platform.call("GET", "/dead-letters/%s" % letter["dead_letter_id"]).json
            self.assertEqual(("handler-raised", "1"), (one["headers"]["callbacks-dlt-problem"],
                                                       one["headers"]["callbacks-dlt-tries"]))
            values.append(json.loads(one["value"] or base64.b64decode(one["value_base64"])))
        self.assertEqual([{"number": number} for number in range(6)], sorted(values, key=lambda value: value["number"]))

    def replay_one(self, callback, letter):
        answer = self.platform.call("POST", "/dead-letters/%s/replay" % letter["dead_letter_id"])
        self.assertEqual(202, answer.status, answer)
        self.await_state(answer.headers["Location"].rpartition("/")[2], "completed")
        left = eventually(lambda: self.listed(callback, 5), 30, "five dead letters")
        self.assertNotIn(letter["dead_letter_id"], [one["dead_letter_id"] for one in left])


def moment(text):
    """Of a time as the platform tells it, with or without a fraction of a second."""
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


def instant(milliseconds_of_epoch):
    at = datetime.datetime.fromtimestamp(milliseconds_of_epoch // 1000, datetime.timezone.utc)
    return at.strftime("%Y-%m-%dT%H:%M:%S") + ".%03dZ" % (milliseconds_of_epoch % 1000)


if __name__ == "__main__":
    unittest.main(verbosity=2)
