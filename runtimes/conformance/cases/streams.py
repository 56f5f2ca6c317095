"""Answers that are made piece by piece."""
import http.client
import time

from harness.suite import case, expect, expect_that, until


def read_all(response):
    try:
        return response.read()
    finally:
        response.connection.close()


def broken_off(response):
    """What came before the connection was closed in the middle."""
    try:
        whole = response.read()
    except (http.client.IncompleteRead, ConnectionError) as error:
        return getattr(error, "partial", b"")
    finally:
        response.connection.close()
    raise AssertionError("expected the stream to be broken off, saw it end with %.100r" % whole)


@case("streams", modes=True)
def pieces_pass_as_they_are_made(instance):
    began = time.monotonic()
    response = instance.begin("/api/streams/steps")
    first = response.read1(100)
    took = time.monotonic() - began
    expect(first, b"step 0\n", "the first piece")
    expect_that(took < 1.1, "the first piece before the last is made (1.2 s)", took)
    expect(read_all(response), b"step 1\nstep 2\n", "the rest")
    expect_that(time.monotonic() - began > 1.1, "the rest not before it is made", time.monotonic() - began)


@case("streams", modes=True)
def status_and_headers_come_with_it(instance):
    response = instance.begin("/api/streams/iterator")
    expect(response.status, 201, "the status")
    expect(response.getheader("X-Kind"), "iterator", "X-Kind")
    expect(response.getheader("Content-Type"), "text/plain", "Content-Type")
    expect(response.getheader("Content-Length"), None, "Content-Length")
    expect(response.getheader("X-Callbacks-Env-Version"), "1", "the env version")
    expect(read_all(response), b"abc", "the body")


@case("streams", modes=True)
def strings_and_bytes_may_be_mixed(instance):
    expect(read_all(instance.begin("/api/streams/mixed")), b"text \x00\xff" + "grüße".encode(), "the body")


@case("streams", modes=True)
def asynchronous_iterators_are_streamed(instance):
    expect(read_all(instance.begin("/api/streams/async")), b"one two", "the body")


@case("streams", modes=True)
def empty_stream_is_an_empty_body(instance):
    expect(read_all(instance.begin("/api/streams/empty")), b"", "the body")


@case("streams", only="node")
def node_streams_are_streamed(instance):
    expect(read_all(instance.begin("/api/streams/readable")), b"ab", "the body")


@case("streams", only="node")
def web_streams_are_streamed(instance):
    expect(read_all(instance.begin("/api/streams/web")), b"web !", "the body")


@case("streams", modes=True)
def large_streams_arrive_whole(instance):
    expected = b"".join(bytes([number]) * 65536 for number in range(256))
    expect_that(read_all(instance.begin("/api/streams/large")) == expected, "16 MiB as made", "something else")


@case("streams", modes=True)
def large_piece_arrives_whole(instance):
    expect(len(read_all(instance.begin("/api/streams/one-large"))), 9 << 20, "the length")


@case("streams", modes=True)
def failing_midway_breaks_off(instance):
    response = instance.begin("/api/streams/failing", ("X-Request-Id", "stream-1"))
    expect(broken_off(response), b"first", "what was sent")
    instance.wait_line(lambda line: "midway" in line.get("message", "") and line["request_id"] == "stream-1", "the error")


@case("streams", modes=True)
def failing_before_all_does_not_end_well(instance):
    try:
        response = instance.begin("/api/streams/failing-at-once")
    except (http.client.BadStatusLine, ConnectionError):
        return
    if response.status == 500:
        return response.connection.close()
    expect(broken_off(response), b"", "what was sent")


@case("streams", modes=True)
def piece_that_cannot_be_sent_breaks_off(instance):
    response = instance.begin("/api/streams/bad-piece", ("X-Request-Id", "stream-2"))
    expect(broken_off(response), b"first", "what was sent")
    instance.wait_line(lambda line: line.get("request_id") == "stream-2", "a log line that says why")


@case("streams", modes=True)
def worker_goes_on_after_a_broken_stream(instance):
    before = instance.stats()["restarts"]
    broken_off(instance.begin("/api/streams/failing"))
    expect(instance.get("/api/streams/alive").text, '"alive"', "the next answer")
    expect(instance.stats()["restarts"], before, "restarts")


@case("streams", modes=True)
def slow_reader_gets_all(instance):
    response = instance.begin("/api/streams/large")
    time.sleep(0.3)  # the reader is slow on purpose: what is under way must wait
    expect(instance.get("/api/streams/alive").status, 200, "another answer meanwhile")
    expect(len(read_all(response)), 16 << 20, "the length")


@case("streams", modes=True)
def slow_reader_does_not_fill_the_memory(instance):
    response = instance.begin("/api/streams/endless", ("X-Callbacks-Timeout-Ms", "1500"))
    most, end = 0, time.monotonic() + 1.2
    while time.monotonic() < end:
        most = max([most] + [resident(pid) for pid in instance.processes()])
        time.sleep(0.1)
    response.connection.close()
    expect_that(most < 160 << 20, "no process beyond 160 MiB", most >> 20)


def resident(pid):
    try:
        with open("/proc/%d/statm" % pid) as file:
            return int(file.read().split()[1]) * 4096
    except OSError:
        return 0  # it has ended


@case("streams", modes=True, alone=True)
def deadline_breaks_a_stream_off(instance):
    began = time.monotonic()
    response = instance.begin("/api/streams/hanging", ("X-Callbacks-Timeout-Ms", "700"))
    expect(broken_off(response), b"first", "what was sent")
    expect_that(time.monotonic() - began < 2.5, "soon after the deadline", time.monotonic() - began)


@case("streams", modes=True)
def reader_that_goes_away_hurts_nobody(instance):
    for _ in range(3):
        response = instance.begin("/api/streams/large")
        response.read1(1000)
        response.connection.sock.close()
        response.close()
    expect(instance.get("/api/streams/alive").status, 200, "the next answer")
    until(lambda: instance.stats()["in_flight"] == 0, "nothing to be in flight", 6)


@case("streams")
def chunks_carry_no_length(instance):
    with instance.talk(b"GET /api/streams/iterator HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n") as talk:
        seen = talk.rest()
    expect_that(b"ransfer-Encoding: chunked" in seen, "a chunked answer", seen)
    expect_that(seen.endswith(b"0\r\n\r\n"), "a last chunk", seen)


@case("streams")
def old_client_gets_a_stream_until_the_end(instance):
    with instance.talk(b"GET /api/streams/iterator HTTP/1.0\r\n\r\n") as talk:
        seen = talk.rest()
    expect_that(b"chunked" not in seen and seen.endswith(b"\r\n\r\nabc"), "a body until the connection ends", seen)


@case("streams", modes=True)
def head_of_a_stream_has_no_body(instance):
    with instance.talk(b"HEAD /api/streams/iterator HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n") as talk:
        seen = talk.rest()
    expect_that(seen.startswith(b"HTTP/1.1 201") and seen.endswith(b"\r\n\r\n") and b"abc" not in seen, "a head", seen)
