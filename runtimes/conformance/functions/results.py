"""Answers by the last part of the path, in every way a handler may answer, and in some it must not."""

DEEP = []
for _ in range(100000):
    DEEP = [DEEP]


def answer(body=None, status=200, **more):
    return {"statusCode": status, "body": body, **more}


RESULTS = {
    "nothing": lambda: None,
    "text": lambda: "grüße",
    "number": lambda: 42,
    "list": lambda: [1, None, "drei"],
    "mapping": lambda: {"a": {"b": True}},
    "false": lambda: False,
    "no-body": lambda: {"statusCode": 200},
    "null-body": lambda: answer(),
    "string": lambda: answer("grüße"),
    "typed": lambda: answer("<p>", headers={"content-type": "text/html; charset=utf-8"}),
    "json-body": lambda: answer({"a": [1, 2.5, "ü"]}),
    "number-body": lambda: answer(7),
    "bytes": lambda: answer(b"\x00\xff\x10", headers={"Content-Type": "application/octet-stream"}),
    "base64": lambda: answer("AP8Q", isBase64Encoded=True, headers={"Content-Type": "application/octet-stream"}),
    "base64-false": lambda: answer("AP8Q", isBase64Encoded=False),
    "created": lambda: answer("{}", 201, headers={"Location": "/shop/7"}),
    "numeric-string": lambda: answer("", "418"),
    "unnamed-status": lambda: answer("", 299),
    "client-error": lambda: answer("no", 404),
    "server-error": lambda: answer("broken", 503),
    "no-content": lambda: answer("dropped", 204),
    "not-modified": lambda: answer("dropped", 304, headers={"ETag": '"1"'}),
    "header-values": lambda: answer(headers={"X-Number": 7, "X-Float": 1.5, "X-True": True, "X-False": False}),
    "multi": lambda: answer(multiValueHeaders={"X-Many": ["1", "2"], "Set-Cookie": ["a=1, b", "c=2"]}),
    "multi-wins": lambda: answer(headers={"X-MANY": "no", "X-One": "1"}, multiValueHeaders={"x-many": ["yes"]}),
    "cookies": lambda: answer(cookies=["a=1; Path=/", "b=2"]),
    "null-headers": lambda: answer("x", headers=None, multiValueHeaders=None, cookies=None),
    "own-length": lambda: answer("four", headers={"Content-Length": "99", "Connection": "close", "Keep-Alive": "x"}),
    "own-coding": lambda: answer("four", headers={"Transfer-Encoding": "chunked"}),
    "own-platform-headers": lambda: answer("x", headers={"X-Callbacks-Error": "mine", "x-callbacks-revision": "99"}),
    "unicode-header": lambda: answer("x", headers={"X-Name": "grüße"}),
    "large": lambda: answer("x" * (3 << 20)),
    "larger": lambda: answer(b"y" * (12 << 20)),
    "bad-status": lambda: answer("", 99, headers={"X-Mine": "1"}),
    "status-600": lambda: answer("", 600),
    "status-100": lambda: answer("", 100),
    "status-word": lambda: answer("", "fine"),
    "status-null": lambda: answer("", None),
    "status-true": lambda: answer("", True),
    "status-fraction": lambda: answer("", 200.5),
    "bad-base64": lambda: answer("*not base64*", isBase64Encoded=True, headers={"X-Mine": "1"}),
    "line-in-header": lambda: answer("", headers={"X-A": "a\r\nX-B: b"}),
    "nul-in-header": lambda: answer("", headers={"X-A": "a\0b"}),
    "bad-header-name": lambda: answer("", headers={"X A": "1"}),
    "empty-header-name": lambda: answer("", headers={"": "1"}),
    "line-in-cookie": lambda: answer("", cookies=["a=1\nb=2"]),
    "headers-list": lambda: answer("", headers=["X-A", "1"]),
    "multi-no-list": lambda: answer("", multiValueHeaders={"X-A": "1"}),
    "huge-header": lambda: answer("", headers={"X-A": "a" * 70000}),
    "object": lambda: object(),
    "object-body": lambda: answer({"a": object()}),
    "circular": lambda: circular(),
    "too-deep": lambda: DEEP,
}


def circular():
    itself = {}
    itself["itself"] = itself
    return itself


def handler(event):
    return RESULTS[event["path"].rpartition("/")[2]]()
