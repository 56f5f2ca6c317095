"""A change of env: live at once, without a failed request, or not at all."""
import threading
import time

from harness.suite import case, expect, expect_that, until


def value(instance):
    answer = instance.get("/api/s")
    expect(answer.status, 200, "the status")
    expect(answer.header("X-Callbacks-Env-Version"), str(answer.json["env_version"]), "the version in the header")
    return answer.json["value"]


@case("sleeper", env={"VALUE": "one"}, alone=True)
def change_is_live_when_answered(instance):
    expect(value(instance), "one", "the value before")
    answer = instance.set_env(2, {"VALUE": "two"}, generation=3)
    expect(answer.status, 200, "the status")
    expect(answer.json, {"version": 2, "generation": 3, "changed": True}, "the answer")
    expect([value(instance) for _ in range(5)], ["two"] * 5, "the values after")
    ready = instance.control("GET", "ready").json
    expect((ready["env_version"], ready["generation"]), (2, 3), "what ready tells")
    expect(instance.stats()["env_version"], 2, "what stats tells")


@case("sleeper", env={"VALUE": "one"}, alone=True)
def generation_may_be_left_out(instance):
    expect(instance.set_env(5, {"VALUE": "x"}).json, {"version": 5, "generation": 1, "changed": True}, "the answer")


@case("sleeper", env={"VALUE": "one"}, alone=True)
def names_left_out_are_gone(instance):
    instance.set_env(2, {})
    expect(value(instance), None, "the value")


@case("sleeper", env={"VALUE": "one"}, env_version=4, alone=True)
def same_or_lower_version_changes_nothing(instance):
    pid = instance.get("/api/s").json["pid"]
    for version in (4, 3, 0, -1):
        answer = instance.set_env(version, {"VALUE": "two"})
        expect(answer.status, 200, "the status")
        expect(answer.json, {"version": 4, "generation": 1, "changed": False}, "the answer")
    expect(value(instance), "one", "the value")
    expect(instance.get("/api/s").json["pid"], pid, "the worker")


@case("sleeper", env_version=4, alone=True)
def higher_generation_is_taken_over_without_a_change(instance):
    expect(instance.set_env(4, {}, generation=8).json, {"version": 4, "generation": 8, "changed": False}, "the answer")
    expect(instance.set_env(4, {}, generation=6).json["generation"], 8, "the generation")
    expect(instance.control("GET", "ready").json["generation"], 8, "what ready tells")


def fails(instance, env, kind, version=2):
    answer = instance.set_env(version, dict(env, VALUE="two"), generation=5)
    expect(answer.status, 422, "the status")
    expect(answer.json["class"], kind, "class")
    expect(set(answer.json), {"class", "message", "package", "log_tail"}, "the members")
    expect(value(instance), "one", "the value")
    ready = instance.control("GET", "ready").json
    expect((ready["env_version"], ready["generation"]), (1, 1), "what ready tells")
    return answer.json


@case("sleeper", env={"VALUE": "one"}, alone=True)
def failing_import_leaves_the_old_serving(instance):
    kind = {"python": "RuntimeError", "node": "TypeError"}[instance.language]
    failure = fails(instance, {"BROKEN": "raise", "DETAIL": "a-secret-of-the-env"}, kind)
    expect(failure["message"], "broken by its env: ********", "message")
    expect_that("a-secret-of" not in str(failure), "no secret", failure)
    expect_that("function" in failure["log_tail"] and "broken by" in failure["log_tail"], "a trace", failure)
    expect(instance.set_env(2, {"VALUE": "three"}).json["changed"], True, "a change after it")
    expect(value(instance), "three", "the value")


@case("sleeper", env={"VALUE": "one"}, alone=True)
def missing_module_is_named(instance):
    if instance.language == "python":
        expect(fails(instance, {"BROKEN": "missing"}, "ModuleNotFoundError")["package"], "surely_not_there", "package")
    else:
        expect(fails(instance, {"BROKEN": "missing"}, "ModuleNotFound")["package"], "surely-not-there", "package")


@case("sleeper", env={"VALUE": "one"}, alone=True)
def import_that_exits_leaves_the_old_serving(instance):
    fails(instance, {"BROKEN": "exit"}, "WorkerDied")


@case("sleeper", env={"VALUE": "one"}, startup_timeout=2, alone=True)
def import_that_hangs_leaves_the_old_serving(instance):
    fails(instance, {"BROKEN": "hang"}, "StartupTimeout")
    count = len(instance.processes())
    expect_that(count <= 4, "no process left of it", count)


class Load(threading.Thread):
    """Requests without pause; keeps what came of them, and the version known when each was sent."""

    def __init__(self, instance, path):
        super().__init__(daemon=True)
        self.instance, self.path = instance, path
        self.live, self.going, self.seen = 1, True, []
        self.start()

    def run(self):
        while self.going:
            known = self.live
            try:
                answer = self.instance.get(self.path)
                self.seen.append((known, answer.status, int(answer.header("X-Callbacks-Env-Version") or 0)))
            except Exception as error:
                self.seen.append((known, repr(error), 0))


