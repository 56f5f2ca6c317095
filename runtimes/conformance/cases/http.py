"""HTTP byte by byte: what is well formed works however it arrives, what is not is refused."""
import json
import random
import time

from harness import client
from harness.suite import case, expect, expect_in, expect_that

HOST = b"Host: x\r\n"
GET = b"GET /api/h HTTP/1.1\r\n" + HOST
POST = b"POST /api/h HTTP/1.1\r\n" + HOST
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n"
EVENTS = dict(max_body=1 << 20)


def answered(name, *parts, body=None):
    """A request that is well formed, and the body the handler must see."""

    def check(instance):
        with instance.talk(*parts) as talk:
            answers = talk.answers(1)
        expect([answer.status for answer in answers], [200], "the status")
        expect(answers[0].json["event"]["body"], body, "the body")

    register(name, check)


def refused(name, *parts, statuses=(400,)):
    """A request that is not: an answer at once, then the connection is closed; the handler sees nothing."""

    def check(instance):
        before = instance.stats()["in_flight"]
        began = time.monotonic()
        with instance.talk(*parts) as talk:
            answer = talk.answer()
            closed = talk.ends()
        expect_in(answer.status, statuses, "the status")
        expect_that(closed, "the connection to be closed", talk.heard)
        expect_that(time.monotonic() - began < 3, "an answer at once", time.monotonic() - began)
        expect(instance.stats()["in_flight"], before, "in flight")

    register(name, check)


def register(name, check):
    check.__module__, check.__name__ = __name__, name
    case("event", **EVENTS)(check)


answered("body_of_given_length", POST + b"Content-Length: 5\r\n\r\nhello", body="hello")
answered("head_in_pieces", b"POST /api/h HT", b"TP/1.1\r\nHo", b"st: x\r", b"\nContent-Length: 5\r\n\r", b"\nhe", b"llo",
         body="hello")
answered("single_bytes", *[bytes([byte]) for byte in GET + b"\r\n"][:60], b"".join([GET + b"\r\n"])[60:])
answered("chunks", CHUNKED + b"3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n", body="abcde")
answered("chunks_in_pieces_with_trailer", CHUNKED + b"3\r", b"\nab", b"c\r\n0\r\nX-T: 1\r\n", b"\r\n", body="abc")
answered("chunk_sizes_with_letters", CHUNKED + b"A\r\n0123456789\r\n0b\r\n01234567890\r\n000\r\n\r\n",
         body="012345678901234567890")
answered("coding_in_capitals", POST + b"Transfer-Encoding: Chunked\r\n\r\n1\r\na\r\n0\r\n\r\n", body="a")
answered("header_without_space", b"GET /api/h HTTP/1.1\r\nHost:x\r\nX-A:b\r\n\r\n")
answered("header_names_in_any_case", b"POST /api/h HTTP/1.1\r\nHOST: x\r\ncontent-LENGTH: 2\r\n\r\nhi", body="hi")
answered("stray_line_end_before_a_request", b"\r\n" + GET + b"\r\n")
answered("body_of_binary", POST + b"Content-Length: 2\r\n\r\n\xff\xfe", body="//4=")

