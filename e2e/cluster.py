"""What the tests ask of the Kubernetes cluster itself, by kubectl."""
import json
import os
import pathlib
import shlex
import shutil
import signal
import subprocess
import threading

from engine import docker
from harness import eventually

KINDS = "pods,secrets,configmaps,jobs,deployments,services,networkpolicies,poddisruptionbudgets"


def tool():
    """The command that runs a cluster of the tests' own, or None."""
    return shlex.split(os.environ.get("CALLBACKS_CLUSTER", "")) or None


def command():
    return [*tool(), "kubectl"] if tool() else ["kubectl"]


def kubectl(*words, seconds=60, given=None):
    done = subprocess.run([*command(), *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=seconds, input=given)
    assert done.returncode == 0, "kubectl %s: %s" % (" ".join(words), done.stderr.decode(errors="replace"))
    return done.stdout


def answers():
    if not os.environ.get("KUBECONFIG") or not (tool() or shutil.which("kubectl")):
        return False
    try:
        kubectl("get", "--raw", "/readyz", seconds=20)
        return True
    except (AssertionError, OSError, subprocess.TimeoutExpired):
        return False


def may(account, namespace, verb, resource):
    """Whether a service account is permitted something in its namespace; after a slash comes a subresource."""
    resource, _, part = resource.partition("/")
    done = subprocess.run(
        [*command(), "auth", "can-i", verb, resource, "--subresource=" + part, "--namespace", namespace,
         "--as", "system:serviceaccount:%s:%s" % (namespace, account)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60, text=True)
    assert done.stdout.strip() in ("yes", "no"), done.stderr
    return done.stdout.strip() == "yes"


def registry():
    """Host and port of an image registry that the cluster pulls from and this machine pushes to, or None."""
    return os.environ.get("CALLBACKS_TEST_REGISTRY") or None


def pushed(image):
    """An image of the Docker engine under its name in the registry, where it is from now on."""
    name = "%s/%s" % (registry(), image)
    docker("tag", image, name)
    docker("push", "--quiet", name)
    docker("rmi", name)
    return name


class Forwarding:
    """A port of this machine that leads to a Service within the block: to one pod of it, as long as that lives."""

    host = "127.0.0.1"

    def __init__(self, namespace, service, port):
        self.words = ["port-forward", "--namespace", namespace, "service/" + service, ":%d" % port]

    def __enter__(self):
        self.process = subprocess.Popen([*command(), *self.words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                        start_new_session=True, text=True)  # what is called may be a script
        told = self.process.stdout.readline()
        assert told.startswith("Forwarding from"), told
        self.port = int(told.partition("->")[0].rpartition(":")[2])
        threading.Thread(target=self.process.stdout.read, daemon=True).start()
        return self

    def __exit__(self, *_):
        os.killpg(self.process.pid, signal.SIGTERM)
        self.process.wait(20)


class Namespace:
    """One of the tests' own, which admits nothing that is not restricted."""

    def __init__(self, name):
        self.name = name
        kubectl("create", "namespace", name)
        kubectl("label", "namespace", name, "pod-security.kubernetes.io/enforce=restricted")

    def remove(self):
        kubectl("delete", "namespace", self.name, "--wait=false")

    def objects(self, kinds=KINDS, *selector):
        """All that platforms have made in it."""
        told = kubectl("get", kinds, "--namespace", self.name, "--output", "json",
                       "--selector", ",".join(("app.kubernetes.io/managed-by=callbacks", *selector)))
        return json.loads(told)["items"]

    def names(self, kinds=KINDS, *selector):
        return sorted(each["kind"] + "/" + each["metadata"]["name"] for each in self.objects(kinds, *selector))

    def instances(self, callback):
        """Its pods, but for those that are on their way out."""
        pods = self.objects("pods", "callbacks.io/role=instance", "callbacks.io/callback=%d" % callback)
        return [each for each in pods if not each["metadata"].get("deletionTimestamp")]

    def pods(self, callback):
        return [each["metadata"]["name"] for each in self.instances(callback)]

    def everything(self):
        """Each object of it, whoever made it, as the API server has it."""
        return {each["kind"] + "/" + each["metadata"]["name"]: json.dumps(each).encode()
                for each in json.loads(kubectl("get", KINDS + ",events", "--namespace", self.name,
                                               "--output", "json"))["items"]}


# --- components of a cluster of the tests' own

def component(name):
    """Its pid."""
    told = subprocess.run([*tool(), "status"], stdout=subprocess.PIPE, check=False).stdout.decode()
    return next(int(line.split()[2]) for line in told.splitlines() if line.split()[:2] == [name, "pid"])


class Stopped:
    """A component stands still within the block."""

    def __init__(self, name):
        self.pid = component(name)

    def __enter__(self):
        os.kill(self.pid, signal.SIGSTOP)

    def __exit__(self, *_):
        os.kill(self.pid, signal.SIGCONT)


def kill_and_start(name):
    """Kills a component; the tool starts it again."""
    pid = component(name)
    os.kill(pid, signal.SIGKILL)
    eventually(lambda: not pathlib.Path("/proc/%d" % pid).exists(), 10, "%s is gone" % name)
    subprocess.run([*tool(), "up"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True, timeout=300)
