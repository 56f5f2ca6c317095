"""Workers that end, and workers that talk nonsense."""
import os
import time

from harness.suite import case, expect, expect_in, expect_that, until

from .deadlines import sleeping_children


def crash(instance, kind, error="worker-ended"):
    answer = instance.get("/api/troubles/" + kind)
    expect(answer.status, 502, "the status")
    expect(answer.header("X-Callbacks-Error"), error, "X-Callbacks-Error")
    expect(answer.header("X-Callbacks-Env-Version"), "1", "the env version")
    expect_that("message" in answer.json, "a message", answer)
    served = instance.get("/api/troubles/pid")
    expect(served.status, 200, "the status of the next")


def reasons(instance):
    return [line["reason"] for line in instance.lines if line.get("event") == "worker-ended"]


def crashes(kind, reason):
    def check(instance):
        before = len(reasons(instance))
        crash(instance, kind)
        until(lambda: len(reasons(instance)) > before, "the event worker-ended")
        expect_in(reasons(instance)[before], reason, "reason")

    check.__module__, check.__name__ = __name__, kind.replace("-", "_") + "_is_a_502"
    case("troubles", alone=True, modes=True)(check)


for kind, reason in {
    "exit": ["exit 3"], "exit-zero": ["exit 0"], "sys-exit": ["exit 3"], "kill": ["signal 9"], "abort": ["signal 6"],
    "segfault": ["signal 11"],
}.items():
    crashes(kind, reason)


@case("troubles", memory_mb=128, timeout=20, modes=True)
def memory_without_end_costs_its_own_request(instance):
    answer = instance.get("/api/troubles/memory", timeout=30)
    expect_in((answer.status, answer.header("X-Callbacks-Error")),
              [(500, "handler-raised"), (502, "worker-ended")], "the answer")
    expect(instance.get("/api/troubles/pid").status, 200, "the status of the next")


@case("troubles", modes=True)
def what_a_worker_leaves_is_ended(instance):
    crash(instance, "leaves-child")
    until(lambda: not sleeping_children(instance), "no process of the function to be left")


@case("troubles", concurrency=4, alone=True)
def crash_costs_idle_workers_nothing(instance):
    for _ in range(5):
        crash(instance, "kill")
    until(lambda: len(reasons(instance)) == 5, "five events")
    until(lambda: instance.stats()["restarts"] == 5, "five restarts")


@case("sleeper", alone=True)
def worker_killed_from_outside_is_replaced(instance):
    before = instance.get("/api/s").json["pid"]
    os.kill(before, 9)
    instance.wait_event("worker-ended", reason="signal 9")
    expect_that(instance.get("/api/s").json["pid"] != before, "another worker", before)


@case("sleeper", alone=True)
def killed_workers_under_load_cost_their_own_requests_alone(instance):
    statuses, end = [], time.monotonic() + 1.5
    victim = instance.get("/api/s").json["pid"]
    kills = 0
    while time.monotonic() < end:
        batch = [instance.in_background("GET", "/api/s?ms=20") for _ in range(4)]
        if kills < 3:
            os.kill(victim, 9)
            kills += 1
        answers = [request.result() for request in batch]
        statuses += [answer.status for answer in answers]
        victim = next((answer.json["pid"] for answer in answers if answer.status == 200), victim)
        if kills < 3 and victim not in instance.processes():
            victim = instance.get("/api/s").json["pid"]
    expect_that(set(statuses) <= {200, 502}, "200 and 502 alone", sorted(set(statuses)))
    limit = 3 if instance.language == "python" else 12
    expect_that(statuses.count(502) <= limit, "no more than were running there", statuses.count(502))


NONSENSE = ["unknown-frame", "huge-frame", "foreign-job", "text-frame"]


@case("troubles", modes=True)
def workers_go_first_where_all_memory_is_used(instance):
    def score(pid):
        with open("/proc/%d/oom_score_adj" % pid) as file:
            return int(file.read())

    worker = instance.get("/api/troubles/pid").json
    expect_that(score(worker) > score(instance.process.pid), "the worker to go before the front", score(worker))


