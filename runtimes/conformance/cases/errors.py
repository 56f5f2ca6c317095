"""Handlers that raise."""
from harness.suite import case, expect, expect_that


def raised(instance, kind, request_id):
    answer = instance.get("/api/troubles/" + kind, ("X-Request-Id", request_id))
    expect(answer.status, 500, "the status")
    expect(answer.header("X-Callbacks-Error"), "handler-raised", "X-Callbacks-Error")
    expect(answer.header("Content-Type"), "application/json", "Content-Type")
    expect(answer.header("X-Callbacks-Revision"), "5", "the revision")
    expect(answer.header("X-Callbacks-Env-Version"), "1", "the env version")
    expect(answer.json["requestId"], request_id, "requestId")
    return answer


@case("troubles", modes=True)
def exception_is_a_500(instance):
    answer = raised(instance, "value-error", "error-1")
    known = {"python": "ValueError", "node": "RangeError"}[instance.language]
    expect(answer.json, {"errorType": known, "requestId": "error-1"}, "the body")


@case("troubles", modes=True)
def exception_is_named_by_its_class(instance):
    expect(raised(instance, "own-error", "error-2").json["errorType"], "OwnError", "errorType")


@case("troubles", modes=True)
def message_goes_to_the_log_alone(instance):
    answer = raised(instance, "value-error", "error-3")
    expect_that(b"secret of the function" not in answer.body, "no message in the answer", answer)
    instance.wait_line(
        lambda line: "a secret of the function" in line.get("message", "") and line["request_id"] == "error-3",
        "the message in the log")


@case("troubles", modes=True)
def trace_names_the_functions_lines_alone(instance):
    raised(instance, "own-error", "error-4")
    instance.wait_line(
        lambda line: "OwnError" in line.get("message", "") and line["request_id"] == "error-4", "the error in the log")
    trace = "\n".join(instance.logs("error-4"))
    expect_that("function." in trace and "raises" in trace, "frames of the function", trace)
    expect_that("callbacks_shim" not in trace and "runtimes/" not in trace, "no frames of the shim", trace)


@case("troubles", modes=True)
def cause_is_in_the_log(instance):
    raised(instance, "raises-from", "error-5")
    instance.wait_line(
        lambda line: "outer" in line.get("message", "") and line["request_id"] == "error-5", "the error")
    instance.wait_line(
        lambda line: "a secret of the function" in line.get("message", "") and line["request_id"] == "error-5", "the cause")


@case("troubles", modes=True)
def unknown_kind_is_an_error_of_the_function(instance):
    answer = raised(instance, "no-such-kind", "error-6")
    known = {"python": "KeyError", "node": "TypeError"}[instance.language]
    expect(answer.json["errorType"], known, "errorType")


@case("troubles", modes=True)
def worker_goes_on_after_an_exception(instance):
    before = instance.stats()["restarts"]
    for number in range(10):
        raised(instance, "value-error", "error-7-%d" % number)
    expect(instance.get("/api/troubles/pid").status, 200, "the status")
    expect(instance.stats()["restarts"], before, "restarts")


@case("speaker", env={"SECRET": "hidden-value-17"})
def secrets_in_exceptions_are_masked(instance):
    instance.get("/api/speaker/raises-secret", ("X-Request-Id", "error-8"))
    instance.wait_line(
        lambda line: "********" in line.get("message", "") and line["request_id"] == "error-8", "a masked message")
    expect_that(not any("hidden-value-17" in str(line) for line in instance.lines), "no secret", instance.lines)
