"""The event and the context."""
import time
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from callbacks_shim.event import BadEvent, Context, Job, body_of, event_of, job_of, multi, parameters_of
from callbacks_shim.http1 import Parser


def request_of(target="/api/shop/7", headers=(), body=b""):
    lines = "".join("%s: %s\r\n" % header for header in headers)
    parser = Parser(1 << 20)
    parser.feed(("POST %s HTTP/1.1\r\nHost: x\r\n%sContent-Length: %d\r\n\r\n" % (target, lines, len(body))).encode("latin-1") + body)
    return parser.next()


BY_EVENT = ("X-Callbacks-Event", "cloudevents/1.0")


def event(target="/api/shop/7", headers=(), body=b""):
    return event_of(job_of(request_of(target, headers, body), "id-1", "10.0.0.1", 5.0), "17")


class Events(unittest.TestCase):
    def test_path_is_below_the_prefix(self):
        for target, path in {"/api/a/b": "/a/b", "/api": "/", "/api/": "/", "/apis": "/apis", "/api?x": "/", "/": "/"}.items():
            self.assertEqual(event(target)["path"], path, target)
        self.assertEqual(event("/api/a?x=1")["requestContext"]["path"], "/api/a")

    def test_query_is_decoded(self):
        made = event("/api/a?x=1&y=%C3%BC+z&x=2&empty=&bare")
        self.assertEqual(made["queryStringParameters"], {"x": "2", "y": "ü z", "empty": "", "bare": ""})
        self.assertEqual(made["multiValueQueryStringParameters"]["x"], ["1", "2"])
        self.assertIsNone(event("/api/a?")["queryStringParameters"])

    def test_headers_of_the_platform_become_members(self):
        made = event(headers=[("X-Callbacks-Resource", "/shop/{id}"), ("x-callbacks-path-parameters", '{"id": "\\u00fc"}'),
                              ("X-Callbacks-Source-Ip", "1.2.3.4"), ("User-Agent", "u")])
        self.assertEqual((made["resource"], made["pathParameters"]), ("/shop/{id}", {"id": "ü"}))
        self.assertEqual(made["requestContext"]["identity"], {"sourceIp": "1.2.3.4", "userAgent": "u"})
        self.assertFalse([name for name in made["headers"] if name.lower().startswith("x-callbacks")])

    def test_headers_of_the_hop_are_taken_off(self):
        made = event(headers=[("Connection", "keep-alive"), ("TE", "trailers"), ("keep-alive", "5"), ("X-A", "b")])
        self.assertEqual(sorted(made["headers"]), ["Content-Length", "Host", "X-A", "X-Request-Id"])

    def test_defaults_without_them(self):
        made = event()
        self.assertEqual((made["resource"], made["pathParameters"]), ("/{proxy+}", None))
        self.assertEqual(made["requestContext"]["identity"], {"sourceIp": "10.0.0.1", "userAgent": None})

    def test_request_id_is_in_the_headers_once(self):
        self.assertEqual(event()["headers"]["X-Request-Id"], "id-1")
        self.assertEqual(event(headers=[("x-request-id", "id-2")])["multiValueHeaders"]["x-request-id"], ["id-2"])

    def test_names_the_callback(self):
        context = event()["requestContext"]
        self.assertEqual((context["accountId"], context["apiId"], context["resourceId"]), ("callbacks", "17", "17"))

    def test_body_is_text_or_base64(self):
        self.assertEqual(body_of(b""), (None, False))
        self.assertEqual(body_of("ü".encode()), ("ü", False))
        self.assertEqual(body_of(b"\xff"), ("/w==", True))

    def test_parameters_that_are_none(self):
        for text in ("", "{}", "[]", "7", "nonsense", "[" * 60000):
            self.assertIsNone(parameters_of(text), text[:20])

    def test_maps_keep_the_last_and_all(self):
        self.assertEqual(multi([("a", "1"), ("b", "2"), ("a", "3")]), ({"a": "3", "b": "2"}, {"a": ["1", "3"], "b": ["2"]}))
        self.assertEqual(multi([]), (None, None))

    def test_job_survives_its_journey(self):
        job = job_of(request_of(), "id-1", "peer", 5.0)
        again = Job(*job.values())
        self.assertEqual(again.values(), job.values())

    def test_call_by_event_has_the_body_for_its_event(self):
        for body, value in {
            '{"data": "ü\U0001f600", "data_base64": null}': {"data": "ü\U0001f600", "data_base64": None},
            '{"a": 12345678901234567890, "a": [{}]}': {"a": [{}]}, "null": None, " [1.5] ": [1.5], '"\\ud800"': "\ud800",
        }.items():
            self.assertEqual(event("/", [BY_EVENT], body.encode()), value, body)

    def test_gateway_alone_says_what_is_a_call_by_event(self):
        made = event("/", [("Content-Type", "application/cloudevents+json")], b'{"httpMethod": "none"}')
        self.assertEqual((made["httpMethod"], made["body"]), ("POST", '{"httpMethod": "none"}'))
        self.assertEqual(event("/", [(BY_EVENT[0].lower(), "")], b"{}"), {})

    def test_bodies_that_are_no_event(self):
        for body in (b"", b"{", b"{} x", b"words", b"{'a': 1}", b'"\xff"', b"\xef\xbb\xbf{}", "{}".encode("utf-16"),
                     b"[" * 100000 + b"]" * 100000):
            with self.assertRaises(BadEvent, msg=body[:20]):
                event("/", [BY_EVENT], body)


class Contexts(unittest.TestCase):
    def test_names_what_runs(self):
        told = {"CALLBACKS_FUNCTION_NAME": "f", "CALLBACKS_REVISION": "3", "CALLBACKS_MEMORY_MB": "64"}
        context = Context("id-1", time.monotonic() + 1, told)
        self.assertEqual((context.aws_request_id, context.function_name, context.function_version), ("id-1", "f", "3"))
        self.assertEqual(context.memory_limit_in_mb, "64")

    def test_remaining_time_counts_down_to_nothing(self):
        self.assertTrue(900 < Context("", time.monotonic() + 1, {}).get_remaining_time_in_millis() <= 1000)
        self.assertEqual(Context("", time.monotonic() - 1, {}).get_remaining_time_in_millis(), 0)


if __name__ == "__main__":
    unittest.main()
