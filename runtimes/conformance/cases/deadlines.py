"""Calls that take too long."""
import time

from harness.suite import case, expect, expect_in, expect_that, until

LEFT = ("X-Callbacks-Timeout-Ms", "600")


def overrun(instance, kind, *headers, limit=0.6):
    began = time.monotonic()
    answer = instance.get("/api/troubles/" + kind, *headers)
    took = time.monotonic() - began
    expect(answer.status, 504, "the status")
    expect(answer.header("X-Callbacks-Error"), "timeout", "X-Callbacks-Error")
    expect(answer.header("X-Callbacks-Revision"), "5", "the revision")
    expect(answer.header("X-Callbacks-Env-Version"), "1", "the env version")
    expect_that(limit - 0.05 <= took < limit + 1.2, "an answer at the deadline of %g s" % limit, took)
    return answer


def serves(instance):
    answer = until(lambda: next((a for a in [instance.get("/api/troubles/pid")] if a.status == 200), None), "an answer")
    return answer.json


@case("troubles", timeout=1, modes=True)
def timeout_is_the_longest(instance):
    overrun(instance, "sleep", limit=1)
    overrun(instance, "sleep", ("X-Callbacks-Timeout-Ms", "60000"), limit=1)


@case("troubles", alone=True, modes=True)
def sleep_is_stopped(instance):
    overrun(instance, "sleep", LEFT)
    serves(instance)


@case("troubles", alone=True, modes=True)
def busy_loop_is_stopped(instance):
    overrun(instance, "spin", LEFT)
    serves(instance)
    until(lambda: idle(instance), "nothing to be busy", 3)


def idle(instance):
    """Whether none of its processes runs at the moment, seen three times."""
    for _ in range(3):
        if any(state(pid) == "R" for pid in instance.processes()):
            return False
        time.sleep(0.02)
    return True


def state(pid):
    try:
        with open("/proc/%d/stat" % pid) as file:
            return file.read().rpartition(")")[2].split()[0]
    except OSError:
        return None  # it has ended


@case("troubles", alone=True, modes=True)
def backtracking_is_stopped(instance):
    overrun(instance, "regex", LEFT)
    serves(instance)


@case("troubles", alone=True, modes=True)
def subprocess_is_stopped(instance):
    overrun(instance, "child", LEFT)
    until(lambda: not sleeping_children(instance), "no process of the function to be left")
    serves(instance)


def sleeping_children(instance):
    return [pid for pid in instance.processes() if command_of(pid) == b"sleep"]


def command_of(pid):
    try:
        with open("/proc/%d/cmdline" % pid, "rb") as file:
            return file.read().split(b"\0")[0]
    except OSError:
        return b""  # it has ended


@case("troubles", alone=True, modes=True)
def stopped_worker_is_told(instance):
    overrun(instance, "spin", LEFT)
    expect_in(instance.wait_event("worker-ended")["reason"], ("deadline", "blocked"), "reason")
    until(lambda: instance.stats()["restarts"] == 1, "a restart in the stats")


@case("sleeper")
def deadline_costs_the_others_nothing(instance):
    others = [instance.in_background("GET", "/api/s?ms=1200") for _ in range(3)]
    late = instance.get("/api/s?ms=9000", LEFT)
    expect(late.status, 504, "the status of the one that is late")
    expect([other.result().status for other in others], [200] * 3, "those of the others")


@case("together")
def deadline_costs_others_on_the_same_loop_nothing(instance):
    others = [instance.in_background("GET", "/api/t?ms=1200") for _ in range(4)]
    expect(instance.get("/api/t?ms=9000", LEFT).status, 504, "the status of the one that is late")
    expect([other.result().status for other in others], [200] * 4, "those of the others")
    expect(instance.get("/api/t").status, 200, "the next")


@case("together", alone=True)
def blocked_loop_is_replaced(instance):
    first = instance.get("/api/t").json["pid"]
    expect(instance.get("/api/t?block=1&mark=a", LEFT).status, 504, "the status")
    answer = until(lambda: next((a for a in [instance.get("/api/t")] if a.status == 200), None), "an answer")
    expect_that(answer.json["pid"] != first or instance.language == "node", "another worker", answer)


@case("sleeper", concurrency=1, alone=True)
def deadline_passes_in_the_queue_too(instance):
    running = instance.in_background("GET", "/api/s?ms=1500&mark=running")
    instance.wait_log("began running")
    began = time.monotonic()
    queued = instance.get("/api/s?mark=queued", ("X-Callbacks-Timeout-Ms", "400"))
    expect(queued.status, 504, "the status of the queued one")
    expect(queued.header("X-Callbacks-Error"), "timeout", "X-Callbacks-Error")
    expect_that(time.monotonic() - began < 1.3, "an answer at its deadline", time.monotonic() - began)
    expect(running.result().status, 200, "the status of the running one")
    expect(instance.get("/api/s").status, 200, "the next")
    expect([line for line in instance.lines if "began queued" in line.get("message", "")], [], "runs of the queued one")


@case("together", concurrency=1, alone=True)
def time_in_the_queue_counts(instance):
    running = instance.in_background("GET", "/api/t?ms=1200&mark=running")
    instance.wait_log("began running")
    queued = instance.get("/api/t", ("X-Callbacks-Timeout-Ms", "4000"))
    expect(running.result().status, 200, "the status of the running one")
    expect_that(queued.json["remaining"] < 3400, "less than was left when it came", queued.json)


@case("sleeper")
def no_time_left_costs_no_worker(instance):
    before = instance.stats()["restarts"]
    answer = instance.get("/api/s?ms=300&mark=hopeless", ("X-Callbacks-Timeout-Ms", "0"))
    expect(answer.status, 504, "the status")
    expect(instance.get("/api/s?ms=100").status, 200, "the next")
    expect(instance.stats()["restarts"], before, "restarts")


@case("sleeper")
def nonsense_for_a_deadline_is_the_timeout(instance):
    for nonsense in ("soon", "-1", "", "1e3", "99999999999999999999", "\xb2"):
        expect(instance.get("/api/s?ms=20", ("X-Callbacks-Timeout-Ms", nonsense)).status, 200, "with %r" % nonsense)


@case("troubles", concurrency=1, alone=True)
def what_is_said_of_the_late_belongs_to_it(instance):
    expect(instance.get("/api/troubles/pid", ("X-Request-Id", "early")).status, 200, "the status")
    overrun(instance, "spin", LEFT, ("X-Request-Id", "late"))
    instance.wait_event("worker-ended")
    expect(instance.logs("early"), [], "lines of the request before")
