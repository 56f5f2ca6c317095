"""How an instance ends."""
import os
import signal
import time

from harness import client
from harness.suite import case, expect, expect_in, expect_that, until


def begin(instance, mark, milliseconds, path="s"):
    request = instance.in_background("GET", "/api/%s?ms=%d&mark=%s" % (path, milliseconds, mark))
    instance.wait_log("began " + mark)
    return request


def gone(instance, seconds=3):
    until(lambda: not instance.processes(), "no process to be left", seconds)


def refuses_connections(instance):
    try:
        client.Talk(instance.port, 1).close()
    except ConnectionRefusedError:
        return True
    except ConnectionError:
        return False
    return False


@case("sleeper", alone=True)
def sigterm_ends_an_idle_instance_at_once(instance):
    began = time.monotonic()
    instance.signal()
    expect(instance.exit_code(), 0, "the exit code")
    expect_that(time.monotonic() - began < 1.5, "an end at once", time.monotonic() - began)
    gone(instance)


@case("sleeper", alone=True)
def sigterm_lets_running_requests_finish(instance):
    running = [begin(instance, "r%d" % number, 1000) for number in range(2)]
    instance.signal()
    expect([request.result().status for request in running], [200, 200], "the answers")
    expect(instance.exit_code(), 0, "the exit code")
    gone(instance)


@case("together", alone=True)
def sigterm_lets_running_requests_on_one_loop_finish(instance):
    running = [begin(instance, "r%d" % number, 1000, "t") for number in range(8)]
    instance.signal()
    expect([request.result().status for request in running], [200] * 8, "the answers")
    expect(instance.exit_code(), 0, "the exit code")


@case("sleeper", concurrency=1, alone=True)
def sigterm_lets_queued_requests_finish(instance):
    running = begin(instance, "running", 700)
    queued = instance.in_background("GET", "/api/s?ms=10")
    until(lambda: instance.stats()["queued"] == 1, "one to be queued")
    instance.signal()
    expect([running.result().status, queued.result().status], [200, 200], "the answers")
    expect(instance.exit_code(), 0, "the exit code")


@case("sleeper", alone=True)
def sigterm_closes_the_listener(instance):
    running = begin(instance, "running", 1500)
    instance.signal()
    until(lambda: refuses_connections(instance), "connections to be refused")
    expect(running.result().status, 200, "the answer")
    expect(running.result().header("Connection"), "close", "Connection")


@case("streams", alone=True)
def sigterm_lets_streams_finish(instance):
    response = instance.begin("/api/streams/steps")
    expect(response.read1(100), b"step 0\n", "the first piece")
    instance.signal()
    expect(response.read(), b"step 1\nstep 2\n", "the rest")
    response.connection.close()
    expect(instance.exit_code(), 0, "the exit code")


@case("sleeper", alone=True)
def late_requests_on_kept_connections_are_refused(instance):
    with instance.talk(b"GET /api/s HTTP/1.1\r\nHost: x\r\n\r\n") as talk:
        expect(talk.answer().status, 200, "the first answer")
        running = begin(instance, "running", 1200)
        talk.say(b"GET /api/s HTTP/1.1\r\nHo")
        until(lambda: instance.stats(), "what was said to be read")
        instance.signal()
        until(lambda: refuses_connections(instance), "connections to be refused")
        talk.say(b"st: x\r\n\r\n")
        late = talk.answer()
        expect(late.status, 503, "the status of the late one")
        expect(late.header("X-Callbacks-Refused"), "1", "the generation")
    expect(running.result().status, 200, "the running one")


@case("sleeper", concurrency=20, alone=True)
def backlog_is_served(instance):
    """The front is held while they connect, so that it has accepted none of them when it is told to end."""
    instance.signal(signal.SIGSTOP)
    talks = [instance.talk(b"GET /api/s HTTP/1.1\r\nHost: x\r\n\r\n") for _ in range(10)]
    instance.signal()
    instance.signal(signal.SIGCONT)
    for talk in talks:
        expect(talk.answer().status, 200, "the status")
        expect(talk.ends(), True, "the end of the connection")
        talk.close()
    expect(instance.exit_code(), 0, "the exit code")


@case("sleeper", alone=True)
def what_was_said_on_kept_connections_is_answered(instance):
    request = b"GET /api/s HTTP/1.1\r\nHost: x\r\n\r\n"
    talks = [instance.talk(request) for _ in range(5)]
    for talk in talks:
        expect(talk.answer().status, 200, "the first status")
    instance.signal(signal.SIGSTOP)
    for talk in talks:
        talk.say(request)
    instance.signal()
    instance.signal(signal.SIGCONT)
    for talk in talks:
        expect_in(talk.answer().status, (200, 503), "the second status")
        talk.close()
    expect(instance.exit_code(), 0, "the exit code")


