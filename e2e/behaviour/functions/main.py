"""Does what the request's ``kind`` says: a path parameter, or else a query parameter."""
import asyncio
import base64
import hashlib
import importlib.util
import os
import signal
import sys
import tempfile
import time

AT_IMPORT = dict(os.environ)
NUMBER = int(os.environ.get("NUMBER", "0"))  # an env can keep this from being loaded
print("said at import")


class OwnError(Exception):
    pass


def answer(body=None, status=200, **more):
    return {"statusCode": status, "body": body, **more}


def circular():
    itself = {}
    itself["itself"] = itself
    return itself


OCTETS = {"Content-Type": "application/octet-stream"}
RESULTS = {
    "nothing": lambda: None,
    "text": lambda: "grüße",
    "number": lambda: 42,
    "list": lambda: [1, None, "drei"],
    "mapping": lambda: {"a": {"b": True}},
    "false": lambda: False,
    "no-body": lambda: {"statusCode": 200},
    "null-body": lambda: answer(None),
    "string-body": lambda: answer("grüße"),
    "typed-body": lambda: answer("<p>", headers={"content-type": "text/html; charset=utf-8"}),
    "object-body": lambda: answer({"a": [1, 2.5, "ü"]}),
    "number-body": lambda: answer(7),
    "bytes-body": lambda: answer(b"\x00\xff\x10", headers=OCTETS),
    "base64-body": lambda: answer("AP8Q", headers=OCTETS, isBase64Encoded=True),
    "not-base64-body": lambda: answer("AP8Q", isBase64Encoded=False),
    "created": lambda: answer("{}", 201, headers={"Location": "/shop/7"}),
    "moved": lambda: answer(None, 302, headers={"Location": "https://example.org/"}),
    "own-not-found": lambda: answer("no", 404),
    "own-failure": lambda: answer("broken", 503),
    "status-text": lambda: answer(None, "418"),
    "status-unnamed": lambda: answer(None, 299),
    "no-content": lambda: answer("dropped", 204),
    "not-modified": lambda: answer("dropped", 304, headers={"ETag": '"1"'}),
    "header-values": lambda: answer(headers={"X-Number": 7, "X-Fraction": 1.5, "X-True": True, "X-False": False}),
    "many": lambda: answer(multiValueHeaders={"X-Many": ["1", "2"], "Set-Cookie": ["a=1, b", "c=2"]}),
    "many-wins": lambda: answer(headers={"X-MANY": "no", "X-One": "1"}, multiValueHeaders={"x-many": ["yes"]}),
    "cookies": lambda: answer(cookies=["a=1; Path=/", "b=2"]),
    "null-headers": lambda: answer("x", headers=None, multiValueHeaders=None, cookies=None),
    "own-length": lambda: answer("four", headers={"Content-Length": "99", "Connection": "close", "Keep-Alive": "x"}),
    "own-coding": lambda: answer("four", headers={"Transfer-Encoding": "gzip"}),
    "platform-headers": lambda: answer("x", headers={"X-Callbacks-Error": "mine", "x-callbacks-revision": "99"}),
    "bad-status-99": lambda: answer(None, 99, headers={"X-Mine": "1"}),
    "bad-status-600": lambda: answer(None, 600),
    "bad-status-100": lambda: answer(None, 100),
    "bad-status-word": lambda: answer(None, "fine"),
    "bad-status-null": lambda: answer(None, None),
    "bad-status-true": lambda: answer(None, True),
    "bad-status-fraction": lambda: answer(None, 200.5),
    "bad-base64": lambda: answer("*", headers={"X-Mine": "1"}, isBase64Encoded=True),
    "bad-header-lines": lambda: answer(headers={"X-A": "a\r\nX-B: b"}),
    "bad-header-nul": lambda: answer(headers={"X-A": "a\0b"}),
    "bad-header-name": lambda: answer(headers={"X A": "1"}),
    "bad-header-list": lambda: answer(headers=["X-A", "1"]),
    "bad-many": lambda: answer(multiValueHeaders={"X-A": "1"}),
    "bad-cookie": lambda: answer(cookies=["a=1\nb=2"]),
    "bad-json": lambda: object(),
    "bad-json-body": lambda: answer({"a": object()}),
    "bad-circle": circular,
}


# --- what the function is given, and sees


def given(event, context):
    return {
        "request_id": context.aws_request_id,
        "remaining": context.get_remaining_time_in_millis(),
        "name": context.function_name,
        "version": context.function_version,
        "memory": str(context.memory_limit_in_mb),
    }


def environ(event, context):
    return {"environ": dict(os.environ), "at_import": AT_IMPORT, "number": NUMBER, "standard_input": sys.stdin.read()}


