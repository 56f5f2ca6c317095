"""What functions write becomes log lines."""
import os
import re
import time

from harness.suite import case, expect, expect_in, expect_that, until

ENV = {"SECRET": "hidden-value-17", "SHORT": "seven77", "LINES": "first-line-of-it\nsecond-line-of-it"}


def say(instance, kind, request_id):
    answer = instance.get("/api/speaker/" + kind, ("X-Request-Id", request_id))
    expect(answer.status, 200, "the status")
    return answer


def line_of(instance, text, request_id):
    """The line that says this, which must belong to the request."""
    line = instance.wait_log(text)
    expect(line["request_id"], request_id, "request_id")
    return line


@case("speaker", env=ENV, modes=True)
def standard_output_is_tagged(instance):
    say(instance, "out", "log-1")
    line = line_of(instance, "to stdout", "log-1")
    expect(line["stream"], "stdout", "stream")
    expect(line["message"], "to stdout", "message")
    expect_that(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line["time"]), "a time", line["time"])


@case("speaker", env=ENV, modes=True)
def standard_error_is_tagged(instance):
    say(instance, "err", "log-2")
    expect(line_of(instance, "to stderr", "log-2")["stream"], "stderr", "stream")


@case("speaker", env=ENV, modes=True)
def loggers_are_tagged(instance):
    say(instance, "log", "log-3")
    expect(line_of(instance, "by the logger", "log-3")["stream"], "stderr", "stream")


@case("speaker", env=ENV, modes=True)
def what_the_import_says_is_nobodys(instance):
    expect(instance.wait_log("said at import")["request_id"], None, "request_id")


@case("speaker", env=ENV, modes=True)
def each_line_is_a_line(instance):
    say(instance, "several", "log-4")
    until(lambda: len(instance.logs("log-4")) >= 4, "four lines")
    expect(instance.logs("log-4"), ["one", "two", "", "four"], "the lines")


@case("speaker", env=ENV, modes=True, concurrency=1)
def line_without_end_belongs_to_its_request(instance):
    say(instance, "unended", "log-5")
    say(instance, "next", "log-6")
    line_of(instance, "no end of line", "log-5")
    expect(line_of(instance, "of the next", "log-6")["message"], "of the next", "message")


@case("speaker", env=ENV, concurrency=1, modes=True)
def raw_writes_become_lines(instance):
    say(instance, "raw", "log-7")
    expect_in(instance.wait_log("raw write")["request_id"], ("log-7", None), "request_id")


@case("speaker", env=ENV, concurrency=1, modes=True)
def lines_of_children_become_lines(instance):
    say(instance, "child", "log-8")
    expect_in(instance.wait_log("of a child")["request_id"], ("log-8", None), "request_id")


@case("speaker", env=ENV, modes=True)
def long_line_is_cut(instance):
    say(instance, "long", "log-9")
    until(lambda: sum(map(len, instance.logs("log-9"))) == 40000, "all of the line, with its request")
    pieces = instance.logs("log-9")
    expect_that(max(map(len, pieces)) <= 16384, "no piece over 16 KiB", [len(piece) for piece in pieces])


@case("speaker", env=ENV, modes=True)
def long_line_is_not_cut_within_a_character(instance):
    say(instance, "long-unicode", "log-10")
    until(lambda: sum(map(len, instance.logs("log-10"))) >= 20001, "all of the line")
    expect_that("".join(instance.logs("log-10")) == "x" + "ü" * 20000, "the line as it was", instance.logs("log-10")[1])
    longest = max(len(piece.encode()) for piece in instance.logs("log-10"))
    expect_that(longest <= 16384, "no piece over 16 KiB", longest)


@case("speaker", env=ENV, modes=True)
def env_values_are_masked(instance):
    say(instance, "secret", "log-11")
    expect(line_of(instance, "really", "log-11")["message"], "it is <********>, really", "message")


@case("speaker", env=ENV, modes=True)
def env_values_are_masked_across_writes(instance):
    say(instance, "secret-in-parts", "log-12")
    until(lambda: instance.logs("log-12"), "the line")
    expect(instance.logs("log-12"), ["********"], "the line")


@case("speaker", env=ENV, modes=True)
def env_values_are_masked_where_a_line_is_cut(instance):
    say(instance, "secret-at-cut", "log-13")
    until(lambda: "".join(instance.logs("log-13")).count("t") >= 20000, "all of the line")
    whole = "".join(instance.logs("log-13"))
    expect_that(whole == "s" * 16379 + "********" + "t" * 20000, "one mask", [whole[:3], whole[16370:16400]])


@case("speaker", env=ENV, modes=True)
def short_env_values_are_not_masked(instance):
    say(instance, "short-secret", "log-14")
    expect(line_of(instance, "short: ", "log-14")["message"], "short: seven77", "message")


@case("speaker", env=ENV, modes=True)
def env_values_of_several_lines_are_masked(instance):
    say(instance, "lines-secret", "log-15")
    until(lambda: len(instance.logs("log-15")) >= 2, "two lines")
    expect(instance.logs("log-15"), ["********", "********"], "the lines")


