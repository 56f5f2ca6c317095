"""HTTP to an instance: as a gateway speaks it, and byte by byte as nobody should."""
import http.client
import json
import re
import socket
import time

STATUS = re.compile(rb"HTTP/1\.1 (\d{3}) ")


class Answer:
    """A whole answer."""

    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def header(self, name):
        """The only value of a header, None without one."""
        values = self.all(name)
        if len(values) > 1:
            raise AssertionError("expected one %s, saw %r" % (name, values))
        return values[0] if values else None

    def all(self, name):
        return [value for known, value in self.headers if known.lower() == name.lower()]

    @property
    def text(self):
        return self.body.decode("utf-8")

    @property
    def json(self):
        return json.loads(self.text)

    def __repr__(self):
        return "%d %r %.300r" % (self.status, self.headers, self.body)


def begin(port, method, target, body=None, headers=(), timeout=15.0):
    """Sends a request and gives the answer whose head has arrived: read() and read1() give the body."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    connection.putrequest(method, target, skip_accept_encoding=True)
    for name, value in headers:
        connection.putheader(name, value)
    if body is not None:
        connection.putheader("Content-Length", str(len(body)))
    connection.endheaders(body)
    response = connection.getresponse()
    response.connection = connection  # or it would be closed with the last reference
    return response


def request(port, method, target, body=None, headers=(), timeout=15.0):
    if isinstance(body, str):
        body = body.encode("utf-8")
    response = begin(port, method, target, body, headers, timeout)
    try:
        return Answer(response.status, response.getheaders(), response.read())
    finally:
        response.connection.close()


class Talk:
    """A connection that says exactly these bytes."""

    def __init__(self, port, timeout=5.0):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.heard = bytearray()
        self.closed = False

    def say(self, *parts, gap=0.02):
        """Sends each part on its own: the gap makes them arrive apart."""
        for number, part in enumerate(parts):
            if number:
                time.sleep(gap)
            try:
                self.socket.sendall(part)
            except OSError:
                return self  # it has been refused already, which can be read
        return self

    def answers(self, count, heads_only=False):
        """The next answers; fewer if the connection was closed before."""
        found = []
        while len(found) < count:
            answer = self._whole(heads_only)
            if answer:
                found.append(answer)
            elif not self._hear():
                break
        return found

    def answer(self, heads_only=False):
        found = self.answers(1, heads_only)
        if not found:
            raise AssertionError("expected an answer, saw the end of the connection after %.200r" % bytes(self.heard))
        return found[0]

    def rest(self):
        """All that comes until the other side closes."""
        while self._hear():
            pass
        return bytes(self.heard)

    def ends(self):
        """Whether the other side closes without saying more."""
        return not self._hear()

    def close(self):
        self.socket.close()

    def _hear(self):
        try:
            data = self.socket.recv(1 << 18)
        except ConnectionError:
            data = b""
        self.closed = not data
        self.heard += data
        return bool(data)

    def _whole(self, heads_only):
        end = self.heard.find(b"\r\n\r\n")
        if end < 0:
            return None
        status = STATUS.match(self.heard)
        if not status:
            raise AssertionError("expected a status line, saw %.100r" % bytes(self.heard))
        lines = bytes(self.heard[:end]).decode("latin-1").split("\r\n")[1:]
        headers = [(name, value.strip()) for name, _, value in (line.partition(":") for line in lines)]
        answer = Answer(int(status[1]), headers, b"")
        length = 0 if heads_only or answer.status < 200 else int(answer.header("Content-Length") or 0)
        if len(self.heard) < end + 4 + length:
            return None
        answer.body = bytes(self.heard[end + 4 : end + 4 + length])
        del self.heard[: end + 4 + length]
        return answer

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