@case("sleeper", alone=True)
def end_of_standard_input_drains(instance):
    running = begin(instance, "running", 1000)
    instance.close_lifeline()
    until(lambda: refuses_connections(instance), "connections to be refused")
    expect(running.result().status, 200, "the answer")
    expect(instance.exit_code(), 0, "the exit code")
    gone(instance)


@case("sleeper", timeout=30, alone=True)
def end_of_standard_input_takes_eight_seconds_at_most(instance):
    running = begin(instance, "running", 25000)
    began = time.monotonic()
    instance.close_lifeline()
    instance.exit_code(10)
    expect_that(6 < time.monotonic() - began < 9.5, "about eight seconds", time.monotonic() - began)
    gone(instance)
    running.join(2)


@case("sleeper", timeout=1, alone=True)
def drain_ends_with_the_timeout(instance):
    running = instance.in_background("GET", "/api/s?ms=20000&mark=running")
    instance.wait_log("began running")
    instance.signal()
    expect(running.result().status, 504, "the status")
    expect_in(instance.exit_code(3), (0,), "the exit code")
    gone(instance)


@case("sleeper", timeout=30, alone=True)
def second_sigterm_ends_at_once(instance):
    running = begin(instance, "running", 20000)
    instance.signal()
    until(lambda: refuses_connections(instance), "connections to be refused")
    began = time.monotonic()
    instance.signal()
    instance.exit_code(3)
    expect_that(time.monotonic() - began < 2, "an end at once", time.monotonic() - began)
    gone(instance)
    running.join(2)


@case("troubles", timeout=30, alone=True)
def what_the_function_started_ends_too(instance):
    running = instance.in_background("GET", "/api/troubles/child")
    until(lambda: len(instance.processes()) > 2, "the process of the function")
    instance.signal()
    until(lambda: refuses_connections(instance), "connections to be refused")
    instance.signal()
    instance.exit_code(3)
    gone(instance)
    running.join(2)


@case("sleeper", timeout=30, alone=True, modes=True)
def killed_front_leaves_no_process(instance):
    running = begin(instance, "running", 20000)
    expect_that(len(instance.processes()) > 1, "processes", instance.processes())
    instance.signal(signal.SIGKILL)
    instance.exit_code()
    gone(instance)
    running.join(2)


@case("troubles", timeout=30, alone=True, modes=True)
def killed_front_leaves_no_busy_worker(instance):
    running = instance.in_background("GET", "/api/troubles/spin")
    until(lambda: instance.stats()["in_flight"] == 1, "the request to run")
    instance.signal(signal.SIGKILL)
    instance.exit_code()
    gone(instance)
    running.join(2)


@case("troubles", timeout=30, alone=True)
def killed_front_leaves_nothing_of_the_function(instance):
    running = instance.in_background("GET", "/api/troubles/child")
    until(lambda: b"sleep" in b"".join(map(command_of, instance.processes())), "the process of the function")
    instance.signal(signal.SIGKILL)
    instance.exit_code()
    gone(instance)
    running.join(2)


def command_of(pid):
    try:
        with open("/proc/%d/cmdline" % pid, "rb") as file:
            return file.read()
    except OSError:
        return b""  # it has ended


@case("sleeper", env={"BROKEN": "hang"}, listening=False, alone=True)
def killed_front_leaves_no_import(instance):
    until(lambda: len(instance.processes()) > 1, "a process that imports")
    instance.signal(signal.SIGKILL)
    instance.exit_code()
    gone(instance)


@case("sleeper", env={"BROKEN": "hang"}, listening=False, alone=True)
def sigterm_ends_an_import(instance):
    until(lambda: len(instance.processes()) > 1, "a process that imports")
    instance.signal()
    instance.exit_code(4)
    gone(instance)


@case("sleeper", timeout=2, alone=True)
def crash_while_draining_does_not_stop_the_drain(instance):
    running = begin(instance, "running", 800)
    pid = instance.get("/api/s").json["pid"]
    doomed = begin(instance, "doomed", 1500)
    instance.signal()
    until(lambda: refuses_connections(instance), "connections to be refused")
    if pid in instance.processes():
        os.kill(pid, signal.SIGKILL)
    expect_in(running.result().status, (200, 502), "the first")
    expect_in(doomed.result().status, (200, 502), "the second")
    expect(instance.exit_code(5), 0, "the exit code")


@case("sleeper", concurrency=1, alone=True)
def queue_is_served_after_a_crash_while_draining(instance):
    pid = instance.get("/api/s").json["pid"]
    running = begin(instance, "running", 2500)
    queued = instance.in_background("GET", "/api/s")
    until(lambda: instance.stats()["queued"] == 1, "one to be queued")
    instance.signal()
    until(lambda: refuses_connections(instance), "connections to be refused")
    os.kill(pid, signal.SIGKILL)
    expect(running.result().status, 502, "the running one")
    expect(queued.result().status, 200, "the queued one")
    expect(instance.exit_code(5), 0, "the exit code")
