"""Handlers that can, and cannot, be loaded."""
from harness.suite import case, expect, expect_in, expect_that, until


def failure(instance, seconds=15):
    told = instance.wait_event("load-failed", seconds)
    expect(instance.exit_code(), 1, "the exit code")
    expect(set(told), {"event", "class", "message", "package", "log_tail"}, "the members")
    expect([line for line in instance.lines if line.get("event") == "listening"], [], "listening")
    until(lambda: not instance.processes(), "no process to be left")
    return told


def fails(function, **settings):
    return case(function, alone=True, listening=False, **settings)


@fails("missing_module")
def missing_module_names_the_package(instance):
    told = failure(instance)
    if instance.language == "python":
        expect((told["class"], told["package"]), ("ModuleNotFoundError", "surely_not_there"), "class and package")
        expect(told["message"], "No module named 'surely_not_there'", "message")
    else:
        expect((told["class"], told["package"]), ("ModuleNotFound", "surely-not-there"), "class and package")
        expect_that("surely-not-there" in told["message"], "a message with the package", told)


@fails("syntax_error")
def syntax_error_is_told(instance):
    told = failure(instance)
    expect(told["class"], "SyntaxError", "class")
    expect(told["package"], None, "package")
    expect_that("function" in told["log_tail"] and "handler" in told["log_tail"], "the line that is wrong", told)


@fails("no_handler")
def missing_handler_is_told(instance):
    told = failure(instance)
    expect((told["class"], told["package"]), ("HandlerNotFound", None), "class and package")


@fails("not_callable")
def handler_that_is_no_function_is_told(instance):
    expect(failure(instance)["class"], "HandlerNotFound", "class")


@fails("raises_at_import", env={"SECRET": "hidden-value-17"})
def error_at_import_is_told(instance):
    told = failure(instance)
    expect(told["class"], {"python": "ValueError", "node": "RangeError"}[instance.language], "class")
    expect(told["message"], "cannot prepare with ********", "message")
    expect(told["package"], None, "package")


@fails("raises_at_import", env={"SECRET": "hidden-value-17"})
def trace_is_the_functions_and_masked(instance):
    tail = failure(instance)["log_tail"]
    expect_that("prepare" in tail and "function" in tail, "frames of the function", tail)
    expect_that("callbacks_shim" not in tail and "runtimes/" not in tail, "no frames of the shim", tail)
    expect_that("hidden-value-17" not in tail, "no secret", tail)
    expect_that(len(tail.encode()) <= 8192, "8 KiB at most", len(tail.encode()))


@fails("raises_at_import", env={"SECRET": "hidden-value-17"})
def what_a_failing_import_said_is_logged(instance):
    failure(instance)
    expect(instance.wait_log("preparing")["request_id"], None, "request_id")


@fails("sleeper", env={"BROKEN": "raise", "DETAIL": "x" * 50000})
def long_message_is_cut(instance):
    told = failure(instance)
    expect_that(len(str(told)) < 20000, "a line of bounded length", len(str(told)))
    expect_that(len(told["log_tail"].encode()) <= 8192, "8 KiB at most", len(told["log_tail"].encode()))


@fails("sleeper", env={"BROKEN": "hang"}, startup_timeout=1)
def import_that_hangs_is_a_startup_timeout(instance):
    expect(failure(instance, 6)["class"], "StartupTimeout", "class")


@fails("sleeper", env={"BROKEN": "exit"})
def import_that_exits_is_a_dead_worker(instance):
    told = failure(instance)
    expect(told["class"], "WorkerDied", "class")
    expect_that("9" in told["message"], "the exit code in the message", told)


@fails("sleeper", env={"LARGE": "x" * 300000})
def env_too_large_for_a_process_is_told(instance):
    expect_in(failure(instance)["package"], (None,), "package")


@case("with_library", library="of_library")
def library_can_be_imported(instance):
    expect(instance.get("/api/x").json, "of the library", "the answer")


@fails("with_library")
def library_that_is_absent_is_missed(instance):
    expect(failure(instance)["package"], "of_library", "package")


@case("esm", library="of_library", only="node")
def modules_are_loaded(instance):
    answer = instance.get("/api/x").json
    expect(answer, {"twice": "of the library", "kind": "string", "url": "/function.mjs"}, "the answer")


@case("sleeper", env_version=6, generation=9)
def listening_tells_what_runs(instance):
    told = instance.wait_event("listening")
    expect(told, {"event": "listening", "port": instance.port, "generation": 9, "env_version": 6}, "the event")


@case("sleeper", env={"IMPORT_SECONDS": "0.6"}, alone=True, listening=False)
def listens_only_when_loaded(instance):
    until(lambda: len(instance.processes()) > 1, "a process that imports")
    expect([line for line in instance.lines if line.get("event")], [], "events while it imports")
    instance.port = instance.wait_event("listening")["port"]
    expect(instance.get("/api/s").status, 200, "the status")


@fails("sleeper", front_env={"CALLBACKS_HOST": "192.0.2.1"})
def address_that_cannot_be_had_ends_the_front(instance):
    instance.may_complain = True
    expect_that(instance.exit_code(10) > 0, "an exit code that tells of a failure", instance.process.returncode)
    until(lambda: not instance.processes(), "no process to be left")


def without_configuration(word, line):
    def check(instance):
        instance.may_complain = True
        expect_that(instance.exit_code(10) > 0, "an exit code that tells of a failure", instance.process.returncode)
        expect([each for each in instance.lines if each.get("event") == "listening"], [], "listening")

    check.__module__, check.__name__ = __name__, "configuration_%s_ends_the_front" % word
    fails("sleeper", line=line)(check)


without_configuration("that_is_no_json", b"nonsense")
without_configuration("of_another_kind", b"[1]")
without_configuration("without_a_token", b'{"env": {}, "env_version": 1, "generation": 1}')
without_configuration("with_a_wrong_env", b'{"token": "t", "env": {"A": 1}, "env_version": 1, "generation": 1}')
without_configuration("without_end", b'{"token": "' + b"t" * (2 << 20))


@fails("raises_at_import", env={"LINES": "400"})
def failure_comes_after_a_noisy_import(instance):
    failure(instance)
    expect(len([line for line in instance.lines if line.get("message", "").startswith("noise")]), 400, "lines before it")
