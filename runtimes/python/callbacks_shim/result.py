"""Turns what a handler returned into an answer: status, headers, body or stream."""
import base64
import binascii
import collections.abc
import json

from .http1 import NAME, VALUE, checked_headers


class BadAnswer(Exception):
    """The handler's result cannot be an answer; says why."""


class Answer:
    """``body`` is bytes, or an iterator or async iterator of strings or bytes."""

    __slots__ = ("status", "headers", "body")

    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body


def answer_of(result):
    if not isinstance(result, collections.abc.Mapping) or "statusCode" not in result:
        return Answer(200, [("Content-Type", "application/json")], to_json(result))
    status = status_of(result["statusCode"])
    headers = headers_of(result)
    if not any(name.lower() == "content-type" for name, _ in headers):
        headers.append(("Content-Type", "application/json"))
    body = body_of(result.get("body"), result.get("isBase64Encoded"))
    return Answer(status, headers, b"" if status in (204, 304) else body)


def status_of(value):
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) == 3:
        value = int(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 200 <= value <= 599:
        raise BadAnswer("statusCode must be 200 to 599, not %.80r" % (value,))
    return value


def headers_of(result):
    single = mapping(result, "headers")
    several = mapping(result, "multiValueHeaders")
    won = {str(name).lower() for name in several}
    headers = [header(name, value) for name, value in single.items() if str(name).lower() not in won]
    for name, values in several.items():
        if not isinstance(values, (list, tuple)):
            raise BadAnswer("multiValueHeaders[%r] must be a list" % (name,))
        headers += [header(name, value) for value in values]
    cookies = result.get("cookies") or []
    if not isinstance(cookies, (list, tuple)):
        raise BadAnswer("cookies must be a list")
    headers += [header("Set-Cookie", cookie) for cookie in cookies]
    try:
        return checked_headers(headers)
    except ValueError as error:
        raise BadAnswer(str(error)) from None


def mapping(result, name):
    value = result.get(name)
    if value is None:
        return {}
    if not isinstance(value, collections.abc.Mapping):
        raise BadAnswer("%s must be an object" % name)
    return value


def header(name, value):
    if isinstance(value, (bool, int, float)):
        value = to_json(value).decode()
    if not isinstance(name, str) or not isinstance(value, str) or not NAME.match(name) or not VALUE.match(value):
        raise BadAnswer("header %.80r is malformed" % (name,))
    return name, value


def body_of(body, is_base64):
    if body is None:
        return b""
    if is_base64:
        return from_base64(body)
    if isinstance(body, str):
        return utf8(body)
    if isinstance(body, (bytes, bytearray, memoryview)):
        return bytes(body)
    if isinstance(body, (collections.abc.Iterator, collections.abc.AsyncIterator)):
        return body
    return to_json(body)


def from_base64(body):
    try:
        return base64.b64decode(body, validate=True)
    except (binascii.Error, ValueError, TypeError) as error:
        raise BadAnswer("body is not base64: %s" % error) from None


def utf8(text):
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        raise BadAnswer("body holds half of a surrogate pair") from None


def to_json(value):
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode("utf-8")
    except (TypeError, ValueError, RecursionError) as error:
        raise BadAnswer("result cannot be JSON: %s" % error) from None


def piece_of(piece):
    if isinstance(piece, str):
        return piece.encode("utf-8", "replace")
    if isinstance(piece, (bytes, bytearray, memoryview)):
        return bytes(piece)
    raise BadAnswer("a stream gave a %s; strings and bytes can be sent" % type(piece).__name__)
