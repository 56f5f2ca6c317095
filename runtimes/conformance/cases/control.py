"""Control calls, and who may make them."""
from harness.suite import case, expect, expect_that


@case("sleeper", env_version=3, generation=4)
def ready_tells_what_runs(instance):
    answer = instance.control("GET", "ready")
    expect(answer.status, 200, "the status")
    known = {"generation": 4, "env_version": 3, "instance": instance.name}
    expect({name: answer.json.get(name) for name in known}, known, "what it tells")
    expect(str(answer.json["revision"]), "5", "revision")
    expect(answer.header("Content-Type"), "application/json", "Content-Type")


@case("sleeper")
def token_is_needed(instance):
    for method, name in (("GET", "ready"), ("GET", "stats"), ("PUT", "env"), ("POST", "refuse"), ("GET", "nothing")):
        for token in (None, "", "wrong", "a-token-of-the-conformance-suit", "a-token-of-the-conformance-suite2"):
            expect(instance.control(method, name, token=token).status, 401, "%s with %r" % (name, token))
    expect(instance.stats()["refusing"], False, "refusing")


@case("sleeper")
def token_of_another_kind_is_none(instance):
    for value in ("Basic abc", "a-token-of-the-conformance-suite", "Bearer", "\xff\xfe"):
        answer = instance.get("/_callbacks/ready", ("Authorization", value))
        expect(answer.status, 401, "the status with %r" % value)


@case("sleeper")
def unknown_call_is_not_found(instance):
    for name in ("nothing", "", "ready/", "Ready", "env/2"):
        expect(instance.control("GET", name).status, 404, "the status of %r" % name)


@case("sleeper")
def wrong_method_is_not_allowed(instance):
    for method, name, right in (("POST", "ready", "GET"), ("GET", "env", "PUT"), ("GET", "refuse", "POST"),
                                ("DELETE", "stats", "GET")):
        answer = instance.control(method, name)
        expect(answer.status, 405, "the status of %s %s" % (method, name))
        expect_that(right in (answer.header("Allow") or ""), "Allow with " + right, answer)


@case("sleeper")
def control_calls_never_reach_the_handler(instance):
    for target in ("/_callbacks/s?mark=control", "/_callbacks/?mark=control"):
        instance.get(target)
        instance.control("GET", target[len("/_callbacks/") :])
    expect([line for line in instance.lines if "began control" in line.get("message", "")], [], "runs")


@case("event")
def other_paths_do(instance):
    for target in ("/_callbacks", "/api/_callbacks/ready", "/_callback/ready", "/%5Fcallbacks/ready"):
        answer = instance.get(target)
        expect(answer.status, 200, "the status of " + target)
        expect_that("event" in answer.json, "the handler's answer", answer)


@case("sleeper")
def control_answers_keep_the_connection(instance):
    call = b"GET /_callbacks/ready HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer wrong\r\n\r\n"
    with instance.talk(call + call) as talk:
        expect([answer.status for answer in talk.answers(2)], [401, 401], "the answers on one connection")


@case("sleeper", concurrency=1, alone=True)
def control_calls_are_answered_while_all_is_busy(instance):
    running = [instance.in_background("GET", "/api/s?ms=800") for _ in range(2)]
    instance.control("GET", "ready", timeout=0.7)
    expect(instance.stats()["refusing"], False, "refusing")
    expect([request.result().status for request in running], [200, 200], "the answers")


@case("sleeper")
def token_stays_secret(instance):
    instance.get("/api/s")
    expect_that("a-token-of-the" not in str(instance.lines), "no token in the log", instance.lines)
    for pid in instance.processes():
        with open("/proc/%d/cmdline" % pid, "rb") as command, open("/proc/%d/environ" % pid, "rb") as environ:
            expect_that(b"a-token-of-the" not in command.read() + environ.read(), "no token in a process", pid)
