"""How many requests are taken at once."""
import time

from harness.suite import case, expect, expect_that, until


def not_started(answer):
    expect(answer.status, 503, "the status")
    expect(answer.header("X-Callbacks-Error"), "not-started", "X-Callbacks-Error")
    expect(answer.header("X-Callbacks-Refused"), None, "X-Callbacks-Refused")


def at_once(instance, count, path, milliseconds):
    requests = [instance.in_background("GET", "%s?ms=%d" % (path, milliseconds)) for _ in range(count)]
    return requests


@case("sleeper", concurrency=1, alone=True)
def one_runs_and_one_waits(instance):
    running, waiting = at_once(instance, 2, "/api/s", 900)
    until(lambda: instance.stats()["queued"] == 1, "one to be queued")
    stats = instance.stats()
    expect((stats["in_flight"], stats["queued"]), (1, 1), "in flight and queued")
    not_started(instance.get("/api/s?mark=third"))
    expect([running.result().status, waiting.result().status], [200, 200], "the answers")
    expect([line for line in instance.lines if "began third" in line.get("message", "")], [], "runs of the third")


@case("together", concurrency=3, alone=True)
def as_many_wait_as_run(instance):
    requests = at_once(instance, 6, "/api/t", 900)
    until(lambda: instance.stats()["queued"] == 3, "three to be queued")
    expect(instance.stats()["in_flight"], 3, "in flight")
    not_started(instance.get("/api/t"))
    expect([request.result().status for request in requests], [200] * 6, "the answers")


@case("sleeper", concurrency=4, alone=True)
def requests_run_at_once(instance):
    began = time.monotonic()
    requests = at_once(instance, 4, "/api/s", 800)
    expect([request.result().status for request in requests], [200] * 4, "the answers")
    expect_that(time.monotonic() - began < 2.4, "less time than one after the other", time.monotonic() - began)


@case("together", concurrency=10, alone=True)
def requests_on_one_loop_run_at_once(instance):
    began = time.monotonic()
    requests = at_once(instance, 10, "/api/t", 500)
    expect([request.result().status for request in requests], [200] * 10, "the answers")
    expect_that(time.monotonic() - began < 2.5, "less time than one after the other", time.monotonic() - began)


@case("sleeper", concurrency=1, alone=True)
def one_at_a_time_never_overlaps(instance):
    requests = at_once(instance, 2, "/api/s", 300)
    began = time.monotonic()
    expect([request.result().status for request in requests], [200] * 2, "the answers")
    expect_that(time.monotonic() - began > 0.5, "one after the other", time.monotonic() - began)


@case("sleeper", concurrency=2, alone=True)
def many_requests_are_all_answered(instance):
    for _ in range(10):
        requests = at_once(instance, 4, "/api/s", 5)
        expect([request.result().status for request in requests], [200] * 4, "the answers")
    stats = instance.stats()
    expect((stats["in_flight"], stats["queued"]), (0, 0), "in flight and queued")


@case("sleeper", concurrency=2, alone=True)
def connection_that_says_nothing_costs_no_slot(instance):
    silent = [instance.talk(b"GET /api/s HTTP/1.1\r\n") for _ in range(8)]
    began = time.monotonic()
    expect(instance.get("/api/s").status, 200, "the status")
    expect_that(time.monotonic() - began < 2, "an answer at once", time.monotonic() - began)
    for talk in silent:
        talk.close()


@case("sleeper", concurrency=1, alone=True)
def client_that_goes_away_does_not_stop_the_work(instance):
    with instance.talk(b"GET /api/s?ms=500&mark=left HTTP/1.1\r\nHost: x\r\n\r\n"):
        instance.wait_log("began left")
    expect(instance.get("/api/s").status, 200, "the status of the next")
    stats = instance.stats()
    expect((stats["in_flight"], stats["restarts"]), (0, 0), "in flight and restarts")


@case("sleeper", concurrency=1, alone=True)
def clients_that_go_away_leave_the_queue_whole(instance):
    running = instance.in_background("GET", "/api/s?ms=600&mark=running")
    instance.wait_log("began running")
    with instance.talk(b"GET /api/s?mark=left HTTP/1.1\r\nHost: x\r\n\r\n"):
        until(lambda: instance.stats()["queued"] == 1, "one to be queued")
    expect(running.result().status, 200, "the running one")
    expect(until(lambda: instance.get("/api/s"), "an answer").status, 200, "the next")
    until(lambda: instance.stats()["queued"] == 0, "an empty queue")


@case("sleeper", alone=True)
def stats_count(instance):
    for _ in range(3):
        instance.get("/api/s")
    stats = instance.stats()
    members = {"in_flight", "queued", "workers", "restarts", "requests", "generation", "env_version", "refusing"}
    expect(members - set(stats), set(), "missing members")
    expect((stats["in_flight"], stats["queued"], stats["restarts"], stats["refusing"]), (0, 0, 0, False), "the counts")
    expect_that(stats["requests"] >= 3, "three requests", stats)
    expect_that(stats["workers"] >= 1, "a worker", stats)