BASICS = {"PATH", "HOME", "LANG", "TZ", "TMPDIR", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"}
LIMITS = {"OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"}  # set to 1 for libraries that compute
TOLD = {"CALLBACKS_" + name for name in ("CALLBACK_ID", "REVISION", "ENV_VERSION", "FUNCTION_NAME", "MEMORY_MB")}
OWN = {"GREETING", "EMPTY", "SECRET", "SHORT"}


def env_names(event, context):
    """Names nobody has said would be there."""
    return sorted(set(os.environ) - BASICS - LIMITS - TOLD - OWN)


def header_names(event, context):
    return sorted(name.lower() for name in event["multiValueHeaders"])


def method_header(event, context):
    return answer(event["httpMethod"], headers={"X-Method": event["httpMethod"]})


def find(event, context):
    """Which of the modules asked for can be imported."""
    names = event["multiValueQueryStringParameters"]["name"]
    return [name for name in names if importlib.util.find_spec(name)]


def bytes_of(event):
    body = event["body"] or ""
    return base64.b64decode(body) if event["isBase64Encoded"] else body.encode()


def received(event, context):
    body = bytes_of(event)
    return {"length": len(body), "sha256": hashlib.sha256(body).hexdigest()}


def back(event, context):
    return answer(base64.b64encode(bytes_of(event)).decode(), headers=OCTETS, isBase64Encoded=True)


def fill(event, context):
    return answer("x" * int(asked(event)["length"]), headers={"Content-Type": "text/plain"})


# --- what it says


def say(event, context):
    print("to stdout")
    print("to stderr", file=sys.stderr)


def lines(event, context):
    print("one\ntwo\n\nfour")
    sys.stdout.write("no end of line")


def secret(event, context):
    print("it is <%s>" % os.environ["SECRET"])
    for character in os.environ["SECRET"]:
        sys.stdout.write(character)
        sys.stdout.flush()
    print("\nshort: " + os.environ["SHORT"])


# --- what goes wrong


def raises(event, context):
    raise OwnError("a detail")


def raises_secret(event, context):
    raise OwnError(os.environ["SECRET"])


def spin(event, context):
    while True:
        pass


def allocate(event, context):
    kept = []
    while True:
        kept.append(bytearray(8 << 20))


def kill_parent(event, context):
    os.kill(os.getppid(), signal.SIGKILL)
    time.sleep(60)


TROUBLES = {
    "exit": lambda event, context: sys.exit(3),
    "exit-zero": lambda event, context: os._exit(0),
    "kill": lambda event, context: os.kill(os.getpid(), signal.SIGKILL),
    "abort": lambda event, context: os.abort(),
    "raises": raises,
    "raises-secret": raises_secret,
    "spin": spin,
    "allocate": allocate,
    "kill-parent": kill_parent,
}


# --- requests that wait for each other, by files


def file(event, *more):
    return os.path.join(tempfile.gettempdir(), ".".join((asked(event)["mark"],) + more))


def touch(path):
    open(path, "w").close()


def until(condition):
    while not condition():
        time.sleep(0.01)


def wait(event, context):
    """Until somebody says ``go``."""
    touch(file(event, "here"))
    until(lambda: os.path.exists(file(event, "go")))
    return {"waited": True, "number": NUMBER}


def is_here(event, context):
    return os.path.exists(file(event, "here"))


def go(event, context):
    touch(file(event, "go"))
    return "gone"


def meet(event, context):
    """Until as many are here as are to meet."""
    directory, prefix = os.path.split(file(event, ""))
    print("came " + context.aws_request_id)
    touch(file(event, context.aws_request_id))
    until(lambda: sum(name.startswith(prefix) for name in os.listdir(directory)) >= int(asked(event)["count"]))
    print("left " + context.aws_request_id)
    return "met"


def beat(event, context):
    """Writes without end."""
    while True:
        with open(file(event), "a") as written:
            written.write("x")
        time.sleep(0.01)


def beats(event, context):
    return os.path.getsize(file(event))


def span(event, context):
    begin = time.time()
    time.sleep(0.1)
    return [begin, time.time()]


# --- streams


def mixed(event):
    yield "text "
    yield b"\x00\xff"
    yield ""
    yield "grüße"


async def asynchronous(event):
    yield "one "
    await asyncio.sleep(0.01)
    yield b"two"


def step_by_step(event):
    yield "first\n"
    until(lambda: os.path.exists(file(event, "go")))
    yield "second\n"


def failing(event):
    yield "first"
    time.sleep(0.2)
    raise OwnError("midway")


def hanging(event):
    yield "first"
    time.sleep(60)


def large(event):
    for number in range(128):
        yield bytes([number]) * 65536


STREAMS = {"mixed": mixed, "async": asynchronous, "steps": step_by_step, "failing": failing, "hanging": hanging,
           "large": large, "empty": lambda event: iter(())}


def stream(event, context):
    kind = asked(event)["of"]
    return answer(STREAMS[kind](event), 201, headers={"Content-Type": "text/plain", "X-Kind": kind})


KINDS = {
    "echo": lambda event, context: event, "members": lambda event, context: sorted(event), "given": given,
    "environ": environ, "env-names": env_names, "header-names": header_names, "method-header": method_header, "find": find,
    "received": received, "back": back, "fill": fill, "say": say, "lines": lines, "secret": secret,
    "wait": wait, "is-here": is_here, "go": go, "meet": meet, "beat": beat, "beats": beats, "span": span,
    "stream": stream, **TROUBLES,
}


def asked(event):
    return event["queryStringParameters"] or {}


def handler(event, context):
    kind = (event["pathParameters"] or asked(event)).get("kind", "echo")
    return RESULTS[kind]() if kind in RESULTS else KINDS[kind](event, context)
