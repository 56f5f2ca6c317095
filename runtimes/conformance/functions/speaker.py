"""Writes what the last part of the path says."""
import logging
import os
import subprocess
import sys

print("said at import")
LOGGER = logging.getLogger("speaker")
LOGGER.addHandler(logging.StreamHandler())
LOGGER.setLevel(logging.INFO)
SECRET = os.environ.get("SECRET", "")


def write(text):
    sys.stdout.write(text)
    sys.stdout.flush()


def secret_in_parts():
    for start in range(0, len(SECRET), 3):
        write(SECRET[start : start + 3])
    write("\n")


def bytes_in_parts():
    for byte in "ü".encode():
        os.write(1, bytes([byte]))
    os.write(1, b"\n")


def flood():
    line = "f" * 1000
    for number in range(24000):
        print(line)


KINDS = {
    "out": lambda: print("to stdout"),
    "err": lambda: print("to stderr", file=sys.stderr),
    "log": lambda: LOGGER.info("by the logger"),
    "several": lambda: print("one\ntwo\n\nfour"),
    "unended": lambda: write("no end of line"),
    "next": lambda: print("of the next"),
    "long": lambda: print("l" * 40000),
    "long-unicode": lambda: print("x" + "ü" * 20000),
    "secret": lambda: print("it is <%s>, really" % SECRET),
    "secret-in-parts": secret_in_parts,
    "secret-at-cut": lambda: print("s" * (16384 - 5) + SECRET + "t" * 20000),
    "short-secret": lambda: print("short: " + os.environ["SHORT"]),
    "lines-secret": lambda: print(os.environ["LINES"]),
    "former-secret": lambda: print(os.environ.get("SECRET", "") + " former-secret-value"),
    "raises-secret": lambda: int(SECRET),
    "raw": lambda: os.write(2, b"raw write\n"),
    "child": lambda: subprocess.run(["echo", "of a child"]),
    "bytes-in-parts": bytes_in_parts,
    "not-text": lambda: os.write(1, b"<\xff\xfe\x00>\n"),
    "forged": lambda: print('{"event": "listening", "port": 1}'),
    "control": lambda: print("\x1eforged-id\x1fcontrol"),
    "flood": flood,
    "quiet": lambda: None,
}


def handler(event):
    KINDS[event["path"].rpartition("/")[2]]()
    return "said"
