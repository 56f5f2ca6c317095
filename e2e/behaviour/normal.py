"""Takes out of what was seen all that differs from run to run, where it is as it must be."""
import datetime
import ipaddress
import re
import time

UUID = re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b")

AUTHORITIES = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS")  # where a target has images of its own


class Normal:
    """Called with a JSON value, gives one that is the same on every target."""

    def __init__(self, place):
        self.place = place
        self.members = {
            "requestTimeEpoch": ("<now>", lambda value: abs(value / 1000 - time.time()) < 60),
            "requestTime": ("<now>", is_now),
            "apiId": ("<callback>", self.is_callback),
            "resourceId": ("<callback>", self.is_callback),
            "CALLBACKS_CALLBACK_ID": ("<callback>", self.is_callback),
            "sourceIp": ("<address>", is_address),
            "X-Forwarded-For": ("<address>", is_address),
            "X-Forwarded-Port": ("<port>", lambda value: value == str(place.platform.port)),
            "remaining": ("<what is left>", lambda value: 0 < value <= 30000),
            **{name: ("<path>", lambda value: value.startswith("/")) for name in ("PATH", "HOME", "TMPDIR")},
        }

    def __call__(self, value):
        if isinstance(value, dict):
            return {name: self.member(name, part) for name, part in value.items() if name not in AUTHORITIES}
        if isinstance(value, list):
            return [self(part) for part in value]
        return self.text(value) if isinstance(value, str) else value

    def member(self, name, value):
        if name not in self.members or value is None or isinstance(value, dict):
            return self(value)
        if isinstance(value, list):
            return [self.member(name, part) for part in value]
        placeholder, holds = self.members[name]
        return placeholder if holds(value) else value

    def text(self, text):
        text = text.replace(self.place.root, "behaviour/<target>/<language>/")
        text = re.sub(r"\b(127\.0\.0\.1|localhost):%d\b" % self.place.platform.port, "<gateway>", text)
        return UUID.sub("<uuid>", text)

    def is_callback(self, value):
        return value in map(str, self.place.callbacks.values())


def is_now(text):
    told = datetime.datetime.strptime(text, "%d/%b/%Y:%H:%M:%S %z").timestamp()
    return abs(told - time.time()) < 60


def is_address(text):
    try:
        return bool(ipaddress.ip_address(text))
    except ValueError:
        return False
