"""What must not be accepted is refused with the exact problem; never a 500, never a stack trace."""
import json
import socket
import unittest

from harness import Platform

GOOD = {"path": "good", "method": "POST", "type": "python", "code": "def handler(event):\n    return 1\n"}
TOO_LARGE = 600 * 1024

# name -> (changed fields, problem)
REFUSED = {
    "no path": ({"path": None}, "invalid-path"),
    "path of a number": ({"path": 5}, "invalid-path"),
    "empty path": ({"path": ""}, "invalid-path"),
    "dot segment": ({"path": "a/../b"}, "invalid-path"),
    "empty segment": ({"path": "a//b"}, "invalid-path"),
    "space in path": ({"path": "a b"}, "invalid-path"),
    "rest parameter not last": ({"path": "{rest*}/a"}, "invalid-path"),
    "same parameter twice": ({"path": "{a}/{a}"}, "invalid-path"),
    "unknown method": ({"method": "BREW"}, "invalid-method"),
    "no method": ({"method": None}, "invalid-method"),
    "unknown type": ({"type": "cobol"}, "invalid-type"),
    "no code": ({"code": None}, "invalid-code"),
    "empty code": ({"code": ""}, "invalid-code"),
    "code too large": ({"code": "#" * TOO_LARGE}, "invalid-code"),
    "library of a number": ({"library": 7}, "invalid-library"),
    "library too large": ({"library": "six\n" * 20000}, "invalid-library"),
    "library with option": ({"library": "--index-url http://index.example/"}, "invalid-library"),
    "library with URL": ({"library": "six @ http://index.example/six.whl"}, "invalid-library"),
    "library with path": ({"library": "./six"}, "invalid-library"),
    "library with git": ({"library": "git+https://git.example/six"}, "invalid-library"),
    "node library not JSON": ({"type": "node", "library": "axios"}, "invalid-library"),
    "node library with file": ({"type": "node", "library": {"dependencies": {"a": "file:../a"}}}, "invalid-library"),
    "node library with git": ({"type": "node", "library": {"dependencies": {"a": "git://git.example/a"}}}, "invalid-library"),
    "env of a list": ({"env": ["A"]}, "invalid-env"),
    "env value of a number": ({"env": {"A": 1}}, "invalid-env"),
    "env name with dash": ({"env": {"A-B": "1"}}, "invalid-env"),
    "env name reserved": ({"env": {"PATH": "/"}}, "invalid-env"),
    "env name of the platform": ({"env": {"CALLBACKS_TOKEN": "x"}}, "invalid-env"),
    "env too large": ({"env": {"A": "x" * 70000}}, "invalid-env"),
    "env with the mask for a new name": ({"env": {"A": "********"}}, "invalid-env"),
    "timeout of zero": ({"timeout_seconds": 0}, "invalid-timeout-seconds"),
    "timeout too long": ({"timeout_seconds": 901}, "invalid-timeout-seconds"),
    "timeout of a text": ({"timeout_seconds": "5"}, "invalid-timeout-seconds"),
    "timeout of a fraction": ({"timeout_seconds": 1.5}, "invalid-timeout-seconds"),
    "memory too small": ({"memory_mb": 1}, "invalid-memory-mb"),
    "concurrency of zero": ({"concurrency": 0}, "invalid-concurrency"),
    "instances of a number": ({"instances": 2}, "invalid-instances"),
    "fewest instances above most": ({"instances": {"min": 3, "max": 2}}, "invalid-min"),
    "too many instances": ({"instances": {"max": 101}}, "invalid-max"),
    "unknown field": ({"paht": "x"}, "unknown-field"),
}


