"""Goes wrong in the way the last part of the path says."""
import ctypes
import os
import re
import signal
import subprocess
import sys
import time


class OwnError(Exception):
    pass


def raises(kind):
    raise kind("a secret of the function")


def raises_from():
    try:
        raises(KeyError)
    except KeyError as error:
        raise OwnError("outer") from error


def spin():
    while True:
        pass


def child():
    """Waits for a process of its own."""
    subprocess.run(["sleep", "600"])


def leaves_child_and_exits():
    subprocess.Popen(["sleep", "600"])
    os._exit(4)


def exhausts():
    held = []
    while True:
        held.append(bytearray(16 << 20))


def nonsense(data):
    """Writes to every socket it finds, as if it were the shim."""
    for name in os.listdir("/proc/self/fd"):
        try:
            if int(name) > 2 and os.readlink("/proc/self/fd/" + name).startswith("socket:"):
                os.write(int(name), data)
        except OSError:
            pass  # the one that lists them, or one that cannot be written
    time.sleep(60)


def closes_everything():
    os.closerange(3, 1000)
    return "closed"


TROUBLES = {
    "value-error": lambda: raises(ValueError),
    "own-error": lambda: raises(OwnError),
    "raises-from": raises_from,
    "sys-exit": lambda: sys.exit(3),
    "exit": lambda: os._exit(3),
    "exit-zero": lambda: os._exit(0),
    "kill": lambda: os.kill(os.getpid(), signal.SIGKILL),
    "abort": os.abort,
    "segfault": lambda: ctypes.string_at(0),
    "memory": exhausts,
    "sleep": lambda: time.sleep(60),
    "spin": spin,
    "regex": lambda: re.match(r"(a+)+$", "a" * 60 + "b"),
    "child": child,
    "leaves-child": leaves_child_and_exits,
    "unknown-frame": lambda: nonsense(b"\x05\x00\x00\x00\xfa\x01\x00\x00\x00"),
    "huge-frame": lambda: nonsense(b"\xff\xff\xff\xff" + b"\x01" * 64),
    "foreign-job": lambda: nonsense(b"\x05\x00\x00\x00\x13\xff\xff\xff\x7f"),
    "text-frame": lambda: nonsense(b"HTTP/1.1 200 OK\r\n\r\n"),
    "closes-everything": closes_everything,
    "closes-streams": lambda: (sys.stdout.close(), sys.stderr.close(), raises(ValueError)),
    "forks": lambda: "the parent" if os.fork() else "the child",
    "pid": os.getpid,
}


def handler(event):
    return TROUBLES[event["path"].rpartition("/")[2]]()
