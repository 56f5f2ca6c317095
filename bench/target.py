"""A target: a platform of its own whose callbacks all run in one kind of place, looked at from outside.

What runs, where it listens and what it takes is asked of the place itself (pid files, the engine), not of the
platform: the platform is what is measured.
"""
import collections
import concurrent.futures
import contextlib
import json
import os
import pathlib
import shutil
import subprocess

import cluster
from engine import Installation, docker
from harness import Platform, command_line, descendants, eventually


class NotMeasured(Exception):
    """Says why."""


Instance = collections.namedtuple("Instance", "identity pids address")


class Target:
    name = None
    runs = Platform

    def __init__(self, platform):
        self.platform = platform

    @classmethod
    def trouble(cls):
        """Why it cannot be looked at from here, though the platform may run callbacks on it; or None."""
        return None

    @classmethod
    def start(cls):
        return cls(cls.started())

    @classmethod
    def started(cls, **environment):
        """A platform where callbacks run on it unless they say otherwise."""
        platform = cls.runs(CALLBACKS_REGISTRY_DEFAULT_TARGET=cls.name, **environment)
        try:
            platform.start()
            eventually(lambda: known(platform)[cls.name]["available"], 60, "callbacks can run on " + cls.name)
            return platform
        except BaseException:
            platform.remove()
            raise

    def remove(self):
        self.platform.remove()

    # --- callbacks

    def deploy(self, callbacks, seconds=180):
        for callback in callbacks:
            answer = self.platform.call("POST", "/deploy/", {"callback_id": callback, "status": True,
                                                            "c_type": self.name})
            assert answer.status in (200, 202), answer
        for callback in callbacks:
            self.platform.await_status(callback, "deployed", seconds)

    def create(self, prefix, count, code, **fields):
        """So many equal callbacks, deployed; their ids."""
        made = [self.platform.create("%s-%d" % (prefix, number), code, **fields) for number in range(count)]
        self.deploy(made)
        return made

    @contextlib.contextmanager
    def created(self, prefix, count, code, **fields):
        """As ``create``, for a while."""
        made = self.create(prefix, count, code, **fields)
        try:
            yield made
        finally:
            self.delete(made)

    def delete(self, callbacks):
        with concurrent.futures.ThreadPoolExecutor(8) as threads:
            for answer in threads.map(lambda each: self.platform.call("DELETE", "/callbacks/%d" % each), callbacks):
                assert answer.status in (202, 204), answer

    # --- the place

    def instances(self, callback):
        raise NotImplementedError

    def instance(self, callback):
        found = self.instances(callback)
        assert len(found) == 1, "callback %d has %d instances" % (callback, len(found))
        return found[0]

    def disk(self):
        """Bytes of all that is kept for this platform's callbacks."""
        return used(self.platform.data)


class ProcessTarget(Target):
    name = "process"

    def instances(self, callback):
        found = []
        for file in (self.platform.data / "deployer" / "instances").glob("%d-*/pid" % callback):
            pid, started = map(int, file.read_text().split())
            found.append(Instance((file.parent.name, pid, started), [pid] + descendants(pid),
                                  ("127.0.0.1", listening_port(pid))))
        return found


class DockerTarget(Target):
    name = "docker"

    @classmethod
    def trouble(cls):
        return None if shutil.which("docker") else "the docker command, which looks at the engine, is not on the PATH"

    @property
    def installation(self):
        return Installation(self.platform)

    def instances(self, callback):
        containers = inspected("container", self.installation.instances(callback))
        return [self._instance(each) for each in containers if each["State"]["Running"]]

    @staticmethod
    def _instance(container):
        pid = container["State"]["Pid"]
        if not any(container["Id"] in line for line in lines_of("/proc/%d/cgroup" % pid)):
            raise NotMeasured("the engine's processes are not to be seen from here")
        return Instance((container["Id"], container["State"]["StartedAt"]),
                        helpers(container) + [pid] + descendants(pid), address(container))

    def disk(self):
        """Runtime images are the platform's, as the shims are where processes run: not counted."""
        own = inspected("image", self.installation.images())
        others = inspected("image", sorted(set(docker("image", "ls", "--quiet", "--no-trunc").decode().split())))
        return super().disk() + sum(own_sizes(own, others).values())

    def remove(self):
        """Also what it keeps on the engine for its next start."""
        installation = self.installation
        super().remove()
        installation.remove()


