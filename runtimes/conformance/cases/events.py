"""The event and the context a handler gets."""
import base64
import json
import re
import time
import uuid

from harness.suite import case, expect, expect_in, expect_that


def event_of(answer):
    expect(answer.status, 200, "the status")
    return answer.json["event"]


@case("event")
def path_is_below_api(instance):
    event = event_of(instance.get("/api/shop/items/7?x=1"))
    expect(event["path"], "/shop/items/7", "path")
    expect(event["requestContext"]["path"], "/api/shop/items/7", "requestContext.path")
    expect(event["requestContext"]["stage"], "api", "stage")


@case("event")
def empty_path_is_a_slash(instance):
    expect(event_of(instance.get("/api"))["path"], "/", "path")
    expect(event_of(instance.get("/api/"))["path"], "/", "path")
    expect(event_of(instance.get("/api?a=1"))["path"], "/", "path")


@case("event")
def path_stays_encoded(instance):
    expect(event_of(instance.get("/api/a%2Fb/%C3%BC%20c"))["path"], "/a%2Fb/%C3%BC%20c", "path")


@case("event")
def only_a_whole_prefix_is_taken_off(instance):
    expect(event_of(instance.get("/apis/x"))["path"], "/apis/x", "path")


@case("event")
def methods_arrive(instance):
    for method in ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"):
        event = event_of(instance.request(method, "/api/m"))
        expect(event["httpMethod"], method, "httpMethod")
        expect(event["requestContext"]["httpMethod"], method, "requestContext.httpMethod")


@case("event")
def resource_is_told(instance):
    event = event_of(instance.get("/api/shop/7", ("X-Callbacks-Resource", "/shop/{id}")))
    expect(event["resource"], "/shop/{id}", "resource")
    expect(event["requestContext"]["resourcePath"], "/shop/{id}", "resourcePath")


@case("event")
def resource_defaults_to_proxy(instance):
    expect(event_of(instance.get("/api/x"))["resource"], "/{proxy+}", "resource")


@case("event")
def path_parameters_are_told(instance):
    told = json.dumps({"id": "grün/7", "rest": "a b"})
    event = event_of(instance.get("/api/shop/7", ("X-Callbacks-Path-Parameters", told)))
    expect(event["pathParameters"], {"id": "grün/7", "rest": "a b"}, "pathParameters")


@case("event")
def no_path_parameters_are_null(instance):
    expect(event_of(instance.get("/api/x"))["pathParameters"], None, "pathParameters")
    empty = instance.get("/api/x", ("X-Callbacks-Path-Parameters", "{}"))
    expect(event_of(empty)["pathParameters"], None, "pathParameters")


@case("event")
def query_is_decoded(instance):
    event = event_of(instance.get("/api/x?name=gr%C3%BCn+und%20blau&empty=&eq=a%3Db"))
    expect(event["queryStringParameters"], {"name": "grün und blau", "empty": "", "eq": "a=b"}, "the query")


@case("event")
def query_keeps_the_last_and_all(instance):
    event = event_of(instance.get("/api/x?a=1&b=2&a=3"))
    expect(event["queryStringParameters"], {"a": "3", "b": "2"}, "queryStringParameters")
    expect(event["multiValueQueryStringParameters"], {"a": ["1", "3"], "b": ["2"]}, "the multi-value twin")


@case("event")
def no_query_is_null(instance):
    for target in ("/api/x", "/api/x?"):
        event = event_of(instance.get(target))
        expect(event["queryStringParameters"], None, "queryStringParameters")
        expect(event["multiValueQueryStringParameters"], None, "multiValueQueryStringParameters")


@case("event")
def query_names_of_objects_are_harmless(instance):
    event = event_of(instance.get("/api/x?__proto__=1&constructor=2&toString=3"))
    expect(event["queryStringParameters"], {"__proto__": "1", "constructor": "2", "toString": "3"}, "the query")


@case("event")
def headers_keep_their_case(instance):
    headers = event_of(instance.get("/api/x", ("X-MiXeD-Case", "Value"), ("lower", "l")))["headers"]
    expect(headers.get("X-MiXeD-Case"), "Value", "X-MiXeD-Case")
    expect(headers.get("lower"), "l", "lower")


