"""Strict HTTP/1.1: parses requests from bytes, renders answers to bytes; does no input or output itself."""
import json
import re

TOKEN = rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
REQUEST_LINE = re.compile(rb"(" + TOKEN + rb") ([\x21-\x7e]+) HTTP/1\.([01])\r\n")
BARE_LF = re.compile(rb"(?<!\r)\n")
OTHER_VERSION = re.compile(rb"\S+ \S+ HTTP/[02-9]")
HEADER = re.compile(rb"(" + TOKEN + rb"):([^\x00-\x08\x0a-\x1f\x7f]*)\r\n")
CHUNK = re.compile(rb"([0-9A-Fa-f]{1,8})[ \t]*(?:;[^\r\n]{0,256})?\r\n")
MAX_HEAD = 64 << 10
MAX_TRAILERS = 4 << 10
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
HOP_BY_HOP = {
    "connection", "keep-alive", "proxy-connection", "proxy-authenticate", "proxy-authorization", "te", "trailer",
    "transfer-encoding", "upgrade",
}
REASONS = {
    200: "OK", 201: "Created", 202: "Accepted", 204: "No Content", 206: "Partial Content", 301: "Moved Permanently",
    302: "Found", 303: "See Other", 304: "Not Modified", 307: "Temporary Redirect", 308: "Permanent Redirect",
    400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed",
    408: "Request Timeout", 409: "Conflict", 413: "Content Too Large", 417: "Expectation Failed",
    422: "Unprocessable Content", 429: "Too Many Requests", 431: "Request Header Fields Too Large",
    500: "Internal Server Error", 501: "Not Implemented", 502: "Bad Gateway", 503: "Service Unavailable",
    504: "Gateway Timeout", 505: "HTTP Version Not Supported",
}


class HttpError(Exception):
    """A request that is refused; the connection cannot be used after it."""

    def __init__(self, status, why):
        super().__init__(why)
        self.status, self.why = status, why


class Request:
    __slots__ = ("method", "target", "headers", "body", "keep_alive", "version")

    def header(self, name):
        """The last value of a header; None without one. ``name`` in lower case."""
        for known, value in reversed(self.headers):
            if known.lower() == name:
                return value
        return None