def change_under_load(instance, path):
    loads = [Load(instance, path) for _ in range(4)]
    for version in range(2, 6):
        until(lambda: all(len(load.seen) >= version * 3 for load in loads), "some load", 10)
        expect(instance.set_env(version, {"VALUE": str(version)}).json["changed"], True, "the change")
        for load in loads:
            load.live = version
    until(lambda: all(load.seen[-1][0] == 5 for load in loads), "load after the last change", 10)
    for load in loads:
        load.going = False
    for load in loads:
        load.join(10)
    seen = [entry for load in loads for entry in load.seen]
    expect([entry for entry in seen if entry[1] != 200], [], "failed requests")
    expect([entry for entry in seen if entry[2] < entry[0]], [], "stale answers")


@case("sleeper", alone=True)
def no_request_fails_and_none_is_stale(instance):
    change_under_load(instance, "/api/s?ms=15")


@case("together", alone=True)
def no_request_fails_and_none_is_stale_on_one_loop(instance):
    change_under_load(instance, "/api/t?ms=15")


@case("sleeper", env={"VALUE": "one"}, alone=True)
def running_requests_finish_with_what_they_have(instance):
    running = instance.in_background("GET", "/api/s?ms=1200&mark=running")
    instance.wait_log("began running")
    instance.set_env(2, {"VALUE": "two"})
    expect(value(instance), "two", "the value of a new request")
    old = running.result()
    expect((old.status, old.json["value"], old.header("X-Callbacks-Env-Version")), (200, "one", "1"), "the old one")
    until(lambda: instance.stats()["workers"] <= 2, "the old workers to end")
    expect([line for line in instance.lines if line.get("event") == "worker-ended"], [], "workers that ended badly")


@case("sleeper", env={"VALUE": "one"}, alone=True)
def two_at_once_happen_one_after_the_other(instance):
    changes = [Change(instance, version) for version in (2, 3)]
    answers = [change.answer() for change in changes]
    expect([answer.status for answer in answers], [200, 200], "the statuses")
    expect(value(instance), "3", "the value")
    expect(instance.control("GET", "ready").json["env_version"], 3, "the version")


class Change(threading.Thread):
    def __init__(self, instance, version, **more):
        super().__init__(daemon=True)
        self.instance, self.version, self.more, self.came = instance, version, more, None
        self.start()

    def run(self):
        self.came = self.instance.set_env(self.version, dict(VALUE=str(self.version), **self.more))

    def answer(self):
        self.join(20)
        if self.came is None:
            raise AssertionError("expected an answer to the change to %d, saw none" % self.version)
        return self.came


@case("sleeper", env={"VALUE": "one"}, alone=True)
def change_that_waits_is_judged_by_what_is_then(instance):
    first = Change(instance, 5, IMPORT_SECONDS="0.7")
    until(lambda: len(instance.processes()) > 3 or first.came, "the first change to begin")
    expect(instance.set_env(4, {"VALUE": "4"}).json, {"version": 5, "generation": 1, "changed": False}, "the second")
    expect(first.answer().json["changed"], True, "the first")
    expect(value(instance), "5", "the value")


@case("sleeper", env={"VALUE": "one"}, alone=True)
def requests_are_served_while_a_change_imports(instance):
    change = Change(instance, 2, IMPORT_SECONDS="1.2")
    served, end = 0, time.monotonic() + 0.8
    while time.monotonic() < end and change.came is None:
        expect(value(instance), "one", "the value meanwhile")
        served += 1
    expect_that(served > 5, "answers meanwhile", served)
    expect(change.answer().json["changed"], True, "the change")
    expect(value(instance), "2", "the value")


MALFORMED = [
    b"", b"not json", b"[]", b"null", b"7", b"{}", b'{"version": 2}', b'{"env": {}}', b'{"version": "2", "env": {}}',
    b'{"version": 2.5, "env": {}}', b'{"version": true, "env": {}}', b'{"version": null, "env": {}}',
    b'{"version": 2, "env": []}', b'{"version": 2, "env": {"A": 1}}', b'{"version": 2, "env": {"A": null}}',
    b'{"version": 2, "env": {"": "x"}}', b'{"version": 2, "env": {"A=B": "x"}}', b'{"version": 2, "env": {"A": "\\u0000"}}',
    b'{"version": 2, "env": {}, "generation": "3"}', b'\xff\xfe', b"[" * 50000,
]


@case("sleeper", env={"VALUE": "one"}, alone=True)
def malformed_changes_are_refused(instance):
    for body in MALFORMED:
        answer = instance.control("PUT", "env", body)
        expect(answer.status, 400, "the status of %.60r" % body)
        expect_that("message" in answer.json, "a message", answer)
    expect(value(instance), "one", "the value")
    expect(instance.set_env(2, {"VALUE": "two"}).json["changed"], True, "a change after them")


@case("sleeper", env={"VALUE": "one"}, alone=True)
def env_too_large_for_a_process_is_refused(instance):
    answer = instance.set_env(2, {"LARGE": "x" * 300000})
    expect_that(answer.status in (400, 422), "a refusal", answer)
    expect(value(instance), "one", "the value")
    expect(instance.set_env(3, {"VALUE": "three"}).json["changed"], True, "a change after it")


@case("sleeper", env={"VALUE": "one"}, alone=True)
def many_changes_leave_no_processes(instance):
    for version in range(2, 8):
        expect(instance.set_env(version, {"VALUE": str(version)}).json["changed"], True, "the change")
    expect(value(instance), "7", "the value")
    until(lambda: len(instance.processes()) <= 4, "the former generations to be gone")