refused("both_length_and_coding", POST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")
refused("coding_and_length", POST + b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n")
refused("two_lengths", POST + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!")
refused("two_equal_lengths", POST + b"Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello")
refused("length_list", POST + b"Content-Length: 5, 5\r\n\r\nhello")
for word, value in {"signed": b"+5", "negative": b"-5", "hexadecimal": b"0x5", "empty": b"", "fractional": b"5.0",
                    "huge": b"9" * 30, "worded": b"five", "spaced": b"5 5"}.items():
    refused(word + "_length", POST + b"Content-Length: " + value + b"\r\n\r\nhello", statuses=(400, 413))
for word, value in {"identity": b"identity", "listed": b"identity, chunked", "gzip": b"gzip, chunked",
                    "last_identity": b"chunked, identity", "doubled": b"chunked, chunked", "strange": b"xchunked",
                    "quoted": b'"chunked"'}.items():
    refused(word + "_coding", POST + b"Transfer-Encoding: " + value + b"\r\n\r\n0\r\n\r\n", statuses=(400, 501))
refused("two_codings", POST + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        statuses=(400, 501))
refused("folded_header", GET + b"X-A: 1\r\n  folded\r\n\r\n")
refused("space_before_colon", POST + b"Content-Length : 5\r\n\r\nhello")
refused("header_without_name", GET + b": x\r\n\r\n")
refused("header_without_colon", GET + b"nonsense\r\n\r\n")
refused("space_in_a_name", GET + b"X A: 1\r\n\r\n")
refused("no_host", b"GET /api/h HTTP/1.1\r\n\r\n")
refused("two_hosts", GET + b"Host: y\r\n\r\n")
refused("nul_in_a_header", GET + b"X-A: a\0b\r\n\r\n")
refused("control_in_a_header", GET + b"X-A: a\x01b\r\n\r\n")
refused("delete_in_a_header", GET + b"X-A: a\x7fb\r\n\r\n")
refused("lone_cr_in_a_header", GET + b"X-A: a\rb\r\n\r\n")
refused("bare_lf_for_all_lines", b"GET /api/h HTTP/1.1\nHost: x\n\n")
refused("bare_lf_after_a_header", GET + b"X-A: 1\nX-B: 2\r\n\r\n")
refused("bare_lf_at_the_end", GET + b"\n")
refused("bare_lf_at_the_end_of_the_host", b"GET /api/h HTTP/1.1\r\nHost: x\n\n")
refused("two_spaces_in_the_request_line", b"GET  /api/h HTTP/1.1\r\n" + HOST + b"\r\n")
refused("space_in_the_target", b"GET /api/h h HTTP/1.1\r\n" + HOST + b"\r\n")
refused("control_in_the_target", b"GET /api/\x01h HTTP/1.1\r\n" + HOST + b"\r\n")
refused("no_version", b"GET /api/h\r\n" + HOST + b"\r\n", statuses=(400, 505))
refused("other_version", b"GET /api/h HTTP/2.0\r\n" + HOST + b"\r\n", statuses=(400, 505))
refused("method_that_is_no_token", b"GE(T /api/h HTTP/1.1\r\n" + HOST + b"\r\n")
refused("nothing_like_http", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n")
for word, chunk in {"size_of_no_chunk": b"zz\r\nabc\r\n", "signed_size": b"+3\r\nabc\r\n", "size_with_prefix": b"0x3\r\nabc\r\n",
                    "empty_size": b"\r\nabc\r\n", "chunk_that_is_too_long": b"3\r\nabcd\r\n",
                    "chunk_that_ends_with_lf": b"3\r\nabc\n0\r\n\r\n", "size_that_ends_with_lf": b"3\nabc\r\n",
                    "size_that_is_huge": b"fffffffffffffffff\r\nabc\r\n", "negative_size": b"-1\r\nabc\r\n"}.items():
    refused(word, CHUNKED + chunk, statuses=(400, 413))
refused("head_too_large", GET + b"X-A: " + b"a" * 70000 + b"\r\n\r\n", statuses=(431,))
refused("head_too_large_in_many_headers", GET + b"X-A: aaaaaaaaaa\r\n" * 5000 + b"\r\n", statuses=(431,))
refused("target_too_large", b"GET /api/" + b"h" * 70000 + b" HTTP/1.1\r\n" + HOST + b"\r\n", statuses=(414, 431))
refused("body_too_large", POST + b"Content-Length: 1048577\r\n\r\n", statuses=(413,))
refused("chunks_too_large", CHUNKED + b"80000\r\n" + b"a" * 0x80000 + b"\r\n80001\r\n" + b"a" * 0x80001, statuses=(413,))


@case("event", **EVENTS)
def refusal_of_a_body_is_read(instance):
    """Also by a client that sends all of it first."""
    for start in (b"Content-Length: 4194304\r\n\r\n", b"Transfer-Encoding: chunked\r\n\r\n400000\r\n"):
        with client.Talk(instance.port) as talk:
            talk.say(POST + start + b"a" * 4194304)
            expect(talk.answer().status, 413, "the status")


@case("event", **EVENTS)
def refusal_is_json(instance):
    with instance.talk(GET + b"X A: 1\r\n\r\n") as talk:
        answer = talk.answer()
    expect(answer.header("Content-Type"), "application/json", "Content-Type")
    expect_that("message" in answer.json, "a message", answer)
    expect_that(answer.header("X-Callbacks-Error"), "X-Callbacks-Error", answer)


@case("event", **EVENTS)
def largest_body_is_taken(instance):
    answer = instance.request("POST", "/api/h", b"a" * (1 << 20))
    expect(answer.status, 200, "the status")
    expect(len(answer.json["event"]["body"]), 1 << 20, "the length")
    chunk = b"40000\r\n" + b"b" * 0x40000 + b"\r\n"
    with instance.talk(CHUNKED + chunk * 4 + b"0\r\n\r\n") as talk:
        expect(len(talk.answer().json["event"]["body"]), 1 << 20, "the length of the chunked one")


@case("event", **EVENTS)
def continue_is_said_before_the_body(instance):
    with instance.talk(POST + b"Expect: 100-continue\r\nContent-Length: 5\r\n\r\n") as talk:
        expect(talk.answer().status, 100, "the first status")
        talk.say(b"hello")
        answer = talk.answer()
    expect((answer.status, answer.json["event"]["body"]), (200, "hello"), "the answer")


@case("event", **EVENTS)
def continue_is_not_said_for_what_is_refused(instance):
    with instance.talk(POST + b"Expect: 100-continue\r\nContent-Length: 9000000\r\n\r\n") as talk:
        expect(talk.answer().status, 413, "the status")


@case("event", **EVENTS)
def pipelined_requests_are_answered_in_order(instance):
    targets = [b"/api/p%d" % number for number in range(5)]
    with instance.talk(b"".join(b"GET %s HTTP/1.1\r\n" % target + HOST + b"\r\n" for target in targets)) as talk:
        answers = talk.answers(5)
    seen = [answer.json["event"]["path"] for answer in answers]
    expect(seen, ["/p%d" % number for number in range(5)], "the paths in order")


@case("event", **EVENTS)
def pipelined_bodies_are_kept_apart(instance):
    one = POST + b"Content-Length: 3\r\n\r\none"
    two = CHUNKED + b"3\r\ntwo\r\n0\r\n\r\n"
    with instance.talk(one + two + one) as talk:
        bodies = [answer.json["event"]["body"] for answer in talk.answers(3)]
    expect(bodies, ["one", "two", "one"], "the bodies")


@case("event", **EVENTS)
def what_follows_nonsense_is_not_answered(instance):
    with instance.talk(GET + b"\r\n" + b"NONSENSE\r\n\r\n" + GET + b"\r\n") as talk:
        statuses = [answer.status for answer in talk.answers(3)]
    expect_in(statuses, ([200, 400], [200], [400], []), "the statuses")


@case("event", **EVENTS)
def unknown_expectation_is_refused(instance):
    with instance.talk(POST + b"Expect: a-miracle\r\nContent-Length: 1\r\n\r\na") as talk:
        expect_in(talk.answer().status, (400, 417), "the status")


@case("event", **EVENTS)
def hidden_request_is_not_found(instance):
    """The body of one is never taken for another."""
    hidden = b"GET /api/hidden HTTP/1.1\r\n" + HOST + b"\r\n"
    with instance.talk(POST + b"Content-Length: %d\r\n\r\n" % len(hidden) + hidden + GET + b"\r\n") as talk:
        paths = [answer.json["event"]["path"] for answer in talk.answers(2)]
    expect(paths, ["/h", "/h"], "the paths")


@case("event", **EVENTS)
def head_works_on_a_kept_connection(instance):
    head = b"HEAD /api/h HTTP/1.1\r\n" + HOST + b"\r\n"
    with instance.talk(head) as talk:
        answer = talk.answer(heads_only=True)
        expect(answer.status, 200, "the status")
        expect_that(int(answer.header("Content-Length")) > 100, "the length there would be", answer)
        talk.say(GET + b"\r\n")
        expect(talk.answer().json["event"]["httpMethod"], "GET", "the method of the next")


@case("event", **EVENTS)
def old_version_closes(instance):
    with instance.talk(b"GET /api/h HTTP/1.0\r\n\r\n") as talk:
        expect(talk.answer().status, 200, "the status")
        expect(talk.ends(), True, "the end of the connection")


@case("event", **EVENTS)
def close_is_obeyed(instance):
    for value in (b"close", b"Close", b"keep-alive, close"):
        with instance.talk(GET + b"Connection: " + value + b"\r\n\r\n") as talk:
            answer = talk.answer()
            expect(answer.status, 200, "the status")
            expect(answer.header("Connection"), "close", "Connection")
            expect(talk.ends(), True, "the end of the connection")


@case("event", **EVENTS)
def connections_are_kept(instance):
    with instance.talk() as talk:
        for _ in range(20):
            talk.say(GET + b"\r\n")
            expect(talk.answer().status, 200, "the status")


@case("event", **EVENTS)
def obsolete_text_in_headers_passes(instance):
    with instance.talk(GET + b"X-A: caf\xe9\r\nX-Tab: a\tb\r\n\r\n") as talk:
        headers = talk.answer().json["event"]["headers"]
    expect_in(headers["X-A"], ("caf\xe9", "caf\ufffd"), "X-A")
    expect(headers["X-Tab"], "a\tb", "X-Tab")


@case("event", **EVENTS)
def spaces_around_values_are_taken_off(instance):
    with instance.talk(GET + b"X-A: \t  b c \t \r\n\r\n") as talk:
        expect(talk.answer().json["event"]["headers"]["X-A"], "b c", "X-A")


@case("event", alone=True, **EVENTS)
def half_sent_requests_time_out(instance):
    """The head, the body and a chunk stop arriving."""
    halves = [b"GET /api/h HTTP/1.1\r\nHo", POST + b"Content-Length: 9\r\n\r\nhalf", CHUNKED + b"9\r\nhalf"]
    began = time.monotonic()
    talks = [instance.talk(half, timeout=15) for half in halves]
    for talk in talks:
        expect(talk.answer().status, 408, "the status")
        expect(talk.ends(), True, "the end of the connection")
        talk.close()
    expect_that(8.5 < time.monotonic() - began < 13, "about ten seconds", time.monotonic() - began)


@case("sleeper", alone=True)
def endless_pipeline_is_not_read_ahead(instance):
    """A client that sends on and on while a request runs fills nobody's memory."""
    request = POST.replace(b"/api/h", b"/api/s?ms=3000") + b"Content-Length: 0\r\n\r\n"
    with client.Talk(instance.port, 0.3) as talk:
        talk.say(request)
        sent = 0
        try:
            while sent < 64 << 20:
                sent += talk.socket.send(b"x" * (1 << 20))
        except OSError:
            pass  # nobody reads any more: as it must be
        expect_that(sent < 40 << 20, "the reading to stop", sent)
    expect(instance.get("/api/s").status, 200, "another answer")


@case("event", alone=True, **EVENTS)
def nonsense_never_hurts_the_front(instance):
    """Bytes of every kind, cut anywhere: others are served, and nothing is said on standard error."""
    numbers = random.Random(20260131)
    seeds = [GET + b"\r\n", POST + b"Content-Length: 5\r\n\r\nhello", CHUNKED + b"3\r\nabc\r\n0\r\n\r\n",
             b"GET /_callbacks/ready HTTP/1.1\r\n" + HOST + b"Authorization: Bearer x\r\n\r\n"]
    for _ in range(150):
        data = bytearray(numbers.choice(seeds))
        for _ in range(numbers.randrange(1, 6)):
            at = numbers.randrange(len(data))
            data[at : at + numbers.randrange(3)] = bytes(numbers.choices(range(256), k=numbers.randrange(3)))
        with client.Talk(instance.port) as talk:
            cut = numbers.randrange(len(data))
            talk.say(bytes(data[:cut]), bytes(data[cut:]), gap=0)
    answer = instance.get("/api/h")
    expect(answer.status, 200, "the status of an ordinary request")
    expect(json.loads(answer.text)["event"]["path"], "/h", "its path")