@case("event")
def headers_keep_the_last_and_all(instance):
    event = event_of(instance.get("/api/x", ("X-Twice", "1"), ("X-Twice", "2, 3")))
    expect(event["headers"]["X-Twice"], "2, 3", "the header")
    expect(event["multiValueHeaders"]["X-Twice"], ["1", "2, 3"], "all values")


@case("event")
def headers_of_the_platform_are_taken_off(instance):
    event = event_of(instance.get("/api/x", ("X-Callbacks-Timeout-Ms", "3000"), ("x-callbacks-other", "1")))
    names = [name for name in event["multiValueHeaders"] if name.lower().startswith("x-callbacks-")]
    expect(names, [], "headers of the platform")


@case("event")
def headers_of_the_hop_are_taken_off(instance):
    hop = [("Connection", "keep-alive"), ("Keep-Alive", "timeout=5"), ("Proxy-Connection", "keep-alive"),
           ("Proxy-Authorization", "Basic eDp5"), ("te", "trailers"), ("Trailer", "X-T"), ("UPGRADE", "h2c")]
    event = event_of(instance.get("/api/x", *hop, ("X-Kept", "1")))
    expect(sorted(event["multiValueHeaders"]), ["Host", "X-Kept", "X-Request-Id"], "the headers")
    expect(sorted(event["headers"]), ["Host", "X-Kept", "X-Request-Id"], "the headers")


@case("event")
def length_is_told_as_it_was_sent(instance):
    with instance.talk(b"POST /api/x HTTP/1.1\r\nHost: x\r\ncontent-LENGTH: 3\r\n\r\nabc") as talk:
        headers = event_of(talk.answer())["headers"]
    expect(headers.get("content-LENGTH"), "3", "content-LENGTH")


@case("event")
def body_in_chunks_has_neither_length_nor_coding(instance):
    with instance.talk(b"POST /api/x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n",
                       b"3\r\nabc\r\n0\r\n\r\n") as talk:
        event = event_of(talk.answer())
    expect(event["body"], "abc", "the body")
    expect(sorted(event["headers"]), ["Host", "X-Request-Id"], "the headers")


@case("event")
def source_ip_is_told(instance):
    event = event_of(instance.get("/api/x", ("X-Callbacks-Source-Ip", "203.0.113.9")))
    expect(event["requestContext"]["identity"]["sourceIp"], "203.0.113.9", "sourceIp")
    expect(event_of(instance.get("/api/x"))["requestContext"]["identity"]["sourceIp"], "127.0.0.1", "sourceIp")


@case("event")
def user_agent_is_told(instance):
    event = event_of(instance.get("/api/x", ("User-Agent", "suite/1")))
    expect(event["requestContext"]["identity"]["userAgent"], "suite/1", "userAgent")
    expect(event_of(instance.get("/api/x"))["requestContext"]["identity"]["userAgent"], None, "userAgent")


@case("event")
def request_id_is_kept(instance):
    answer = instance.get("/api/x", ("X-Request-Id", "the-id-17"))
    event = event_of(answer)
    expect(event["requestContext"]["requestId"], "the-id-17", "requestId")
    expect(answer.json["context"]["request_id"], "the-id-17", "context")
    expect(event["headers"]["X-Request-Id"], "the-id-17", "the header")


@case("event")
def request_id_is_made(instance):
    answer = instance.get("/api/x")
    made = event_of(answer)["requestContext"]["requestId"]
    expect(str(uuid.UUID(made)), made, "requestId")
    expect(answer.json["context"]["request_id"], made, "context")


@case("event")
def request_context_names_the_callback(instance):
    context = event_of(instance.get("/api/x"))["requestContext"]
    expect(context["accountId"], "callbacks", "accountId") if context["accountId"] == "callbacks" else None
    expect(context["accountId"], "callbacks", "accountId")
    expect(context["apiId"], instance.callback_id, "apiId")
    expect(context["resourceId"], instance.callback_id, "resourceId")
    expect(context["protocol"], "HTTP/1.1", "protocol")