class Parser:
    """``feed`` bytes, then take requests with ``next`` until it gives None."""

    def __init__(self, max_body):
        self.max_body = max_body
        self.buffer = bytearray()
        self.scanned = 0
        self.request = None
        self.wants_continue = False

    def feed(self, data):
        self.buffer += data

    @property
    def idle(self):
        """Whether nothing of a request has arrived."""
        return self.request is None and not self.buffer

    def next(self):
        if self.request is None and not self._head_complete():
            return None
        if self.length is None:
            if not self._chunks():
                return None
            body = bytes(self.body)
        else:
            if len(self.buffer) < self.length:
                return None
            body = bytes(memoryview(self.buffer)[: self.length])
            del self.buffer[: self.length]
        request, self.request = self.request, None
        request.body = body
        self.scanned = 0
        self.wants_continue = False
        return request

    def _head_complete(self):
        buffer = self.buffer
        if buffer[:2] == b"\r\n":  # a stray line end between requests (RFC 9112, 2.2)
            del buffer[:2]
            self.scanned = 0
        end = buffer.find(b"\r\n\r\n", self.scanned)
        if end > MAX_HEAD or end < 0 and len(buffer) > MAX_HEAD:
            raise HttpError(431, "head too large")
        if BARE_LF.search(buffer, self.scanned, len(buffer) if end < 0 else end):
            raise HttpError(400, "line ends with a bare LF")
        if end < 0:
            self.scanned = max(0, len(buffer) - 3)
            return False
        self._head(end + 2)
        del buffer[: end + 4]
        return True

    def _head(self, end):
        line = REQUEST_LINE.match(self.buffer)
        if not line:
            raise HttpError(505, "HTTP version") if OTHER_VERSION.match(self.buffer) else HttpError(400, "request line")
        request = Request()
        request.method, request.target = line[1].decode(), line[2].decode()
        request.version = int(line[3])
        request.headers = []
        position, fields = line.end(), {}
        while position < end:
            field = HEADER.match(self.buffer, position)
            if not field:  # a folded line begins with a space, a bare LF matches nothing
                raise HttpError(400, "header line")
            position = field.end()
            value = field[2].strip(b" \t")
            request.headers.append((field[1].decode("latin-1"), value.decode("latin-1")))
            fields.setdefault(field[1].lower(), []).append(value)
        self._framing(request, fields)
        self.request = request

    def _framing(self, request, fields):
        lengths, codings = fields.get(b"content-length", []), fields.get(b"transfer-encoding", [])
        if request.version == 1 and len(fields.get(b"host", [])) != 1:
            raise HttpError(400, "exactly one Host is needed")
        if lengths and codings:
            raise HttpError(400, "both Content-Length and Transfer-Encoding")
        if codings and (request.version == 0 or len(codings) > 1):
            raise HttpError(400, "Transfer-Encoding")
        if codings and codings[0].lower() != b"chunked":
            raise HttpError(501, "Transfer-Encoding other than chunked")
        if len(lengths) > 1 or lengths and (not lengths[0].isdigit() or len(lengths[0]) > 12):
            raise HttpError(400, "Content-Length")
        self.length = None if codings else int(lengths[0]) if lengths else 0
        if self.length is not None and self.length > self.max_body:
            raise HttpError(413, "body too large")
        if codings:
            self.body, self.left, self.trailers = bytearray(), -1, 0
        tokens = b",".join(fields.get(b"connection", [])).lower().replace(b" ", b"").split(b",")
        request.keep_alive = request.version == 1 and b"close" not in tokens
        expect = fields.get(b"expect", [b""])[-1].lower()
        if expect and request.version == 1:
            if expect != b"100-continue":
                raise HttpError(417, "Expect")
            self.wants_continue = True

    def _chunks(self):
        """Takes chunks; ``left`` is -1 before a size line, -2 in the trailers, else bytes of the chunk."""
        buffer, at = self.buffer, 0
        try:
            while True:
                if self.left == -1:
                    size = CHUNK.match(buffer, at)
                    if not size:
                        if buffer.find(b"\n", at) >= 0 or len(buffer) - at > 300:
                            raise HttpError(400, "chunk size")
                        return False
                    at = size.end()
                    self.left = int(size[1], 16) or -2
                    if self.left > 0 and len(self.body) + self.left > self.max_body:
                        raise HttpError(413, "body too large")
                elif self.left == -2:
                    line_end = buffer.find(b"\r\n", at)
                    if line_end == at:
                        at += 2
                        return True
                    self.trailers += max(0, line_end + 2 - at)
                    if self.trailers > MAX_TRAILERS or line_end < 0 and len(buffer) - at > MAX_TRAILERS:
                        raise HttpError(431, "trailers too large")
                    if line_end < 0:
                        return False
                    if not HEADER.match(buffer, at):
                        raise HttpError(400, "trailer")
                    at = line_end + 2
                else:
                    if len(buffer) - at < self.left + 2:
                        return False
                    self.body += memoryview(buffer)[at : at + self.left]
                    at += self.left + 2
                    if buffer[at - 2 : at] != b"\r\n":
                        raise HttpError(400, "chunk end")
                    self.left = -1
        finally:
            del buffer[:at]


# --- answers

NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+\Z")
VALUE = re.compile(r"[^\x00-\x08\x0a-\x1f\x7f]*\Z")


def checked_headers(headers):
    """A worker's headers that may pass; ValueError if one must not be written."""
    size = 0
    for name, value in headers:
        if not isinstance(name, str) or not isinstance(value, str) or not NAME.match(name) or not VALUE.match(value):
            raise ValueError("header %.80r is malformed" % (name,))
        size += len(name) + len(value) + 4
    if size > MAX_HEAD:
        raise ValueError("headers are larger than 64 KiB")
    return [(name, value) for name, value in headers if passes(name.lower())]


def passes(name):
    return name not in HOP_BY_HOP and name != "content-length" and not name.startswith("x-callbacks-")


def encoded(text):
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        return text.encode("utf-8")


def head(status, headers, length, keep_alive, chunked=False):
    """The head of an answer; ``length`` None for none."""
    lines = [b"HTTP/1.1 %d %s" % (status, REASONS.get(status, "Status").encode())]
    lines += [encoded(name) + b": " + encoded(value) for name, value in headers]
    if length is not None:
        lines.append(b"Content-Length: %d" % length)
    if chunked:
        lines.append(b"Transfer-Encoding: chunked")
    if not keep_alive:
        lines.append(b"Connection: close")
    return b"\r\n".join(lines) + b"\r\n\r\n"


def json_answer(status, value, headers=(), keep_alive=True, with_body=True):
    body = json.dumps(value).encode()
    start = head(status, [("Content-Type", "application/json"), *headers], len(body), keep_alive)
    return start + body if with_body else start
