"""Requests that are turned away before the handler has seen them."""
from harness.suite import case, expect, expect_that, until


def refused(answer, generation="1"):
    expect(answer.status, 503, "the status")
    expect(answer.header("X-Callbacks-Error"), "refused", "X-Callbacks-Error")
    expect(answer.header("X-Callbacks-Refused"), generation, "X-Callbacks-Refused")
    expect(answer.header("Content-Type"), "application/json", "Content-Type")


@case("sleeper")
def request_for_another_instance_is_refused(instance):
    refused(instance.get("/api/s?mark=other", ("X-Callbacks-Instance", "another")))
    refused(instance.get("/api/s?mark=other", ("X-Callbacks-Instance", "")))
    expect(instance.get("/api/s").status, 200, "the status without the header")
    expect([line for line in instance.lines if "began other" in line.get("message", "")], [], "runs of it")


@case("sleeper")
def request_for_this_instance_is_taken(instance):
    expect(instance.get("/api/s", ("X-Callbacks-Instance", instance.name)).status, 200, "the status")


@case("sleeper", alone=True)
def refusing_refuses_every_later_request(instance):
    expect(instance.control("POST", "refuse").status, 200, "the status of the call")
    for _ in range(3):
        refused(instance.get("/api/s?mark=later"))
    expect(instance.stats()["refusing"], True, "refusing")
    expect([line for line in instance.lines if "began" in line.get("message", "")], [], "runs")


@case("sleeper", alone=True)
def refusing_twice_is_once(instance):
    for _ in range(2):
        expect(instance.control("POST", "refuse").status, 200, "the status")
    expect(instance.control("GET", "ready").status, 200, "the status of ready")


@case("sleeper", alone=True)
def refusing_lets_running_requests_finish(instance):
    running = instance.in_background("GET", "/api/s?ms=700&mark=running")
    instance.wait_log("began running")
    instance.control("POST", "refuse")
    expect(running.result().status, 200, "the answer")


@case("sleeper", concurrency=1, alone=True)
def refusing_refuses_what_is_queued(instance):
    running = instance.in_background("GET", "/api/s?ms=1000&mark=running")
    instance.wait_log("began running")
    queued = instance.in_background("GET", "/api/s?mark=queued")
    until(lambda: instance.stats()["queued"] == 1, "one to be queued")
    instance.control("POST", "refuse")
    refused(queued.result())
    expect(running.result().status, 200, "the running one")
    expect([line for line in instance.lines if "began queued" in line.get("message", "")], [], "runs of it")


@case("sleeper", alone=True, generation=7)
def refusal_names_the_generation(instance):
    expect(instance.wait_event("listening")["generation"], 7, "the generation of the event")
    expect(instance.set_env(2, {}, generation=9).json["generation"], 9, "the generation")
    instance.control("POST", "refuse")
    refused(instance.get("/api/s"), "9")


@case("sleeper", alone=True)
def refused_connection_is_kept(instance):
    instance.control("POST", "refuse")
    with instance.talk(b"POST /api/s HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc") as talk:
        refused(talk.answer())
        talk.say(b"GET /api/s HTTP/1.1\r\nHost: x\r\n\r\n")
        refused(talk.answer())
    expect_that(instance.stats()["in_flight"] == 0, "nothing in flight", instance.stats())
