"""A target while the suite runs on it: the callbacks deployed there, and ways to call and change them."""
import concurrent.futures
import contextlib
import hashlib
import http.client
import json
import urllib.parse

from harness import Response, eventually

from .fixtures import FIXTURES, LANGUAGES
from .normal import Normal

VOLATILE = {"connection", "date", "keep-alive"}


@contextlib.contextmanager
def places(platform, target):
    """A place for each language, with all callbacks of the suite until the block ends."""
    made = [Place(platform, target, language) for language in LANGUAGES]
    try:
        for place in made:
            place.create()
        for place in made:
            place.deploy()
        yield made
    finally:
        for place in made:
            place.remove()


class Place:
    """The callbacks in one language on one target."""

    def __init__(self, platform, target, language):
        self.platform, self.target, self.language = platform, target, language
        self.root = "behaviour/%s/%s/" % (target, language)
        self.callbacks = {}
        self.normal = Normal(self)

    # --- the callbacks

    def create(self):
        for name, fixture in FIXTURES.items():
            self.callbacks[name] = self.platform.create(self.root + fixture.path, **fixture.of(self.language))

    def deploy(self):
        serving = [callback for name, callback in self.callbacks.items() if FIXTURES[name].serves]
        for callback in serving:
            self.switch(callback, True)
        for callback in serving:
            self.platform.await_status(callback, "deployed", 180)

    def remove(self):
        for callback in self.callbacks.values():
            self.platform.call("DELETE", "/callbacks/%d" % callback)

    def switch(self, callback, on, headers=None):
        return self.platform.call("POST", "/deploy/", {"callback_id": callback, "status": on, "c_type": self.target},
                                  headers)

    def change(self, name, method="PUT", wait=30, **fields):
        """Changes a callback, and waits for what is built or started for it."""
        kind = "application/merge-patch+json" if method == "PATCH" else "application/json"
        return self.platform.call(method, "/callbacks/%d" % self.callbacks[name], fields,
                                  {"Content-Type": kind, "Prefer": "wait=%d" % wait})

    def read(self, name):
        return self.platform.read(self.callbacks[name])

    def named(self, path):
        """The name of the callback a path leads to."""
        path = path.partition("?")[0] + "/"
        fitting = [name for name, fixture in FIXTURES.items() if path.startswith(fixture.root)]
        return max(fitting, key=lambda name: len(FIXTURES[name].root), default=None)

    # --- calls

    def call(self, method, path, headers=(), body=None, chunked=False):
        """Calls ``path`` below the root of this place; headers are pairs, sent as they are and no others."""
        with self.opened(method, path, headers, body, chunked) as answer:
            return Response(answer.status, answer.headers, answer.read())

    @contextlib.contextmanager
    def opened(self, method, path, headers=(), body=None, chunked=False):
        """The answer while it comes."""
        connection = http.client.HTTPConnection("127.0.0.1", self.platform.port, timeout=60)
        try:
            send(connection, method, "/api/" + self.root + path, headers, body, chunked)
            yield connection.getresponse()
        finally:
            connection.close()

    def at_once(self, calls):
        """The answers to calls made at the same time."""
        with concurrent.futures.ThreadPoolExecutor(len(calls)) as pool:
            return [answer.result() for answer in [pool.submit(self.call, *call) for call in calls]]

    @contextlib.contextmanager
    def meanwhile(self, *call):
        """Makes a call while the block runs; its answer is there once the block has ended."""
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            yield pool.submit(self.call, *call)

    @contextlib.contextmanager
    def waiting(self, name, mark):
        """A request that has reached its handler, and is let go at the end of the block; as ``meanwhile``."""
        with self.meanwhile("GET", self.path(name, "wait", mark=mark)) as answer:
            try:
                here = self.path(name, "is-here", mark=mark)
                eventually(lambda: self.call("GET", here).text == "true", 20, "it waits")
                yield answer
            finally:
                self.call("GET", self.path(name, "go", mark=mark))

    @staticmethod
    def path(name, kind, **query):
        """The path at which a callback does something of a kind."""
        fixture = FIXTURES[name]
        if "{kind}" in fixture.path:
            return fixture.root + kind + "?" + urllib.parse.urlencode(query)
        return fixture.path + "?" + urllib.parse.urlencode(dict(query, kind=kind))

    # --- what is seen

    def seen(self, answer):
        """An answer as it can be compared."""
        headers = {name.lower(): answer.headers.get_all(name) for name in answer.headers}
        shown = {name: values[0] if len(values) == 1 else values
                 for name, values in headers.items() if name not in VOLATILE}
        if shown.get("content-length") == str(len(answer.body)):
            shown["content-length"] = "<as long as it is>"
        return self.normal({"status": answer.status, "headers": shown, **content(answer.body)})

    def log(self, name, request):
        """What a request has written so far, by stream."""
        answer = self.platform.call("GET", "/callbacks/%d/logs?request_id=%s" % (self.callbacks[name], request))
        return self.normal(by_stream(answer.text))


def by_stream(log):
    streams = {}
    for line in log.splitlines():
        _, stream, _, message = line.split(" ", 3)
        streams[stream] = streams.get(stream, "") + message + "\n"
    return streams


def send(connection, method, target, headers, body, chunked):
    connection.putrequest(method, target, skip_accept_encoding=True)
    for name, value in headers:
        connection.putheader(name, value)
    if chunked:
        connection.putheader("Transfer-Encoding", "chunked")
    elif body is not None:
        connection.putheader("Content-Length", str(len(body)))
    try:
        connection.endheaders([body] if chunked else body, encode_chunked=chunked)
    except (BrokenPipeError, ConnectionResetError):
        pass  # it may have been refused before all of it was sent: the answer tells


def content(body):
    """A body in the form that says most: a JSON object, a text, or its octets, or how many of which."""
    if len(body) > 65536:
        return {"octets": [len(body), chr(body[0]) if len(set(body)) == 1 else hashlib.sha256(body).hexdigest()]}
    text = decoded(body)
    if text is None:
        return {"hex": body.hex()}
    value = parsed(text)
    return {"json": value} if isinstance(value, dict) else {"text": text}


def decoded(body):
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return None


def parsed(text):
    try:
        return json.loads(text)
    except ValueError:
        return None