@case("event")
def request_time_is_now(instance):
    context = event_of(instance.get("/api/x"))["requestContext"]
    pattern = r"\d\d/(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)/\d{4}:\d\d:\d\d:\d\d \+0000"
    expect_that(re.fullmatch(pattern, context["requestTime"]), "a time as in a log", context["requestTime"])
    expect_that(abs(context["requestTimeEpoch"] / 1000 - time.time()) < 60, "now", context["requestTimeEpoch"])


@case("event")
def no_body_is_null(instance):
    for answer in (instance.get("/api/x"), instance.request("POST", "/api/x", "")):
        event = event_of(answer)
        expect(event["body"], None, "body")
        expect(event["isBase64Encoded"], False, "isBase64Encoded")


@case("event")
def text_body_is_text(instance):
    event = event_of(instance.request("POST", "/api/x", '{"grün": 1}\n'))
    expect(event["body"], '{"grün": 1}\n', "body")
    expect(event["isBase64Encoded"], False, "isBase64Encoded")


@case("event")
def byte_order_mark_is_kept(instance):
    expect(event_of(instance.request("POST", "/api/x", b"\xef\xbb\xbfa"))["body"], "\ufeffa", "body")


@case("event")
def other_body_is_base64(instance):
    for body in (b"\xff\x00\xfe", b"caf\xe9", b"\xed\xa0\x80", b"\xc0\x80"):
        event = event_of(instance.request("POST", "/api/x", body))
        expect(event["isBase64Encoded"], True, "isBase64Encoded")
        expect(base64.b64decode(event["body"]), body, "body")


@case("event")
def members_are_those_of_the_contract(instance):
    members = {
        "resource", "path", "httpMethod", "headers", "multiValueHeaders", "queryStringParameters",
        "multiValueQueryStringParameters", "pathParameters", "stageVariables", "requestContext", "body",
        "isBase64Encoded",
    }
    event = event_of(instance.get("/api/x"))
    expect(set(event), members, "the members")
    expect(event["stageVariables"], None, "stageVariables")


@case("event")
def context_tells_of_the_function(instance):
    context = instance.get("/api/x").json["context"]
    expect(context["function_name"], "conformance", "the name")
    expect(str(context["function_version"]), "5", "the version")
    expect(str(context["memory_mb"]), "256", "the memory")


@case("event")
def remaining_time_counts_down_from_the_timeout(instance):
    remaining = instance.get("/api/x").json["context"]["remaining"]
    expect_that(3000 < remaining <= 5000, "a little less than 5000", remaining)


@case("event")
def remaining_time_is_what_the_gateway_leaves(instance):
    remaining = instance.get("/api/x", ("X-Callbacks-Timeout-Ms", "2500")).json["context"]["remaining"]
    expect_that(1000 < remaining <= 2500, "a little less than 2500", remaining)
    more = instance.get("/api/x", ("X-Callbacks-Timeout-Ms", "99999999")).json["context"]["remaining"]
    expect_that(3000 < more <= 5000, "no more than the timeout", more)


ENV = {"GREETING": "grüße", "EMPTY": "", "OMP_NUM_THREADS": "3"}


@case("event", env=ENV, env_version=4)
def env_is_there_before_the_import(instance):
    seen = instance.get("/api/x").json
    for when in ("environ", "at_import"):
        for name, value in ENV.items():
            expect(seen[when].get(name), value, "%s in %s" % (name, when))


@case("event", env=ENV, env_version=4)
def env_holds_nothing_of_the_platform(instance):
    names = set(instance.get("/api/x").json["environ"])
    known = {"PATH", "HOME", "LANG", "TZ", "TMPDIR", "CALLBACKS_CALLBACK_ID", "CALLBACKS_REVISION",
             "CALLBACKS_ENV_VERSION", "CALLBACKS_FUNCTION_NAME", "CALLBACKS_MEMORY_MB",
             "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", *ENV}
    expect(names - known, set(), "what nobody should see")


