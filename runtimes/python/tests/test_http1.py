"""The parser of requests and the writer of heads."""
import random
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from callbacks_shim import http1

GET = b"GET /api/h HTTP/1.1\r\nHost: x\r\n"
POST = b"POST /api/h HTTP/1.1\r\nHost: x\r\n"
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n"


def parsed(*parts, max_body=1000):
    """The requests that were in the parts, and the status of the refusal behind them."""
    parser, found = http1.Parser(max_body), []
    try:
        for part in parts:
            parser.feed(part)
            request = parser.next()
            while request:
                found.append(request)
                request = parser.next()
    except http1.HttpError as error:
        return found, error.status
    return found, None


class Parsing(unittest.TestCase):
    def refuses(self, status, data):
        self.assertEqual(parsed(data), ([], status), data)

    def test_takes_a_request_apart(self):
        (request,), _ = parsed(POST + b"X-A:  b c \r\nx-a: d\r\nContent-Length: 3\r\n\r\nabc")
        self.assertEqual((request.method, request.target, request.body), ("POST", "/api/h", b"abc"))
        self.assertEqual(request.headers[1:3], [("X-A", "b c"), ("x-a", "d")])
        self.assertEqual(request.header("x-a"), "d")
        self.assertIsNone(request.header("x-b"))

    def test_takes_chunks_with_extensions_and_trailers(self):
        (request,), _ = parsed(CHUNKED + b"3;a=b\r\nabc\r\nA\r\n0123456789\r\n0\r\nX: y\r\n\r\n")
        self.assertEqual(request.body, b"abc0123456789")

    def test_gives_the_same_however_the_bytes_arrive(self):
        data = CHUNKED + b"3\r\nabc\r\n0\r\nX: y\r\n\r\n" + GET + b"\r\n" + POST + b"Content-Length: 2\r\n\r\nhi\r\n" + GET + b"\r\n"
        whole = [(r.method, r.body) for r in parsed(data)[0]]
        self.assertEqual(len(whole), 4)
        for size in range(1, 40):
            parts = [data[at : at + size] for at in range(0, len(data), size)]
            self.assertEqual([(r.method, r.body) for r in parsed(*parts)[0]], whole, size)

    def test_keeps_connections_of_the_present_version_alone(self):
        for data, kept in {
            GET: True, GET + b"Connection: close\r\n": False, GET + b"Connection: x, CLOSE\r\n": False,
            b"GET / HTTP/1.0\r\n": False, b"GET / HTTP/1.0\r\nConnection: keep-alive\r\n": False,
        }.items():
            self.assertEqual(parsed(data + b"\r\n")[0][0].keep_alive, kept, data)

    def test_wants_to_be_continued(self):
        parser = http1.Parser(10)
        parser.feed(POST + b"Expect: 100-Continue\r\nContent-Length: 2\r\n\r\n")
        self.assertIsNone(parser.next())
        self.assertTrue(parser.wants_continue)
        parser.feed(b"ok")
        self.assertEqual(parser.next().body, b"ok")
        self.assertFalse(parser.wants_continue)

    def test_is_idle_between_requests(self):
        parser = http1.Parser(10)
        self.assertTrue(parser.idle)
        parser.feed(GET)
        self.assertFalse(parser.idle)
        parser.feed(b"\r\n")
        parser.next()
        self.assertTrue(parser.idle)

    def test_refuses_doubtful_lengths(self):
        for value in (b"+1", b"-1", b"1, 1", b"0x1", b"", b" ", b"1 1", b"\xb2", b"1" * 13):
            self.refuses(400, POST + b"Content-Length: " + value + b"\r\n\r\na")
        self.refuses(400, POST + b"Content-Length: 1\r\nContent-Length: 1\r\n\r\na")
        self.refuses(400, POST + b"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\na")

    def test_refuses_other_codings(self):
        for value in (b"gzip", b"identity, chunked", b"chunked, chunked", b""):
            self.refuses(501, POST + b"Transfer-Encoding: " + value + b"\r\n\r\n")
        self.refuses(400, b"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")

    def test_refuses_what_is_no_head(self):
        for data in (
            b"GET /\r\n\r\n", b"GET  / HTTP/1.1\r\n\r\n", b"G(T / HTTP/1.1\r\nHost: x\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n",
            GET + b"Host: y\r\n\r\n", GET + b"A : b\r\n\r\n", GET + b"A: b\r\n c\r\n\r\n", GET + b"A: \x00\r\n\r\n",
            GET + b"A: a\rb\r\n\r\n", GET + b": a\r\n\r\n", GET + b"a\r\n\r\n", b"GET /\x7f HTTP/1.1\r\nHost: x\r\n\r\n",
        ):
            self.refuses(400, data)
        self.refuses(505, b"GET / HTTP/2.0\r\nHost: x\r\n\r\n")
        self.refuses(417, POST + b"Expect: more\r\n\r\n")

    def test_refuses_a_bare_line_end_before_the_head_is_whole(self):
        for data in (b"GET / HTTP/1.1\n", GET + b"A: b\n", GET + b"\n", GET + b"A: b\nB: c\r\n\r\n"):
            self.refuses(400, data)
            self.assertEqual(parsed(*[bytes([byte]) for byte in data])[1], 400)

    def test_refuses_malformed_chunks(self):
        for data in (b"x\r\n", b"+1\r\na\r\n", b"\r\n", b"1\na\r\n", b"1\r\nab\r\n", b"1\r\na\n0", b"fffffffff\r\n", b"0\r\nA : b\r\n\r\n"):
            self.assertEqual(parsed(CHUNKED + data + b"....")[1], 400, data)

    def test_bounds_everything(self):
        self.refuses(431, GET + b"A: " + b"a" * 70000)
        self.refuses(431, GET + b"A: a\r\n" * 20000 + b"\r\n")
        self.refuses(413, POST + b"Content-Length: 1001\r\n\r\n")
        self.refuses(413, CHUNKED + b"3E9\r\n")
        self.refuses(413, CHUNKED + b"3E8\r\n" + b"a" * 1000 + b"\r\n1\r\n")
        self.refuses(400, CHUNKED + b"1;" + b"a" * 400)
        self.refuses(431, CHUNKED + b"0\r\n" + b"A: b\r\n" * 2000)
        self.refuses(431, CHUNKED + b"0\r\nA: " + b"b" * 5000)

    def test_answers_before_the_refusal_stand(self):
        found, status = parsed(GET + b"\r\nNONSENSE\r\n\r\n" + GET + b"\r\n")
        self.assertEqual((len(found), status), (1, 400))

    def test_nonsense_is_refused_or_waited_for(self):
        numbers = random.Random(7)
        seeds = [GET + b"\r\n", POST + b"Content-Length: 5\r\n\r\nhello", CHUNKED + b"3\r\nabc\r\n0\r\nA: b\r\n\r\n"]
        for _ in range(3000):
            data = bytearray(numbers.choice(seeds))
            for _ in range(numbers.randrange(1, 5)):
                at = numbers.randrange(len(data))
                data[at : at + numbers.randrange(3)] = bytes(numbers.choices(range(256), k=numbers.randrange(3)))
            cut = numbers.randrange(len(data) + 1)
            whole, pieces = parsed(bytes(data)), parsed(bytes(data[:cut]), bytes(data[cut:]))
            same = [[(r.method, r.target, r.headers, r.body) for r in found] for found, _ in (whole, pieces)]
            self.assertEqual(same[0], same[1], bytes(data))
            self.assertEqual(whole[1] is None, pieces[1] is None, bytes(data))


