"""The function that tries to leave its box, one way a request; runs inside an instance of Docker."""
CODE = r'''
import ctypes, errno, glob, json, os, signal, socket, subprocess, sys, time

LIBC = ctypes.CDLL(None, use_errno=True)


def refused(action, *arguments):
    """Why not; or that it was done."""
    try:
        return "DONE %r" % (action(*arguments),)
    except OSError as error:
        return errno.errorcode.get(error.errno, type(error).__name__)


def call(number_or_name, *arguments):
    if getattr(LIBC, number_or_name)(*arguments) != 0:
        raise OSError(ctypes.get_errno(), "refused")


def connect(host, port):
    with socket.create_connection((host, int(port)), timeout=3) as connection:
        connection.sendall(b"GET / HTTP/1.0\r\n\r\n")
        return connection.recv(100)


def fill(directory):
    written = 0
    path = os.path.join(directory, "filler")
    try:
        with open(path, "wb") as file:
            while written < 8 << 30:
                written += file.write(bytes(1 << 20))
        return "DONE %d MiB" % (written >> 20)
    except OSError as error:
        return errno.errorcode[error.errno]
    finally:
        os.unlink(path)


def fork_bomb():
    born = []
    try:
        while len(born) < 5000:
            pid = os.fork()
            if pid == 0:
                time.sleep(5)
                os._exit(0)
            born.append(pid)
        return "DONE %d" % len(born)
    except OSError as error:
        return errno.errorcode[error.errno]
    finally:
        for pid in born:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)


def others():
    """Any environment but what is ours, and any file that may hold one."""
    seen = b""
    for path in glob.glob("/proc/[0-9]*/environ") + glob.glob("/proc/[0-9]*/cmdline") + glob.glob("/run/**", recursive=True):
        try:
            with open(path, "rb") as file:
                seen += file.read(1 << 20)
        except OSError:
            pass
    return "DONE" if b"neighbours-secret" in seen else "ENOENT"


def status():
    with open("/proc/self/status") as file:
        fields = dict(line.split(":", 1) for line in file)
    return {name: fields[name].strip() for name in ("CapEff", "CapBnd", "NoNewPrivs", "Seccomp", "Uid")}


WAYS = {
    "root": lambda q: refused(open, "/etc/passwd", "a"),
    "shim": lambda q: refused(open, "/opt/callbacks/shim/main.py", "a"),
    "code": lambda q: refused(open, "/opt/callbacks/function/function.py", "a"),
    "raw-socket": lambda q: refused(socket.socket, socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP),
    "packet-socket": lambda q: refused(socket.socket, socket.AF_PACKET, socket.SOCK_RAW),
    "mount": lambda q: refused(call, "mount", b"none", b"/tmp", b"tmpfs", 0, None),
    "namespace": lambda q: refused(call, "unshare", 0x10000000),
    "root-user": lambda q: refused(os.setuid, 0),
    "device": lambda q: refused(os.mknod, "/tmp/memory", 0o20600, os.makedev(1, 1)),
    "kernel-settings": lambda q: refused(open, "/proc/sys/kernel/core_pattern", "w"),
    "control-groups": lambda q: refused(open, "/sys/fs/cgroup/cgroup.procs", "w"),
    "clock": lambda q: refused(time.clock_settime, time.CLOCK_REALTIME, 0),
    "host-name": lambda q: refused(call, "sethostname", b"other", 5),
    "init": lambda q: os.kill(1, signal.SIGKILL),
    "engine-socket": lambda q: refused(lambda: open("/var/run/docker.sock", "rb")),
    "host": lambda q: refused(connect, q["host"], q["port"]),
    "neighbour": lambda q: refused(connect, q["host"], q["port"]),
    "metadata": lambda q: refused(connect, q["host"], q["port"]),
    "private": lambda q: refused(connect, q["host"], q["port"]),
    "disk": lambda q: fill("/tmp"),
    "fork-bomb": lambda q: fork_bomb(),
    "others-env": lambda q: others(),
    "memory": lambda q: len(b"x" * (4 << 30)),
    "status": lambda q: status(),
    "gateway": lambda q: gateway(),
    "ps": lambda q: sorted(os.listdir("/proc")),
}


def gateway():
    with open("/proc/net/route") as file:
        for line in file.read().splitlines()[1:]:
            fields = line.split()
            if fields[1] == "00000000":
                return socket.inet_ntoa(bytes.fromhex(fields[2])[::-1])


def handler(event):
    return WAYS[event["pathParameters"]["way"]](event["queryStringParameters"])
'''