class BadInput(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.platform = Platform(KUBECONFIG="/nowhere/config").start()  # whatever cluster there is
        cls.addClassCleanup(cls.platform.remove)
        cls.callback = cls.platform.create("there", GOOD["code"], method="GET")

    def problem(self, answer, status, name):
        self.assertEqual("application/problem+json", answer.headers.get_content_type(), answer)
        self.assertEqual((status, name), (answer.status, answer.problem), answer)
        self.assertTrue(answer.json["detail"], answer)
        self.assertNotIn("\tat ", answer.text)
        self.assertNotIn("Exception", answer.text)

    def test_every_field_has_its_rule(self):
        for name, (change, problem) in REFUSED.items():
            with self.subTest(name):
                answer = self.platform.call("POST", "/callbacks/", {**GOOD, **change})
                self.problem(answer, 400, problem)
                self.assertEqual(next(iter(change)) if "type" not in change or len(change) == 1 else "library",
                                 answer.json["field"].partition(".")[0])

    def test_all_faults_are_told_together(self):
        answer = self.platform.call("POST", "/callbacks/", {"path": "", "method": "X", "env": {"1": "a"}, "x": 1})
        self.assertEqual(400, answer.status)
        self.assertEqual({"path", "method", "type", "code", "env", "x"},
                         {fault["field"].partition(".")[0] for fault in answer.json["errors"]})

    def test_path_is_taken_once(self):
        answer = self.platform.call("POST", "/callbacks/", {**GOOD, "path": "/there", "method": "GET"})
        self.problem(answer, 409, "duplicate-path")
        self.assertIn(str(self.callback), answer.json["detail"])

    def test_bodies_that_are_no_json(self):
        bodies = {"empty": b"", "text": b"hello", "cut": b'{"path": "a"', "list": b"[]", "null": b"null",
                  "twice": b'{"path": "a", "path": "b"}', "trailing": b"{} {}", "latin-1": '{"path": "é"}'.encode("latin-1"),
                  "utf-16": '{"path": "a"}'.encode("utf-16"), "nul": b'{"path": "a\0b"}', "deep": b"[" * 100000,
                  "surrogate": b'{"path": "\\ud800"}'}
        for name, body in bodies.items():
            for method, path in (("POST", "/callbacks/"), ("PUT", "/callbacks/%d" % self.callback), ("POST", "/deploy/")):
                with self.subTest(name, method=method, path=path):
                    answer = self.platform.call(method, path, body)
                    self.assertIn(answer.status, (400, 413), answer)
                    self.assertEqual("application/problem+json", answer.headers.get_content_type(), answer)
                    self.assertNotIn("\tat ", answer.text)

    def test_ten_megabytes(self):
        answer = self.platform.call("POST", "/callbacks/", json.dumps({**GOOD, "code": "#" * (10 << 20)}))
        self.problem(answer, 413, "body-too-large")

    def test_other_content_types(self):
        for kind in ("text/plain", "application/x-www-form-urlencoded", "application/xml", "nonsense"):
            with self.subTest(kind):
                answer = self.platform.call("POST", "/callbacks/", "{}", {"Content-Type": kind})
                self.problem(answer, 415, "unsupported-media-type")

    def test_foreign_hosts_and_origins(self):
        answer = self.platform.call("GET", "/callbacks/", headers={"Host": "evil.example"})
        self.problem(answer, 421, "unknown-host")
        answer = self.platform.call("POST", "/callbacks/", GOOD, {"Origin": "http://evil.example"})
        self.problem(answer, 403, "foreign-origin")

    def test_absent_callbacks(self):
        for method, path, body in (("GET", "/callbacks/999", None), ("PUT", "/callbacks/999", {"env": {}}),
                                   ("GET", "/callbacks/999/revisions", None), ("GET", "/callbacks/999/logs", None),
                                   ("GET", "/callbacks/999/build-log", None), ("GET", "/callbacks/999/events", None),
                                   ("POST", "/callbacks/999/rollback", {"revision": 1}),
                                   ("POST", "/deploy/", {"callback_id": 999, "status": True})):
            with self.subTest(method + " " + path):
                self.problem(self.platform.call(method, path, body), 404, "unknown-callback")

    def test_ids_that_are_none(self):
        for wrong in ("x", "-1", "1.5", "99999999999999999999999", "%00"):
            with self.subTest(wrong):
                answer = self.platform.call("GET", "/callbacks/" + wrong)
                self.assertIn(answer.status, (400, 404), answer)
                self.assertEqual("application/problem+json", answer.headers.get_content_type())

    def test_deploys_that_make_no_sense(self):
        for body, status, name in (
                ({"status": True}, 400, "invalid-callback-id"),
                ({"callback_id": "1", "status": True}, 400, "invalid-callback-id"),
                ({"callback_id": self.callback}, 400, "invalid-status"),
                ({"callback_id": self.callback, "status": "yes"}, 400, "invalid-status"),
                ({"callback_id": self.callback, "status": True, "c_type": "moon"}, 400, "invalid-c-type"),
                ({"callback_id": self.callback, "status": True, "c_type": "k8s"}, 409, "target-unavailable"),
                ({"callback_id": self.callback, "status": True, "revision": 9}, 404, "unknown-revision"),
                ({"callback_id": self.callback, "status": True, "x": 1}, 400, "unknown-field")):
            with self.subTest(body):
                self.problem(self.platform.call("POST", "/deploy/", body), status, name)

    def test_stale_versions(self):
        answer = self.platform.call("PUT", "/callbacks/%d" % self.callback, {"timeout_seconds": 5}, {"If-Match": '"999"'})
        self.problem(answer, 412, "version-mismatch")

    def test_unknown_paths_of_functions(self):
        self.problem(self.platform.invoke("nowhere", {}), 404, "unknown-path")
        answer = self.platform.invoke("there", {}, method="POST")
        self.problem(answer, 405, "method-not-allowed")
        self.assertIn("GET", answer.headers["Allow"])
        self.problem(self.platform.invoke("there", method="GET"), 404, "not-deployed")

    def raw(self, request):
        with socket.create_connection(("127.0.0.1", self.platform.port), 10) as connection:
            connection.sendall(request)
            connection.settimeout(10)
            answer = b""
            while True:
                try:
                    part = connection.recv(65536)
                except socket.timeout:
                    return answer
                answer += part
                if not part or b"\r\n\r\n" in answer:
                    return answer

    def test_ambiguous_requests(self):
        head = b"POST /api/there HTTP/1.1\r\nHost: localhost\r\n"
        for name, request in {
                "both lengths": head + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "two lengths": head + b"Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
                "signed length": head + b"Content-Length: +3\r\n\r\nabc",
                "space before colon": head + b"Content-Length : 3\r\n\r\nabc",
                "folded": head + b"X-A: 1\r\n 2\r\n\r\n",
                "other encoding": head + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
                "no host": b"GET /api/there HTTP/1.1\r\n\r\n",
                "two hosts": head + b"Host: other\r\n\r\n",
                "dot segment": b"GET /api/a/../b HTTP/1.1\r\nHost: localhost\r\n\r\n",
                "encoded dot segment": b"GET /api/a/%2e%2e/b HTTP/1.1\r\nHost: localhost\r\n\r\n",
                "NUL": b"GET /api/a%00b HTTP/1.1\r\nHost: localhost\r\n\r\n"}.items():
            with self.subTest(name):
                self.assertRegex(self.raw(request), rb"^HTTP/1\.1 400 ")


if __name__ == "__main__":
    unittest.main(verbosity=2)