@case("event", env=ENV, env_version=4)
def env_tells_what_runs(instance):
    environ = instance.get("/api/x").json["environ"]
    told = {"CALLBACKS_CALLBACK_ID": instance.callback_id, "CALLBACKS_REVISION": "5", "CALLBACKS_ENV_VERSION": "4",
            "CALLBACKS_FUNCTION_NAME": "conformance", "CALLBACKS_MEMORY_MB": "256", "LANG": "C.UTF-8", "TZ": "UTC"}
    expect({name: environ.get(name) for name in told}, told, "what is told")


@case("event", front_env={"LANG": "C"})
def basics_are_passed_on_as_they_are(instance):
    environ = instance.get("/api/x").json["environ"]
    expect(environ["LANG"], "C", "LANG")
    expect(environ.get("LC_CTYPE"), None, "LC_CTYPE")


@case("event", env=ENV, env_version=4)
def working_directory_is_the_fronts(instance):
    seen = instance.get("/api/x").json
    expect(seen["directory"], instance.home, "the working directory")
    expect(seen["standard_input"], "", "standard input")


@case("event", config_file=True, env=ENV, alone=True)
def configuration_may_be_a_file(instance):
    expect(instance.get("/api/x").json["environ"]["GREETING"], "grüße", "GREETING")
    instance.close_lifeline()
    expect(instance.control("GET", "ready").status, 200, "ready after standard input was closed")


@case("shapes")
def handler_may_be_any_callable(instance):
    answer = instance.get("/api/shape", ("X-Request-Id", "shape-1"))
    expect(answer.json, {"path": "/shape", "request_id": "shape-1"}, "the answer")


@case("event")
def answer_names_revision_and_env_version(instance):
    answer = instance.get("/api/x")
    expect(answer.header("X-Callbacks-Revision"), "5", "the revision")
    expect(answer.header("X-Callbacks-Env-Version"), "1", "the env version")
    expect_in(answer.header("X-Callbacks-Error"), [None], "an error header")


@case("machine", only="python")
def nothing_installed_on_the_machine_is_seen(instance):
    seen = instance.get("/api/x").json
    expect(seen["found"], [], "packages of the machine")
    expect_that("runtimes/python" not in " ".join(seen["path"]), "a path without the shim", seen["path"])


# --- calls by event


def cloud_event(data=None, **more):
    return {
        "version": "cloudevents/1.0",
        "attributes": {"specversion": "1.0", "id": "A-1", "source": "/grün", "type": "order-placed"},
        "extensions": {"traceparent": "00-1", "__proto__": "p"},
        "data": data,
        "data_base64": None,
        "kafka": {"topic": "orders", "partition": 3, "offset": 1042, "key": None, "headers": {}},
        "delivery": {"invocation_id": "3-1042", "attempt": 1},
        **more,
    }


def call(instance, body, request_id="3-1042", *headers):
    told = [("X-Callbacks-Event", "cloudevents/1.0"), ("X-Request-Id", request_id),
            ("X-Callbacks-Instance", instance.name), ("Content-Type", "application/json"), *headers]
    return instance.request("POST", "/", body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False), told)


def call_for(instance, data, request_id="3-1042"):
    return call(instance, cloud_event(data), request_id)


@case("event", modes=True)
def event_of_the_gateway_arrives_as_it_is(instance):
    deep = 7
    for _ in range(100):
        deep = {"deep": [deep]}
    for sent in (cloud_event(), cloud_event("grüße \U0001f600 \u2028\0"), cloud_event(deep), cloud_event([1, -2.5, True, None, "", {}]),
                 cloud_event(data_base64="AP8Q"), cloud_event({"httpMethod": "GET", "__proto__": {"a": 1}}), {}):
        seen = event_of(call(instance, sent))
        expect(seen, sent, "the event")
        expect_that("httpMethod" not in seen, "no httpMethod", seen)


@case("event", modes=True)
def event_of_the_gateway_may_be_escaped(instance):
    sent = cloud_event("grüße \U0001f600")
    expect(event_of(call(instance, json.dumps(sent, indent=1).encode("ascii"))), sent, "the event")


@case("event", modes=True)
def event_of_the_gateway_may_be_any_json(instance):
    for sent in (None, True, 7, "text", [cloud_event()]):
        expect(event_of(call(instance, sent)), sent, "the event")


