"""What a handler's result becomes."""
import http.client

from harness.suite import case, expect, expect_that

JSON = "application/json"


def result(instance, kind, status=200):
    answer = instance.get("/api/results/" + kind)
    expect(answer.status, status, "the status")
    expect(answer.header("X-Callbacks-Error"), None, "an error of the platform")
    return answer


def plain(kind, body):
    def check(instance):
        answer = result(instance, kind)
        expect(answer.text, body, "the body")
        expect(answer.header("Content-Type"), JSON, "Content-Type")

    check.__module__, check.__name__ = __name__, kind.replace("-", "_") + "_is_json"
    case("results", modes=True)(check)


for kind, body in {
    "nothing": "null", "text": '"grüße"', "number": "42", "list": '[1,null,"drei"]', "mapping": '{"a":{"b":true}}',
    "false": "false",
}.items():
    plain(kind, body)


@case("results", modes=True)
def no_body_is_empty(instance):
    for kind in ("no-body", "null-body"):
        answer = result(instance, kind)
        expect(answer.body, b"", "the body")
        expect(answer.header("Content-Length"), "0", "Content-Length")


@case("results", modes=True)
def string_is_sent_as_it_is(instance):
    answer = result(instance, "string")
    expect(answer.body, "grüße".encode(), "the body")
    expect(answer.header("Content-Type"), JSON, "Content-Type")
    expect(answer.header("Content-Length"), "7", "Content-Length")


@case("results")
def content_type_is_the_functions(instance):
    expect(result(instance, "typed").header("Content-Type"), "text/html; charset=utf-8", "Content-Type")


@case("results", modes=True)
def other_bodies_are_json(instance):
    expect(result(instance, "json-body").json, {"a": [1, 2.5, "ü"]}, "the body")
    expect(result(instance, "number-body").text, "7", "the body")


@case("results", modes=True)
def bytes_are_sent_as_they_are(instance):
    answer = result(instance, "bytes")
    expect(answer.body, b"\x00\xff\x10", "the body")
    expect(answer.header("Content-Type"), "application/octet-stream", "Content-Type")


@case("results", modes=True)
def base64_is_decoded(instance):
    expect(result(instance, "base64").body, b"\x00\xff\x10", "the body")
    expect(result(instance, "base64-false").text, "AP8Q", "the body")


@case("results")
def status_is_the_functions(instance):
    expect(result(instance, "created", 201).header("Location"), "/shop/7", "Location")
    result(instance, "client-error", 404)
    result(instance, "server-error", 503)
    result(instance, "unnamed-status", 299)
    result(instance, "numeric-string", 418)


@case("results", modes=True)
def no_content_has_no_body(instance):
    answer = result(instance, "no-content", 204)
    expect(answer.body, b"", "the body")
    expect(answer.header("Content-Length"), None, "Content-Length")
    expect(answer.header("Transfer-Encoding"), None, "Transfer-Encoding")


@case("results", modes=True)
def not_modified_has_no_body(instance):
    answer = result(instance, "not-modified", 304)
    expect(answer.body, b"", "the body")
    expect(answer.header("ETag"), '"1"', "ETag")


@case("results")
def bodiless_answers_keep_the_connection(instance):
    connection = http.client.HTTPConnection("127.0.0.1", instance.port, timeout=5)
    for kind, status in (("no-content", 204), ("not-modified", 304), ("text", 200)):
        connection.request("GET", "/api/results/" + kind)
        response = connection.getresponse()
        response.read()
        expect(response.status, status, "the status on one connection")
    connection.close()


@case("results", modes=True)
def header_values_are_written_as_json(instance):
    answer = result(instance, "header-values")
    seen = [answer.header("X-" + name) for name in ("Number", "Float", "True", "False")]
    expect(seen, ["7", "1.5", "true", "false"], "the values")


@case("results", modes=True)
def multi_value_headers_are_all_sent(instance):
    answer = result(instance, "multi")
    expect(answer.all("X-Many"), ["1", "2"], "X-Many")
    expect(answer.all("Set-Cookie"), ["a=1, b", "c=2"], "Set-Cookie")


