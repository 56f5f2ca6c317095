"""Managing by event: the same as over HTTP, done once however often it is sent; and the examples of producers."""
import json
import os
import re
import shutil
import subprocess
import time
import unittest
import uuid

import asyncapi
import kafka_tools
from harness import ROOT, command_line, eventually, milliseconds, using
from kafka_clients import (COMMAND, COMMAND_DLT, COMMAND_RESULT, INVOCATION, INVOCATION_RESULT, JSON, STRUCTURED,
                           EventPlatform, Reader, Sender, cloud_event, python)
from test_bad_input import GOOD, REFUSED

PRODUCERS = ROOT / "examples" / "producers"
MAVEN = os.environ.get("MAVEN", "mvn")
GREETING = """
import os
N = os.environ["N"]
def handler(event):
    return {"statusCode": 200, "headers": {"Content-Type": "text/plain"}, "body": N}
"""
SLOW_START = """
import time
time.sleep(6)
def handler(event):
    return 1
"""


class Commands(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.platform = EventPlatform(KUBECONFIG="/nowhere/config")  # whatever cluster there is
        cls.addClassCleanup(cls.platform.remove)
        cls.platform.start()
        cls.results = Reader(cls.platform.broker, COMMAND_RESULT, INVOCATION_RESULT)
        cls.letters = Reader(cls.platform.broker, COMMAND_DLT)
        cls.addClassCleanup(cls.results.close)
        cls.addClassCleanup(cls.letters.close)
        cls.sender = Sender(cls.platform.broker)

    @classmethod
    def tearDownClass(cls):
        asyncapi.check_records(cls(), cls.platform.broker)

    def send(self, type, subject=None, data=None, key="commands", id=None, **extensions):
        """Sends a command; its id."""
        headers = cloud_event(type, subject, id, **extensions)
        self.sender.sent_one(COMMAND, key, data, headers)
        return dict(headers)["ce_id"]

    def answer(self, *command, seconds=90, **more):
        return self.results.answer(self.send(*command, **more), seconds)

    def done(self, *command, status=200, **more):
        """What succeeded, as the answer tells it."""
        answer = self.answer(*command, **more)
        self.assertEqual(("command-succeeded", str(status)), (answer["ce_type"], answer["ce_statuscode"]), answer)
        return answer.json if answer.value else None

    # --- a life

    def test_a_whole_life_by_events_alone(self):
        begin = time.monotonic()
        made = self.done("create-callback", None, {**GOOD, "path": "life", "code": GREETING, "env": {"N": "1"}}, status=201)
        number = made["callback_id"]
        self.assertEqual(("life", {"N": "********"}, 1), (made["path"], made["env"], made["revision"]))
        deployed = self.done("deploy", number, {"c_type": "process"}, prefer="wait=60")
        self.assertEqual(("deployed", "process"), (deployed["status"], deployed["deployment"]["c_type"]))
        created = time.monotonic() - begin
        self.assertEqual("1", self.called(number))
        times = []
        for value in "23456":
            begin = time.monotonic()
            self.done("update-env", number, {"N": value})
            times.append(time.monotonic() - begin)
            self.assertEqual(value, self.called(number))
            self.assertEqual(value, self.platform.invoke("life", {}).text)
        patched = self.done("patch-callback", number, {"env": {"N": "7", "MORE": "m"}, "timeout_seconds": 20},
                            prefer="wait=60")  # a rollout, unlike a change of env alone
        self.assertEqual((["MORE", "N"], 20), (sorted(patched["env"]), patched["timeout_seconds"]))
        self.assertEqual("7", self.called(number))
        code = GREETING.replace('"body": N', '"body": "new " + N')
        self.done("update-callback", number, {"code": code}, prefer="wait=60")
        self.assertEqual("new 7", self.called("POST life"))
        self.done("rollback", number, {"revision": 1}, prefer="wait=60")
        self.assertEqual("7", self.called(number))
        rebuilt = self.done("rebuild", number, prefer="wait=60")
        self.assertEqual(3, rebuilt["revision"])
        undeployed = self.done("undeploy", number)
        self.assertEqual("undeployed", undeployed["status"])
        self.done("deploy", number, prefer="wait=60")  # where it was
        self.assertEqual("7", self.called(number))
        self.assertIsNone(self.done("delete-callback", number, status=204))
        self.assertIsNone(self.done("delete-callback", number, status=204))  # repeatable, as over HTTP
        self.assertEqual(404, self.platform.call("GET", "/callbacks/%d" % number).status)
        print("\na life by events: created and serving after %.1f s; env change sent to answered %s" % (
            created, milliseconds(times)))

    def called(self, subject):
        id = str(uuid.uuid4())
        self.sender.sent_one(INVOCATION, "calls", {}, cloud_event("call", subject, id))
        answer = self.results.answer(id)
        self.assertEqual(("invocation-completed", "200"), (answer["ce_type"], answer["ce_statuscode"]), answer)
        return answer.text

    # --- faults

    def test_faults_are_told_as_over_http(self):
        there = self.done("create-callback", None, {**GOOD, "path": "faults"}, status=201)["callback_id"]
        cases = {name: (("create-callback", None, {**GOOD, **change}), ("POST", "/callbacks/", {**GOOD, **change}))
                 for name, (change, _) in REFUSED.items() if len(json.dumps(change)) < 900000}
        cases.update({
            "all at once": (("create-callback", None, {"path": "", "method": "X", "x": 1}),
                            ("POST", "/callbacks/", {"path": "", "method": "X", "x": 1})),
            "path that is taken": (("create-callback", None, {**GOOD, "path": "/faults"}),
                                   ("POST", "/callbacks/", {**GOOD, "path": "/faults"})),
            "change of nothing": (("update-callback", 999, {"env": {}}), ("PUT", "/callbacks/999", {"env": {}})),
            "patch of nothing": (("patch-callback", 999, {"env": {}}), ("PATCH", "/callbacks/999", {"env": {}})),
            "env of nothing": (("update-env", 999, {}), ("PUT", "/callbacks/999", {"env": {}})),
            "env that is wrong": (("update-env", there, {"A-B": "1", "PATH": "x"}),
                                  ("PUT", "/callbacks/%d" % there, {"env": {"A-B": "1", "PATH": "x"}})),
            "env of a list": (("update-env", there, ["A"]), ("PUT", "/callbacks/%d" % there, {"env": ["A"]})),
            "deploy of nothing": (("deploy", 999, None), ("POST", "/deploy/", {"callback_id": 999, "status": True})),
            "deploy to the moon": (("deploy", there, {"c_type": "moon"}),
                                   ("POST", "/deploy/", {"callback_id": there, "status": True, "c_type": "moon"})),
            "deploy where it cannot be": (("deploy", there, {"c_type": "k8s"}),
                                          ("POST", "/deploy/", {"callback_id": there, "status": True, "c_type": "k8s"})),
            "deploy of no revision": (("deploy", there, {"revision": 9}),
                                      ("POST", "/deploy/", {"callback_id": there, "status": True, "revision": 9})),
            "deploy with more": (("deploy", there, {"x": 1}),
                                 ("POST", "/deploy/", {"callback_id": there, "status": True, "x": 1})),
            "undeploy of nothing": (("undeploy", 999, None), ("POST", "/deploy/", {"callback_id": 999, "status": False})),
            "rollback to nothing": (("rollback", there, {}), ("POST", "/callbacks/%d/rollback" % there, {})),
            "rollback to no revision": (("rollback", there, {"revision": 9}),
                                        ("POST", "/callbacks/%d/rollback" % there, {"revision": 9})),
            "rebuild of nothing": (("rebuild", 999, None), ("POST", "/callbacks/999/rebuild", {})),
        })
        sent = {name: self.send(*command, key=None) for name, (command, _) in cases.items()}
        for name, (_, (method, path, body)) in cases.items():
            with self.subTest(name):
                answer = self.results.answer(sent[name])
                expected = self.platform.call(method, path, body)
                self.assertEqual(("command-failed", str(expected.status), "application/problem+json"),
                                 (answer["ce_type"], answer["ce_statuscode"], answer["content-type"]), answer)
                self.assertEqual(self.told(expected), self.told(answer))
        print("\n%d faults, each told as over HTTP" % len(cases))

    @staticmethod
    def told(answer):
        """But for the path, and for the fields that are known, which for a deploy by event are fewer."""
        problem = json.loads(re.sub('; known: [^"]*"', '"', json.dumps(answer.json)))
        return {name: value for name, value in problem.items() if name != "instance"}

    def test_odd_data_is_told_as_over_http_and_holds_up_none(self):
        whole = {**GOOD, "path": "odd"}
        half, zero = "half \ud83d", "zero \0"
        cases = {name: (value if isinstance(value, bytes) else json.dumps(value).encode(), JSON) for name, value in {
            "nothing": b"", "a part": b'{"path": ', "two": b"{} {}", "null": b"null", "a number": b"1", "an array": b"[]",
            "not UTF-8": b'{"path": "\xff"}', "UTF-16": json.dumps(whole).encode("utf-16"),
            "deep": b'{"path": ' + b"[" * 5000 + b"]" * 5000 + b"}", "a name twice": b'{"path": "a", "path": "b"}',
            "a long number": b'{"timeout_seconds": ' + b"9" * 5000 + b"}", "a large number": b'{"timeout_seconds": 1e999999999}',
            "half a character as path": {**whole, "path": half}, "half a character as type": {**whole, "type": half},
            "half a character as name": {**whole, half: 1}, "half a character in code": {**whole, "code": "# " + half},
            "half a character in env": {**whole, "env": {"A": half}}, "half a character as env": {**whole, "env": {half: "a"}},
            "zero as path": {**whole, "path": zero}, "zero as name": {**whole, zero: 1},
            "zero in env": {**whole, "env": {"A": zero}}, "zero as env": {**whole, "env": {zero: "a"}},
            "half a character as library": {**whole, "library": half},
        }.items()}
        types = ("text/plain", "application/json; charset=nonsense", 'application/json; charset="utf-8',
                 "application/json; charset", "application/json;", "application/json; =")
        cases.update({type: (json.dumps({**whole, "path": "odd-%d" % number}).encode(), type)
                      for number, type in enumerate(types)})
        sent = {}
        for name, (value, type) in cases.items():
            sent[name] = str(uuid.uuid4())
            self.sender.send(COMMAND, "odd", value, cloud_event("create-callback", None, sent[name], content_type=type))
        last = self.send("create-callback", None, {**whole, "path": "odd-last"}, "odd")
        self.assertEqual("201", self.results.answer(last, 30)["ce_statuscode"])
        for name, (value, type) in cases.items():
            with self.subTest(name):
                answer = self.results.answer(sent[name], 1)
                if answer["ce_statuscode"] == "201":  # so that the next may, too
                    self.platform.delete(answer.json["callback_id"])
                expected = self.platform.call("POST", "/callbacks/", value, {"Content-Type": type})
                if expected.status == 201:
                    self.platform.delete(expected.json["callback_id"])
                self.assertEqual(str(expected.status), answer["ce_statuscode"], (expected, answer))
                if expected.status != 201 and type == JSON:
                    self.assertEqual(self.told(expected), self.told(answer))

    def test_what_is_no_command_is_a_dead_letter(self):
        good = {"specversion": "1.0", "id": "c-1", "source": "/e2e", "type": "undeploy", "subject": "1"}
        cases = {
            "nothing": ({}, None),
            "no id": (self.headers(good, "id"), None),
            "no type": (self.headers(good, "type"), None),
            "specversion": ({**self.headers(good), "ce_specversion": "0.3"}, None),
            "structured, no JSON": ({"content-type": STRUCTURED}, b"{"),
            "structured, no source": ({"content-type": STRUCTURED},
                                      json.dumps({k: v for k, v in good.items() if k != "source"}).encode()),
        }
        sent = {name: self.sender.send(COMMAND, "dead", value, [*headers.items(), ("x-case", name)])
                for name, (headers, value) in cases.items()}
        self.sender.flush()
        for name, (headers, value) in cases.items():
            with self.subTest(name):
                letter = self.letters.first(lambda one: one["x-case"] == name, 20, "dead letter of " + name)
                self.assertTrue(letter["callbacks-dlt-reason"])
                self.assertNotIn("Exception", letter["callbacks-dlt-reason"])
                self.assertEqual((value, "dead"), (letter.value, letter.key))
                self.assertEqual(headers, {name: text for name, text in letter.named.items()
                                           if not name.startswith(("callbacks-dlt-", "kafka_dlt-")) and name != "x-case"})
                self.assertEqual((COMMAND, sent[name].partition, sent[name].offset), asyncapi.command_place(letter))

    @staticmethod
    def headers(attributes, *left_out):
        return {"ce_" + name: value for name, value in attributes.items() if name not in left_out}

    # --- once, and in order

    def test_the_same_command_again_is_done_once_and_answered_alike(self):
        id, data = str(uuid.uuid4()), {**GOOD, "path": "once"}
        for _ in range(3):
            self.send("create-callback", None, data, id=id)
        answers = eventually(lambda: self.results.by_id[id] if len(self.results.by_id[id]) == 3 else None, 60, "three answers")
        told = {(answer["ce_type"], answer["ce_statuscode"], answer["ce_subject"], answer.key) for answer in answers}
        self.assertEqual(1, len(told), answers)
        self.assertEqual(answers[0].json, answers[1].json)
        self.assertEqual(answers[0].json, answers[2].json)
        self.platform.kill_everything()
        self.platform.start()
        self.send("create-callback", None, data, id=id)
        again = eventually(lambda: self.results.by_id[id][3:], 90, "the same answer after a kill")[0]
        self.assertEqual((answers[0]["ce_subject"], answers[0].json), (again["ce_subject"], again.json))
        self.assertEqual(["once"], [one["path"] for one in self.platform.call("GET", "/callbacks/?path=once").json["items"]])
        self.send("create-callback", None, data, id=id, source="/another")  # not the same: of another source
        other = eventually(lambda: self.results.by_id[id][4:], 60, "an answer of its own")[0]
        self.assertEqual(("command-failed", "duplicate-path"), (other["ce_type"], other.problem), other)

    def test_structured_commands_do_as_well(self):
        id = str(uuid.uuid4())
        event = {"specversion": "1.0", "id": id, "source": "/e2e", "type": "create-callback",
                 "data": {**GOOD, "path": "structured"}}
        self.sender.sent_one(COMMAND, None, event, [("content-type", STRUCTURED)])
        answer = self.results.answer(id)
        self.assertEqual(("command-succeeded", "201", None), (answer["ce_type"], answer["ce_statuscode"], answer.key), answer)

    def test_commands_of_a_key_are_in_order_and_a_wait_holds_up_none(self):
        number = self.done("create-callback", None, {**GOOD, "path": "slow-start", "code": SLOW_START}, status=201,
                           key="order")["callback_id"]
        waiting = self.send("deploy", number, {"c_type": "process"}, key="order", prefer="wait=60")
        ids = [self.send("patch-callback", number, {"timeout_seconds": seconds}, key="order", prefer="respond-async")
               for seconds in range(10, 30)]
        answers = [self.results.answer(id) for id in ids]
        self.assertNotIn(waiting, self.results.by_id)
        self.assertEqual(list(range(10, 30)), [answer.json["timeout_seconds"] for answer in answers])
        versions = [answer.json["version"] for answer in answers]
        self.assertEqual(sorted(set(versions)), versions)
        deployed = self.results.answer(waiting)
        self.assertEqual(("200", "deployed"), (deployed["ce_statuscode"], deployed.json["status"]))

    def test_a_wait_ends_when_it_said(self):
        number = self.done("create-callback", None, {**GOOD, "path": "slower-start", "code": SLOW_START}, status=201)["callback_id"]
        answer = self.answer("deploy", number, {"c_type": "process"}, prefer="wait=1", seconds=20)
        self.assertEqual(("command-succeeded", "202"), (answer["ce_type"], answer["ce_statuscode"]), answer)
        self.platform.await_status(number, "deployed")

    # --- the examples

    def example(self, name, command, seconds=240, **environment):
        begin = time.monotonic()
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              timeout=seconds, env={**os.environ, **environment})
        self.assertEqual(0, done.returncode, done.stdout)
        self.assertIn("OK: every answer was as expected", done.stdout.splitlines())
        print("\nexample in %s: %.1f s" % (name, time.monotonic() - begin))
        return done.stdout

    def test_example_in_python(self):
        self.example("Python", [python(), str(PRODUCERS / "python" / "life.py"), self.platform.broker, "process"])

    def test_example_sees_wrong_answers(self):
        done = subprocess.run([python(), str(PRODUCERS / "python" / "life.py"), self.platform.broker, "moon"],
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=120)
        self.assertEqual(1, done.returncode, done.stdout)
        self.assertIn("FAILED: deploy was refused", done.stdout)

    def test_example_in_java(self):
        if not shutil.which(MAVEN):
            self.skipTest("there is no Maven")
        target = ROOT / "target" / "e2e-example"
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(PRODUCERS / "java", target, ignore=shutil.ignore_patterns("target"))
        self.example("Java", [MAVEN, "-B", "-q", "-Dstyle.color=never", "-f", str(target), "compile", "exec:java",
                              "-Dexec.args=%s process" % self.platform.broker], 600)

    def test_example_for_the_shell(self):
        tools = kafka_tools.directory(command_line(self.platform.jvm)[0])
        if not tools:
            self.skipTest("Kafka's console tools are not there, and Maven cannot get them")
        self.example("the shell", [str(PRODUCERS / "shell" / "life.sh"), self.platform.broker, "process"], KAFKA_BIN=tools)
        self.assertEqual([], [command_line(pid) for pid in using(self.platform.broker)])


if __name__ == "__main__":
    unittest.main(verbosity=2)