def nonsense(kind):
    def check(instance):
        began = time.monotonic()
        answer = instance.get("/api/troubles/" + kind)
        expect(answer.status, 502, "the status")
        expect_in(answer.header("X-Callbacks-Error"), ("worker-ended", "bad-answer"), "X-Callbacks-Error")
        expect_that(time.monotonic() - began < 3, "an answer at once", time.monotonic() - began)
        instance.wait_event("worker-ended", reason="protocol")
        expect(instance.get("/api/troubles/pid").status, 200, "the status of the next")

    check.__module__, check.__name__ = __name__, kind.replace("-", "_") + "_ends_the_worker"
    case("troubles", alone=True, modes=True)(check)


for kind in NONSENSE:
    nonsense(kind)


@case("troubles", modes=True, alone=True, timeout=3)
def worker_that_closes_its_channel_costs_its_own_request(instance):
    answer = instance.get("/api/troubles/closes-everything")
    expect_in(answer.status, (502, 504), "the status")
    until(lambda: instance.get("/api/troubles/pid").status == 200, "an answer")


@case("troubles", modes=True, alone=True)
def handler_may_close_its_streams(instance):
    answer = instance.get("/api/troubles/closes-streams")
    expect((answer.status, answer.header("X-Callbacks-Error")), (500, "handler-raised"), "the answer")
    expect(instance.get("/api/troubles/pid").status, 200, "the status of the next")


@case("troubles", modes=True, only="python")
def child_that_returns_too_is_not_heard(instance):
    before = instance.stats()["restarts"]
    for _ in range(3):
        expect(instance.get("/api/troubles/forks").json, "the parent", "the answer")
    expect(instance.stats()["restarts"], before, "restarts")


@case("troubles", alone=True, modes=True)
def crashes_and_changes_leave_no_descriptors(instance):
    def descriptors():
        return len(os.listdir("/proc/%d/fd" % instance.process.pid))

    def round_of_trouble(version):
        instance.get("/api/troubles/kill")
        instance.get("/api/troubles/value-error")
        expect(instance.set_env(version, {}).status, 200, "the change")
        expect(instance.get("/api/troubles/pid").status, 200, "the status of the next")

    round_of_trouble(2)
    before = descriptors()
    for version in range(3, 8):
        round_of_trouble(version)
    until(lambda: descriptors() <= before + 1, "as many descriptors as before (%d)" % before)


@case("threads", only="python")
def threads_of_the_import_run_in_workers(instance):
    first, second = [instance.in_background("GET", "/api/t") for _ in range(2)]
    expect([first.result().json["beats"], second.result().json["beats"]], [True, True], "beats")


@case("random_numbers", only="python")
def workers_draw_different_numbers(instance):
    drawn = [instance.in_background("GET", "/api/r") for _ in range(4)]
    numbers = [request.result().json["number"] for request in drawn]
    expect(len(set(numbers)), 4, "different numbers")


@case("sleeper", only="python", alone=True)
def zygote_that_ends_is_replaced(instance):
    """The process that forks the workers is no better than they are."""
    worker = instance.get("/api/s").json["pid"]
    busy = instance.in_background("GET", "/api/s?ms=2500&mark=busy")
    instance.wait_log("began busy")
    before = set(instance.processes())
    with open("/proc/%d/stat" % worker) as file:
        zygote = int(file.read().rpartition(")")[2].split()[1])
    os.kill(zygote, 9)
    expect_in(busy.result().status, (200, 502), "the status of the one that ran")
    answer = instance.get("/api/s")
    expect(answer.status, 200, "the status of the next")
    expect(answer.header("X-Callbacks-Env-Version"), "1", "the env version")
    until(lambda: not (before - {instance.process.pid}) & set(instance.processes()), "all of the former to end")


@case("ends_soon", alone=True)
def workers_that_end_again_and_again_end_the_instance(instance):
    """It is for whoever started it to start it again, later each time, and to tell of it."""
    expect(instance.exit_code(15), 1, "the exit code")
    instance.wait_log("again and again")