@case("results", modes=True)
def multi_value_headers_win_without_case(instance):
    answer = result(instance, "multi-wins")
    expect(answer.all("X-Many"), ["yes"], "X-Many")
    expect(answer.all("X-One"), ["1"], "X-One")


@case("results", modes=True)
def cookies_are_set(instance):
    expect(result(instance, "cookies").all("Set-Cookie"), ["a=1; Path=/", "b=2"], "Set-Cookie")


@case("results")
def null_headers_are_none(instance):
    expect(result(instance, "null-headers").text, "x", "the body")


@case("results")
def length_and_hop_by_hop_headers_are_made_anew(instance):
    answer = result(instance, "own-length")
    expect(answer.text, "four", "the body")
    expect(answer.header("Content-Length"), "4", "Content-Length")
    expect_that(answer.header("Connection") in (None, "keep-alive"), "no Connection: close", answer)
    expect_that(answer.header("Keep-Alive") != "x", "no Keep-Alive of the function", answer)
    answer = result(instance, "own-coding")
    expect(answer.header("Transfer-Encoding"), None, "Transfer-Encoding")
    expect(answer.text, "four", "the body")


@case("results")
def headers_of_the_platform_are_not_the_functions(instance):
    answer = result(instance, "own-platform-headers")
    expect(answer.header("X-Callbacks-Revision"), "5", "the revision")


@case("results")
def header_beyond_ascii_arrives(instance):
    value = result(instance, "unicode-header").header("X-Name").encode("latin-1")
    expect_that(value in ("grüße".encode("latin-1"), "grüße".encode("utf-8")), "grüße in some coding", value)


@case("results", modes=True)
def large_bodies_arrive(instance):
    expect(len(result(instance, "large").body), 3 << 20, "the length")
    answer = result(instance, "larger")
    expect_that(answer.body == b"y" * (12 << 20), "12 MiB of y", len(answer.body))


@case("results", modes=True)
def large_body_waits_for_a_slow_reader(instance):
    response = instance.begin("/api/results/larger")
    seen = 0
    while True:
        part = response.read(64 << 10)
        if not part:
            break
        seen += len(part)
    response.connection.close()
    expect(seen, 12 << 20, "the length")


@case("results")
def head_has_the_length_and_no_body(instance):
    answer = instance.request("HEAD", "/api/results/string")
    expect(answer.status, 200, "the status")
    expect(answer.header("Content-Length"), "7", "Content-Length")
    expect(answer.body, b"", "the body")


BAD = [
    "bad-status", "status-600", "status-100", "status-word", "status-null", "status-true", "status-fraction",
    "bad-base64", "line-in-header", "nul-in-header", "bad-header-name", "empty-header-name", "line-in-cookie",
    "headers-list", "multi-no-list", "huge-header", "object", "object-body", "circular", "too-deep",
]


def bad(kind):
    def check(instance):
        request_id = "bad-" + kind
        answer = instance.get("/api/results/" + kind, ("X-Request-Id", request_id))
        expect(answer.status, 502, "the status")
        expect(answer.header("X-Callbacks-Error"), "bad-answer", "X-Callbacks-Error")
        expect(answer.header("Content-Type"), JSON, "Content-Type")
        expect_that("message" in answer.json, "a message", answer)
        expect([answer.header(name) for name in ("X-Mine", "X-A", "X-B")], [None] * 3, "the function's headers")
        instance.wait_line(lambda line: line.get("request_id") == request_id, "a log line that says why")

    check.__module__, check.__name__ = __name__, kind.replace("-", "_") + "_is_a_bad_answer"
    case("results", modes=True)(check)


for kind in BAD:
    bad(kind)


@case("results", modes=True)
def serves_on_after_bad_answers(instance):
    for kind in BAD:
        instance.get("/api/results/" + kind)
    expect(result(instance, "number").text, "42", "the body")
    expect([line for line in instance.lines if line.get("event") == "worker-ended"], [], "workers that ended")
