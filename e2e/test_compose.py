"""The platform as separate services on a real Kafka and a store of its own, run by compose."""
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import time
import unittest

import engine
import leavings
import usage
from engine import docker
from harness import ROOT, Load, Platform, eventually, free_port, milliseconds

SERVICES = ("kafka", "mongo", "registry", "builder", "deployer", "invoker")
STAND_INS = {"KAFKA_IMAGE": "callbacks/kafka:local", "MONGO_IMAGE": "callbacks/store:local"}
START_SECONDS = 400
PER_SECOND = 50
CODE = """
import os
N = os.environ.get("N", "none")
def handler(event):
    return {"statusCode": 200, "body": N}
"""


def succeeds(*command):
    return subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL).returncode == 0


def compose_command():
    """Compose v2, or 1.29, which is installed where there is none and it can be; or None."""
    if succeeds("docker", "compose", "version"):
        return ["docker", "compose"]
    if not shutil.which("docker-compose") and os.geteuid() == 0 and shutil.which("apt-get"):
        succeeds("apt-get", "-qq", "-y", "--no-install-recommends", "install", "docker-compose")
    return ["docker-compose"] if shutil.which("docker-compose") else None


def missing():
    """What the tests need and cannot have; None if all is there."""
    if not engine.answers():
        return "no Docker engine answers"
    if not compose_command():
        return "there is neither Compose v2 nor docker-compose, and it cannot be installed"
    for image in images().values():
        if not succeeds("docker", "image", "inspect", image):
            return "there is no image %s (made by e2e/images/build.sh)" % image
    return None


def images():
    return {name: os.environ.get(name, stand_in) for name, stand_in in STAND_INS.items()}


