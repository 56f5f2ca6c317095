"""Streams, by the last part of the path."""
import time


def steps():
    """A step more than half a second after the one before: what is held back is seen."""
    for number in range(3):
        yield "step %d\n" % number
        time.sleep(0.6)


def mixed():
    yield "text "
    yield b"\x00\xff"
    yield ""
    yield "grüße"


def failing():
    yield "first"
    time.sleep(0.05)
    raise ValueError("midway")


def failing_at_once():
    raise ValueError("before all")
    yield "never"


def bad_piece():
    yield "first"
    time.sleep(0.05)
    yield {"not": "a piece"}


def large():
    for number in range(256):
        yield bytes([number]) * 65536


def one_large():
    yield b"z" * (9 << 20)


def endless():
    while True:
        yield b"e" * 65536


def hanging():
    yield "first"
    time.sleep(60)


async def asynchronous():
    yield "one "
    yield b"two"


STREAMS = {
    "steps": steps, "mixed": mixed, "failing": failing, "failing-at-once": failing_at_once, "bad-piece": bad_piece,
    "large": large, "one-large": one_large, "endless": endless, "hanging": hanging, "async": asynchronous,
    "iterator": lambda: iter(["a", "b", b"c"]), "empty": lambda: iter(()),
}


def handler(event, context):
    kind = event["path"].rpartition("/")[2]
    if kind == "alive":
        return "alive"
    return {"statusCode": 201, "headers": {"Content-Type": "text/plain", "X-Kind": kind}, "body": STREAMS[kind]()}