class Writing(unittest.TestCase):
    def test_writes_a_head(self):
        head = http1.head(201, [("A", "b"), ("C", "ü")], 3, False)
        self.assertEqual(head, b"HTTP/1.1 201 Created\r\nA: b\r\nC: \xfc\r\nContent-Length: 3\r\nConnection: close\r\n\r\n")

    def test_writes_a_head_of_chunks(self):
        self.assertEqual(http1.head(299, [], None, True, True), b"HTTP/1.1 299 Status\r\nTransfer-Encoding: chunked\r\n\r\n")

    def test_text_beyond_latin_is_utf8(self):
        self.assertIn("€".encode(), http1.head(200, [("A", "€")], 0, True))

    def test_json_answer_may_have_no_body(self):
        self.assertTrue(http1.json_answer(500, {"a": 1}, with_body=False).endswith(b"Content-Length: 8\r\n\r\n"))
        self.assertTrue(http1.json_answer(500, {"a": 1}).endswith(b'\r\n\r\n{"a": 1}'))

    def test_headers_of_the_hop_and_the_platform_do_not_pass(self):
        given = [["A", "b"], ["Connection", "x"], ["CONTENT-LENGTH", "9"], ["x-callbacks-revision", "9"], ["Te", "x"]]
        self.assertEqual(http1.checked_headers(given), [("A", "b")])

    def test_headers_that_must_not_be_written_are_refused(self):
        for given in ([["A", "b\r\n"]], [["A\n", "b"]], [["", "b"]], [["A", 1]], [["A"]], [7], 7, [["A", "b" * 70000]], [["A", "\0"]]):
            with self.assertRaises((ValueError, TypeError), msg=given):
                http1.checked_headers(given)


if __name__ == "__main__":
    unittest.main()