class Stack(Platform):
    """All services in containers, under names and a port of their own."""

    def __init__(self):
        self.data = pathlib.Path(tempfile.mkdtemp(prefix="callbacks-e2e-"))
        self.port = free_port()
        self.project = "callbacks-e2e-%d" % os.getpid()
        self.command = [*compose_command(), "--project-name", self.project, "--file", str(ROOT / "docker-compose.yml")]
        self.environment = {**os.environ, **images(), "CALLBACKS_PORT": str(self.port),
                            "CALLBACKS_GATEWAY_NETWORK": self.project + "-gateway",
                            "CALLBACKS_GATEWAY_INTERFACE": "cbk-%d" % os.getpid()}

    def compose(self, *arguments):
        done = subprocess.run([*self.command, *arguments], cwd=ROOT, env=self.environment, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert done.returncode == 0, "%s: %s" % (" ".join(arguments), done.stderr[-3000:])
        return done.stdout

    def up(self, *options):
        """Starts what does not run; the seconds until all is healthy."""
        begin = time.monotonic()
        self.compose("up", "--detach", "--no-build", *options)
        self.await_health()
        return time.monotonic() - begin

    def await_health(self):
        def healthy():
            states = [container["State"].get("Health", {}).get("Status") for container in self.containers()]
            return states and set(states) == {"healthy"}
        eventually(healthy, START_SECONDS, "all containers healthy")

    def containers(self, service=None):
        labels = ["label=com.docker.compose.project=" + self.project]
        if service:
            labels.append("label=com.docker.compose.service=" + service)
        return inspected("container", labels)

    def memory(self):
        """Of each service, as the engine counts it."""
        ids = [container["Id"] for container in self.containers()]
        told = docker("stats", "--no-stream", "--format", "{{.Name}} {{.MemUsage}}", *ids).decode()
        return sorted(line.replace(self.project, "").strip("-_").partition(" / ")[0] for line in told.splitlines())

    def target(self, name):
        return next(target for target in self.call("GET", "/targets").json["items"] if target["c_type"] == name)

    def runs_callbacks(self):
        return self.target("docker")["available"]

    def down(self):
        """Takes all down, and removes what is kept on the engine for a next start; what is there all the same."""
        made = self.installation()
        self.compose("down", "--volumes", "--timeout", "60")
        if made:
            made.remove()
        shutil.rmtree(self.data)
        labels = ["label=com.docker.compose.project=" + self.project]
        left = [thing for kind in ("container", "volume", "network") for thing in inspected(kind, labels)]
        return left + (made.containers() + made.images() + made.volumes() + made.networks() if made else [])

    def installation(self):
        """None as long as nothing was made on the engine."""
        told = self.compose("exec", "-T", "--user", "callbacks", "builder",
                            "bash", "-c", "cat /data/installation 2>/dev/null || true")
        (self.data / "installation").write_text(told)
        return engine.Installation(self) if told.strip() else None


def inspected(kind, labels):
    """What the engine knows of all things of a kind that have these labels."""
    listing = [kind, "ls", "--quiet"] + (["--all"] if kind == "container" else [])
    ids = docker(*listing, *(word for label in labels for word in ("--filter", label))).decode().split()
    return json.loads(docker(kind, "inspect", *ids)) if ids else []


def setUpModule():
    reason = missing()
    if reason:
        raise unittest.SkipTest(reason)
    subprocess.run([str(ROOT / "callbacks"), "images"], stdin=subprocess.DEVNULL, check=True)


class Compose(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stack = Stack()
        cls.addClassCleanup(cls.end)
        print("compose: healthy after %.0f s; memory: %s" % (cls.stack.up(), ", ".join(cls.stack.memory())))
        eventually(lambda: "not been heard from" not in (cls.stack.target("docker")["reason"] or ""), 60,
                   "the deployer was heard from")

    @classmethod
    def end(cls):
        left = cls.stack.down()
        assert not left, left

    def setUp(self):
        self.addCleanup(self.delete_all)

    def delete_all(self):
        for callback in self.stack.call("GET", "/callbacks/").json["items"]:
            self.stack.call("DELETE", "/callbacks/%d" % callback["callback_id"])

    def needs_docker(self):
        if not self.stack.runs_callbacks():
            self.skipTest("docker is not available there: %s" % self.stack.target("docker")["reason"])

    def test_only_the_gateway_is_published_and_on_loopback(self):
        published = {container["Config"]["Labels"]["com.docker.compose.service"]: bindings
                     for container in self.stack.containers()
                     for bindings in container["HostConfig"]["PortBindings"].values()}
        self.assertEqual(published, {"invoker": [{"HostIp": "127.0.0.1", "HostPort": str(self.stack.port)}]})

    def test_no_service_may_more_than_it_needs(self):
        for container in self.stack.containers():
            host, name = container["HostConfig"], container["Name"]
            self.assertEqual(host["CapDrop"], ["ALL"], name)
            self.assertIn("no-new-privileges:true", host["SecurityOpt"], name)
            self.assertTrue(host["Memory"] and host["PidsLimit"] and host["Init"], name)
        for service in ("registry", "builder", "deployer", "invoker"):
            users = self.stack.compose("exec", "-T", service, "bash", "-c", "for p in /proc/[0-9]*; do "
                                       "if [ \"$(<$p/comm)\" = java ]; then grep Uid: $p/status; fi; done 2>/dev/null; true")
            self.assertEqual(set(users.split()), {"Uid:", "10000"}, service)

    def test_keeps_what_it_is_given(self):
        callback = self.stack.create("kept", CODE, env={"N": "1"})
        self.assertEqual(self.stack.read(callback)["path"], "kept")
        self.assertIn(callback, [one["callback_id"] for one in self.stack.call("GET", "/callbacks/").json["items"]])
        self.assertEqual(self.stack.put_env(callback, {"N": "2"}).status, 200)
        self.assertEqual(self.stack.call("DELETE", "/callbacks/%d" % callback).status, 204)

    def test_says_why_a_target_is_not_available(self):
        callback = self.stack.create("nowhere", CODE)
        answer = self.stack.call("POST", "/deploy/", {"callback_id": callback, "status": True, "c_type": "process"})
        self.assertEqual((answer.status, answer.problem), (409, "target-unavailable"), answer)
        self.assertIn("PATH", answer.json["detail"])

    def test_serves_and_changes_env(self):
        self.needs_docker()
        callback = self.stack.create("serves", CODE, env={"N": "1"})
        self.stack.deploy(callback, "docker")
        self.assertEqual(self.stack.invoke("serves").text, "1")
        self.assertEqual(self.stack.put_env(callback, {"N": "2"}).status, 200)
        self.assertEqual(self.stack.invoke("serves").text, "2")

    def test_the_examples_get_the_answers_they_expect(self):
        self.needs_docker()
        usage.examples(self, self.stack, "docker")

    def test_creates_and_deletes_leave_nothing(self):
        self.needs_docker()
        self.stack.delete(self.stack.created("brings-the-installation", CODE, "docker"))
        made = self.stack.installation()
        leavings.check(self.stack, "docker", lambda: leavings.on_engine(made))

    def test_calls_go_on_while_services_restart(self):
        answer = self.deployed() if self.stack.runs_callbacks() else 404
        for service in SERVICES:
            with Load(self.stack.port, "restarts", rate=PER_SECOND) as load:
                begin = time.monotonic()
                self.stack.compose("restart", "--timeout", "60", service)
                self.stack.await_health()
                took = time.monotonic() - begin
            failed = [sample for sample in load.samples if sample[2] != answer]
            print("compose: %s again healthy after %.0f s, %d calls, %d failed, %s" % (
                service, took, len(load.samples), len(failed),
                milliseconds([done - sent for sent, done, *_ in load.samples])))
            if service == "invoker":
                self.assertEqual(self.stack.invoke("restarts").status, answer)
            else:
                self.assertEqual(failed, [], service)
        self.assertEqual(self.stack.call("GET", "/callbacks/").status, 200)

    def deployed(self):
        self.stack.deploy(self.stack.create("restarts", CODE), "docker")
        return 200

    def test_more_copies_of_a_service_share_its_work(self):
        self.addCleanup(self.stack.up, "--scale", "registry=1", "--scale", "builder=1")
        self.stack.up("--no-recreate", "--scale", "registry=2", "--scale", "builder=2")
        created = [self.stack.create("shared-%d" % number, CODE) for number in range(10)]
        first = self.stack.containers("registry")[0]["Id"]
        docker("stop", "--time", "50", first)
        self.addCleanup(docker, "start", first)
        for callback in created:
            self.assertEqual(self.stack.read(callback)["callback_id"], callback)
            eventually(lambda: self.built(callback), 30, "build of %d" % callback)

    def built(self, callback):
        """Whichever copy built it and whichever is asked: the log is there and whole."""
        log = self.stack.call("GET", "/callbacks/%d/build-log" % callback)
        return log.status == 200 and ("built in" in log.text or "failed" in log.text)


if __name__ == "__main__":
    unittest.main()