class KubernetesTarget(Target):
    """In a namespace of its own. What the nodes keep of images and layers is not counted as disk."""
    name = "kubernetes"

    def __init__(self, platform, namespace):
        super().__init__(platform)
        self.namespace = namespace

    @classmethod
    def trouble(cls):
        return None if cluster.answers() else "kubectl, which looks at the cluster, does not reach it"

    @classmethod
    def start(cls):
        namespace = cluster.Namespace("callbacks-bench-%d" % os.getpid())
        try:
            return cls(cls.started(CALLBACKS_KUBERNETES_NAMESPACE=namespace.name), namespace)
        except BaseException:
            namespace.remove()
            raise

    def instances(self, callback):
        return [self._instance(pod) for pod in self.namespace.instances(callback)
                if pod["status"].get("phase") == "Running"]

    @staticmethod
    def _instance(pod):
        pids_of_pod = [pid for pid in pids()
                       if any(pod["metadata"]["uid"] in line for line in lines_of("/proc/%d/cgroup" % pid))]
        return Instance((pod["metadata"]["name"], pod["status"]["startTime"]), pids_of_pod,
                        (pod["status"]["podIP"], 8080))

    def remove(self):
        super().remove()
        self.namespace.remove()


TARGETS = {target.name: target for target in (ProcessTarget, DockerTarget, KubernetesTarget)}


def known(platform):
    return {item["c_type"]: item for item in platform.call("GET", "/targets").json["items"]}


def missing(platform):
    """Of each target but the platform's own: None, or why it cannot be measured."""
    with contextlib.suppress(AssertionError):  # then the reason is that nothing was heard
        eventually(lambda: not any("not been heard" in (item["reason"] or "") for item in known(platform).values()),
                   30, "all targets are known")
    items = known(platform)
    return {name: target.trouble() if items[name]["available"] else items[name]["reason"]
            for name, target in TARGETS.items() if name != ProcessTarget.name}


# --- Docker

def inspected(kind, ids):
    """Those of them that are there still."""
    if not ids:
        return []
    done = subprocess.run(["docker", kind, "inspect", *ids], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          timeout=60, text=True)
    assert done.returncode == 0 or "No such" in done.stderr, done.stderr
    return json.loads(done.stdout)


def address(container):
    """The published port where there is one, else the container's own."""
    network = container["NetworkSettings"]
    for published in network["Ports"].values():
        if published:
            return published[0]["HostIp"] or "127.0.0.1", int(published[0]["HostPort"])
    port = next(iter(network["Ports"])).partition("/")[0]
    return next(each["IPAddress"] for each in network["Networks"].values() if each["IPAddress"]), int(port)


def helpers(container):
    """What the engine runs for this container alone: its shim and its port's proxy."""
    addresses = {each["IPAddress"] for each in container["NetworkSettings"]["Networks"].values()} - {""}
    found = []
    for pid in pids():
        words = command_line(pid)
        program = os.path.basename(words[0]) if words else ""
        if program.startswith("containerd-shim") and container["Id"] in words:
            found.append(pid)
        if program == "docker-proxy" and addresses & set(words):
            found.append(pid)
    return found


def own_sizes(images, others):
    """Bytes that each image adds to the one it stands on; layers that several share are counted once."""
    sizes = {}
    for image in images:
        layers = image["RootFS"].get("Layers") or []
        bases = [each for each in images + others if is_below(each["RootFS"].get("Layers") or [], layers)]
        base = max(bases, key=lambda each: len(each["RootFS"].get("Layers") or []), default={"Size": 0})
        sizes[tuple(layers)] = max(0, image["Size"] - base["Size"])
    return sizes


def is_below(layers, others):
    return len(layers) < len(others) and others[:len(layers)] == layers


# --- the machine

def pids():
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


def lines_of(path):
    try:
        return pathlib.Path(path).read_text().splitlines()
    except OSError:
        return []


def listening_port(pid):
    """The TCP port a process listens on."""
    mine = set()
    for descriptor in os.listdir("/proc/%d/fd" % pid):
        with contextlib.suppress(OSError):  # closed meanwhile
            mine.add(os.readlink("/proc/%d/fd/%s" % (pid, descriptor)))
    for line in lines_of("/proc/%d/net/tcp" % pid)[1:]:
        words = line.split()
        if words[3] == "0A" and "socket:[%s]" % words[9] in mine:
            return int(words[1].rpartition(":")[2], 16)
    raise AssertionError("process %d listens on no port" % pid)


def proportional_bytes(pids):
    """PSS: what processes share counts for each in proportion."""
    total = 0
    for pid in pids:
        try:
            rollup = pathlib.Path("/proc/%d/smaps_rollup" % pid).read_text()
        except (FileNotFoundError, ProcessLookupError):
            continue  # ended meanwhile
        except PermissionError:
            raise NotMeasured("the memory of another user's processes is for root alone to see") from None
        total += int(rollup.partition("\nPss:")[2].split()[0]) * 1024
    return total


def cpu_seconds(pid):
    """Of all threads of a process since it began."""
    fields = pathlib.Path("/proc/%d/stat" % pid).read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def used(directory):
    """Bytes of the disk, each file once however many links it has."""
    seen, total = set(), 0
    for path, directories, files in os.walk(directory):
        for name in directories + files:
            with contextlib.suppress(FileNotFoundError):  # removed meanwhile
                status = os.lstat(os.path.join(path, name))
                if (status.st_dev, status.st_ino) not in seen:
                    seen.add((status.st_dev, status.st_ino))
                    total += status.st_blocks * 512
    return total
