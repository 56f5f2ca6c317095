"""What a handler returned, as an answer."""
import types
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from callbacks_shim.result import BadAnswer, answer_of, piece_of

JSON = ("Content-Type", "application/json")


class Results(unittest.TestCase):
    def answers(self, result, status, headers, body):
        answer = answer_of(result)
        self.assertEqual((answer.status, answer.headers, answer.body), (status, headers, body))

    def test_anything_is_json(self):
        for value, body in [(None, b"null"), ("ü", '"ü"'.encode()), ([1, 2.5], b"[1,2.5]"), ({"status": 1}, b'{"status":1}')]:
            self.answers(value, 200, [JSON], body)

    def test_mapping_with_a_status_is_an_answer(self):
        self.answers({"statusCode": 201}, 201, [JSON], b"")
        self.answers(types.MappingProxyType({"statusCode": "201", "body": "x"}), 201, [JSON], b"x")
        self.answers({"statusCode": 200.0, "body": {"a": 1}}, 200, [JSON], b'{"a":1}')

    def test_statuses_that_are_none(self):
        for status in (199, 600, "2 0", "", "٢٠٠", "0200", None, True, 200.5, [], float("nan"), float("inf")):
            with self.assertRaises(BadAnswer, msg=status):
                answer_of({"statusCode": status})

    def test_bodiless_statuses_lose_their_body(self):
        for status in (204, 304):
            self.assertEqual(answer_of({"statusCode": status, "body": "x"}).body, b"")

    def test_content_type_of_the_function_is_kept(self):
        self.answers({"statusCode": 200, "headers": {"content-TYPE": "a/b"}}, 200, [("content-TYPE", "a/b")], b"")

    def test_values_are_written_as_json(self):
        headers = answer_of({"statusCode": 200, "headers": {"A": 1, "B": True, "C": 1.5}}).headers
        self.assertEqual(headers[:3], [("A", "1"), ("B", "true"), ("C", "1.5")])

    def test_several_values_win_without_case(self):
        result = {"statusCode": 200, "headers": {"X-A": "no", "B": "b"}, "multiValueHeaders": {"x-a": ["1", "2"]}}
        self.assertEqual(answer_of(result).headers[:3], [("B", "b"), ("x-a", "1"), ("x-a", "2")])

    def test_cookies_are_set_one_by_one(self):
        self.assertEqual(answer_of({"statusCode": 200, "cookies": ["a=1", "b=2"]}).headers[:2], [("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")])

    def test_headers_that_are_none(self):
        for more in ({"headers": []}, {"headers": {"A": "\n"}}, {"headers": {"A": None}}, {"headers": {1: "a"}}, {"headers": {"": "a"}},
                     {"multiValueHeaders": {"A": "1"}}, {"multiValueHeaders": []}, {"cookies": "a=1"}, {"cookies": ["a\r\n"]},
                     {"headers": {"A": "a" * 70000}}, {"headers": {"A": float("nan")}}):
            with self.assertRaises(BadAnswer, msg=more):
                answer_of(dict(more, statusCode=200))

    def test_bytes_are_as_they_are(self):
        for body in (b"\xff", bytearray(b"\xff"), memoryview(b"\xff")):
            self.assertEqual(answer_of({"statusCode": 200, "body": body}).body, b"\xff")

    def test_base64_is_decoded_or_refused(self):
        self.assertEqual(answer_of({"statusCode": 200, "body": "/w==", "isBase64Encoded": True}).body, b"\xff")
        for body in ("*", "/w=", "ü", {"a": 1}, 7):
            with self.assertRaises(BadAnswer, msg=body):
                answer_of({"statusCode": 200, "body": body, "isBase64Encoded": True})

    def test_iterators_stay_what_they_are(self):
        iterator = iter(["a"])
        self.assertIs(answer_of({"statusCode": 200, "body": iterator}).body, iterator)

    def test_values_that_cannot_be_json(self):
        circular = []
        circular.append(circular)
        for value in (object(), {1, 2}, float("nan"), circular, b"bytes", "\ud800"):
            with self.assertRaises(BadAnswer, msg=repr(value)):
                answer_of(value)
        with self.assertRaises(BadAnswer):
            answer_of({"statusCode": 200, "body": "\ud800"})

    def test_pieces_are_strings_or_bytes(self):
        self.assertEqual([piece_of(piece) for piece in ("ü", b"a", bytearray(b"b"))], ["ü".encode(), b"a", b"b"])
        with self.assertRaises(BadAnswer):
            piece_of(7)


if __name__ == "__main__":
    unittest.main()