@case("speaker", env={"SECRET": "former-secret-value"}, alone=True)
def former_env_values_stay_masked(instance):
    expect(instance.set_env(2, {"SECRET": "present-secret-value"}).status, 200, "the change")
    say(instance, "former-secret", "log-16")
    until(lambda: instance.logs("log-16"), "the line")
    expect(instance.logs("log-16"), ["******** ********"], "the line")


@case("speaker", env={"SECRET": "serving-secret-value"}, alone=True)
def serving_env_values_stay_masked_after_failed_changes(instance):
    for version in (2, 3, 4):
        instance.set_env(version, {"SHORT": "x"})
        instance.control("PUT", "env", {"version": 90 + version, "env": {"A": 7}})
    say(instance, "secret", "log-17")
    until(lambda: instance.logs("log-17"), "the line")
    expect_that(not any("serving-secret" in str(line) for line in instance.lines), "no secret", instance.lines[-3:])


@case("speaker", env=ENV)
def characters_written_byte_by_byte_are_whole(instance):
    say(instance, "bytes-in-parts", "log-18")
    instance.wait_line(lambda line: line.get("message") == "ü", "a line with the whole character")


@case("speaker", env=ENV, modes=True)
def what_is_not_text_is_a_line_too(instance):
    say(instance, "not-text", "log-19")
    line = instance.wait_log("<\ufffd")
    expect_that(line["message"].endswith(">"), "the end of the line", line)


@case("speaker", env=ENV, modes=True)
def events_cannot_be_forged(instance):
    say(instance, "forged", "log-20")
    line_of(instance, '{"event": "listening", "port": 1}', "log-20")
    expect(len([line for line in instance.lines if line.get("event") == "listening"]), 1, "events")


@case("speaker", env=ENV, modes=True)
def request_cannot_be_forged(instance):
    say(instance, "control", "log-21")
    line = instance.wait_log("control")
    expect(line["request_id"], "log-21", "request_id")


@case("speaker", reading=False, listening=False, alone=True)
def nobody_reading_blocks_nothing(instance):
    instance.port = listening_port(instance)
    began = time.monotonic()
    for number in range(2):
        say(instance, "flood", "log-22-%d" % number)
    expect_that(time.monotonic() - began < 8, "answers while nobody reads", time.monotonic() - began)
    instance.reading.set()
    until(lambda: say(instance, "next", "log-23") and instance.logs("log-23"), "lines of later requests")
    instance.wait_line(lambda line: re.search(r"\d+ .*dropped", line.get("message", "")), "how many were dropped")


def listening_port(instance):
    """Where it listens, which it cannot tell as nobody reads."""
    def found():
        with open("/proc/net/tcp") as file:
            sockets = {fields[9]: int(fields[1].partition(":")[2], 16)
                       for fields in map(str.split, file) if fields[3] == "0A"}
        for inode in sockets_of(instance.process.pid):
            if inode in sockets:
                return sockets[inode]
        return None

    return until(found, "a listening socket", 10)


def sockets_of(pid):
    for name in os.listdir("/proc/%d/fd" % pid):
        try:
            target = os.readlink("/proc/%d/fd/%s" % (pid, name))
        except OSError:
            continue  # it was closed meanwhile
        if target.startswith("socket:["):
            yield target[8:-1]


@case("speaker", alone=True)
def reader_that_goes_away_stops_nothing(instance):
    instance.reader_leaves = True
    say(instance, "several", "log-24")
    until(lambda: instance.process.stdout.closed, "the reader to be gone")
    for number in range(3):
        say(instance, "several", "log-24-%d" % number)
    expect(instance.control("GET", "ready").status, 200, "ready")


@case("together", concurrency=10)
def lines_of_requests_at_once_are_told_apart(instance):
    marks = ["together-%d" % number for number in range(10)]
    requests = [
        instance.in_background("GET", "/api/t?lines=20&mark=" + mark, headers=[("X-Request-Id", mark)]) for mark in marks]
    for request in requests:
        expect(request.result().status, 200, "the status")
    for mark in marks:
        until(lambda: len(instance.logs(mark)) >= 20, "20 lines of " + mark)
        expect(instance.logs(mark), ["line %d of %s" % (number, mark) for number in range(20)], "lines of " + mark)


@case("together", concurrency=10)
def errors_of_requests_at_once_are_told_apart(instance):
    marks = ["raised-%d" % number for number in range(6)]
    requests = [
        instance.in_background("GET", "/api/t?ms=50&raise=1&mark=" + mark, headers=[("X-Request-Id", mark)])
        for mark in marks]
    for mark, request in zip(marks, requests):
        expect(request.result().json["requestId"], mark, "requestId")
    for mark in marks:
        line = instance.wait_line(
            lambda line: line.get("message", "").endswith("Error: of " + mark), "the error of " + mark)
        expect(line["request_id"], mark, "request_id")