@case("event", modes=True)
def large_event_of_the_gateway_arrives(instance):
    sent = cloud_event("ü" * (1 << 20), data_base64=base64.b64encode(bytes(range(256)) * 1024).decode())
    expect_that(event_of(call(instance, sent)) == sent, "the event as it was sent", None)


@case("by_event", modes=True)
def event_of_the_gateway_reaches_modules_too(instance):
    expect(call_for(instance, "itself").json, cloud_event("itself"), "the event")


@case("event", modes=True)
def context_of_an_event_is_as_ever(instance):
    answer = call(instance, cloud_event(), "3-1042", ("X-Callbacks-Timeout-Ms", "2500"))
    expect(answer.json["context"]["request_id"], "3-1042", "the request's id")
    expect(answer.json["context"]["function_name"], "conformance", "the name")
    remaining = answer.json["context"]["remaining"]
    expect_that(1000 < remaining <= 2500, "a little less than 2500", remaining)


@case("event", modes=True)
def gateway_alone_makes_an_event(instance):
    text = json.dumps(cloud_event("mine"))
    for headers in ([], [("Content-Type", "application/cloudevents+json"), ("Callbacks-Event", "cloudevents/1.0")]):
        event = event_of(instance.request("POST", "/", text, headers))
        expect(event["httpMethod"], "POST", "httpMethod")
        expect(event["body"], text, "the body")


@case("by_event", modes=True)
def results_for_events_are_those_of_requests(instance):
    for data, status, body in (("nothing", 200, b"null"), ("number", 200, b"42"), ("created", 201, b"made"), ("no-content", 204, b""),
                               ("server-error", 503, b"later"), ("base64", 200, b"\0\xff\x10"), ("stream", 200, b"first second")):
        answer = call_for(instance, data)
        expect((answer.status, answer.body), (status, body), data)
        expect(answer.header("X-Callbacks-Error"), None, "X-Callbacks-Error")
        expect(answer.header("X-Callbacks-Revision"), "5", "the revision")
    expect(call_for(instance, "created").header("X-Mine"), "A-1", "the function's header")


@case("by_event", modes=True)
def raising_for_an_event_is_a_500(instance):
    answer = call_for(instance, "raises")
    expect((answer.status, answer.header("X-Callbacks-Error")), (500, "handler-raised"), "the answer")
    known = {"python": "ValueError", "node": "RangeError"}[instance.language]
    expect(answer.json, {"errorType": known, "requestId": "3-1042"}, "the body")


@case("by_event", modes=True)
def malformed_answer_to_an_event_is_a_502(instance):
    answer = call_for(instance, "bad-status")
    expect((answer.status, answer.header("X-Callbacks-Error")), (502, "bad-answer"), "the answer")


@case("by_event", modes=True)
def event_that_is_not_json_is_a_400(instance):
    before = instance.stats()["restarts"]
    for number, body in enumerate((b"", b"{", b"words", b"{} {}", b'{"data": "\xff"}', b"\xef\xbb\xbf{}", "{}".encode("utf-16"))):
        answer = call(instance, body, "bad-%d" % number)
        expect((answer.status, answer.header("X-Callbacks-Error")), (400, "bad-event"), "the answer to %r" % body)
        expect(answer.header("Content-Type"), "application/json", "Content-Type")
        expect(answer.header("X-Callbacks-Env-Version"), "1", "the env version")
        expect(list(answer.json), ["message"], "the members")
        instance.wait_line(lambda line: line.get("request_id") == "bad-%d" % number, "a line in the log")
    expect(call_for(instance, "number", "good").status, 200, "the next")
    instance.wait_log("called good")
    expect([line for line in instance.lines if "called bad" in line.get("message", "")], [], "calls of the handler")
    expect(instance.stats()["restarts"], before, "restarts")


@case("event", modes=True)
def event_for_another_instance_is_refused(instance):
    answer = instance.request("POST", "/", "{", [("X-Callbacks-Event", "cloudevents/1.0"), ("X-Callbacks-Instance", "another")])
    expect((answer.status, answer.header("X-Callbacks-Error")), (503, "refused"), "the answer")
