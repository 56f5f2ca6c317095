"""Callbacks on a Docker engine: what the target promises beyond what every target does (test_behaviour)."""
import base64
import io
import os
import pathlib
import shutil
import subprocess
import tarfile
import unittest

import engine
import leavings
import usage
from box import CODE as BOX
from engine import Installation, Listener, Neighbour, docker, inspect
from harness import Load, Platform, eventually

ANSWERS = 'def handler(event):\n    return {"statusCode": 200, "body": "%d"}\n'
IS_ROOT = os.geteuid() == 0
METADATA = "169.254.169.254"


class OnDocker(unittest.TestCase):
    """A platform, where its target docker is available."""

    @classmethod
    def setUpClass(cls):
        cls.platform = Platform().start()
        cls.addClassCleanup(cls.end)
        target = eventually(cls.target, 30, "the target was heard from")
        if not target["available"]:
            raise unittest.SkipTest("docker: " + target["reason"])
        cls.reason = target["reason"] or ""
        cls.engine = Installation(cls.platform)

    @classmethod
    def target(cls):
        known = [each for each in cls.platform.call("GET", "/targets").json["items"] if each["c_type"] == "docker"]
        return known[0] if known and "not been heard from" not in (known[0]["reason"] or "") else None

    @classmethod
    def end(cls):
        made = Installation(cls.platform) if (cls.platform.data / "installation").exists() else None
        cls.platform.remove()
        if made and engine.answers():
            made.remove()

    def created(self, path, code, **fields):
        callback = self.platform.create(path, code, **fields)
        self.platform.deploy(callback, "docker", 180)
        return callback


class Seed(OnDocker):
    def test_lines_of_the_seed(self):
        usage.lines_of_the_seed(self, self.platform, "docker")


class Examples(OnDocker):
    def test_both_examples(self):
        usage.examples(self, self.platform, "docker")


class Box(OnDocker):
    """Ways out of the box. All are refused, and nobody else notices."""

    REFUSED = {
        "root": ["EROFS", "EACCES"], "shim": ["EROFS", "EACCES"], "code": ["EROFS", "EACCES"],
        "raw-socket": ["EPERM"], "packet-socket": ["EPERM"], "mount": ["EPERM"], "namespace": ["EPERM"],
        "root-user": ["EPERM"], "device": ["EPERM"], "kernel-settings": ["EROFS", "EACCES"],
        "control-groups": ["EROFS", "EACCES", "ENOENT"], "clock": ["EPERM"], "host-name": ["EPERM"],
        "engine-socket": ["ENOENT"], "disk": ["ENOSPC", "ENOMEM"], "others-env": ["ENOENT"],
    }
    UNREACHABLE = ["ECONNREFUSED", "EHOSTUNREACH", "ENETUNREACH", "ETIMEDOUT", "TimeoutError", "timeout"]

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        platform = cls.platform
        bystander = platform.create("bystander", ANSWERS % 1, env={"SECRET": "neighbours-secret"})
        boxed = platform.create("box/{way}", BOX, method="ANY", timeout_seconds=20, memory_mb=128)
        for callback in (bystander, boxed):
            platform.deploy(callback, "docker", 180)
        cls.bystander, cls.boxed = bystander, boxed

    def tried(self, way, **query):
        words = "&".join("%s=%s" % pair for pair in query.items())
        return self.platform.call("GET", "/api/box/%s?%s" % (way, words))

    def test_every_way_out_is_refused_and_neighbours_are_unharmed(self):
        with Load(self.platform.port, "bystander", rate=20, connections=4) as load:
            for way, reasons in self.REFUSED.items():
                with self.subTest(way):
                    answer = self.tried(way)
                    self.assertEqual(200, answer.status, answer)
                    self.assertIn(answer.json, reasons)
        self.assertEqual([], load.failures[:5])

    def test_it_has_no_power_at_all(self):
        now = eventually(self.status, 60, "it answers")
        self.assertEqual(("0000000000000000", "0000000000000000", "1", "2"),
                         (now["CapEff"], now["CapBnd"], now["NoNewPrivs"], now["Seccomp"]))
        self.assertNotIn("0", now["Uid"].split())

    def status(self):
        answer = self.tried("status")
        return answer.json if answer.status == 200 else None

    def test_greed_and_signals_harm_nobody_else(self):
        for way, answers in (("memory", (500, 502)), ("fork-bomb", (200, 500, 502)), ("init", (200, 502))):
            with self.subTest(way), Load(self.platform.port, "bystander", rate=20, connections=4) as load:
                answer = self.tried(way)
                self.assertIn(answer.status, answers, answer)
                self.assertNotIn("DONE", answer.text)
                eventually(self.status, 60, "it answers again")
            self.assertEqual([], load.failures[:5])

    def unreachable(self, way, host, port):
        answer = self.tried(way, host=host, port=port)
        self.assertEqual(200, answer.status, answer)
        self.assertIn(answer.json, self.UNREACHABLE)

    def need_firewall(self):
        """Where it may be set up it must have been."""
        if os.geteuid() != 0 or not shutil.which("iptables"):
            self.skipTest("no firewall may be set up here: it takes root and iptables")
        self.assertNotIn("firewall", self.reason)

    def test_no_way_to_another_instance(self):
        network = inspect(self.engine.instances(self.bystander)[0])["NetworkSettings"]
        for each in network["Networks"].values():
            self.unreachable("neighbour", each["IPAddress"], 8080)
        for bindings in network["Ports"].values():
            for binding in bindings or []:
                self.unreachable("neighbour", self.tried("gateway").json, binding["HostPort"])

    def test_no_way_to_servers_of_the_host(self):
        self.need_firewall()
        with Listener() as listener:
            self.unreachable("host", self.tried("gateway").json, listener.port)
            self.assertEqual([], listener.reached)

    @unittest.skipUnless(IS_ROOT and shutil.which("ip"), "needs root and ip, to make a host that stands in for others")
    def test_no_way_to_metadata_and_private_addresses(self):
        self.need_firewall()
        for way, address in (("metadata", METADATA), ("private", "10.254.254.254")):
            with self.subTest(address), Neighbour("cbk" + way[:4], address):
                eventually(lambda: self.reaches(address), 10, "the stand-in answers this machine")
                self.unreachable(way, address, 80)

    @staticmethod
    def reaches(address):
        return subprocess.run(["curl", "-s", "-o", "/dev/null", "--noproxy", "*", "--max-time", "2", "http://%s/" % address],
                              check=False).returncode == 0


class Secrets(OnDocker):
    def test_value_of_env_is_found_nowhere(self):
        canary = "canary-%s" % os.urandom(12).hex()
        later = "later-%s" % os.urandom(12).hex()
        code = "import os\ndef handler(event):\n    print(os.environ['SECRET'])\n    return len(os.environ['SECRET'])\n"
        callback = self.created("canary", code, library="six==1.16.0", env={"SECRET": canary})
        self.assertEqual(len(canary), self.platform.invoke("canary", {}).json)
        self.assertEqual(200, self.platform.put_env(callback, {"SECRET": later}).status)
        self.assertEqual(len(later), self.platform.invoke("canary", {}).json)
        log = eventually(lambda: self.shown(callback), 20, "the log has what was printed")
        self.assertIn("********", log)
        words = [form for value in (canary, later) for form in (value.encode(), base64.b64encode(value.encode()))]
        places = {"inspect": self.inspected(), "images": self.image_contents(), "processes": self.command_lines()}
        places.update({str(path): path.read_bytes() for path in self.platform.data.rglob("*") if path.is_file()})
        self.assertGreater(len(places), 20)
        self.assertEqual([], [place for place, content in places.items() if any(word in content for word in words)])

    def shown(self, callback):
        text = self.platform.call("GET", "/callbacks/%d/logs" % callback).text
        return text if text.count("****") >= 2 else None

    def inspected(self):
        images = self.engine.images()
        history = b"".join(docker("history", "--no-trunc", image) for image in images)
        return docker("inspect", *self.engine.containers(), *images) + history

    def image_contents(self):
        """Every file of every layer of what was built."""
        saved = tarfile.open(fileobj=io.BytesIO(docker("save", *self.engine.images_of("code"), seconds=120)))
        found = io.BytesIO()
        for member in saved:
            if member.isfile():
                content = saved.extractfile(member).read()
                found.write(content)
        return found.getvalue()

    @staticmethod
    def command_lines():
        found = b""
        for path in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
            try:
                found += path.read_bytes() + b"\n"
            except OSError:
                continue  # it has ended
        return found


class Healing(OnDocker):
    def test_removed_by_hand(self):
        callback = self.created("removed", ANSWERS % 1)
        docker("rm", "--force", *self.engine.instances(callback))
        self.assertEqual("1", eventually(lambda: self.answer("removed"), 60, "it answers again"))

    def test_paused_by_hand(self):
        callback = self.created("paused", ANSWERS % 1)
        docker("pause", *self.engine.instances(callback))
        self.assertEqual("1", eventually(lambda: self.answer("paused"), 60, "it answers again"))

    def test_image_removed_by_hand(self):
        callback = self.created("unmade", ANSWERS % 1)
        instance = self.engine.instances(callback)[0]
        docker("rmi", "--force", inspect(instance)["Config"]["Image"])
        docker("rm", "--force", instance)

        def healed():
            now = self.platform.read(callback)
            return now["status"] == "deployed" and not now["error"] and self.answer("unmade")
        self.assertEqual("1", eventually(healed, 90, "it is made again and answers"))
        self.assertNotEqual([], self.engine.images_of("code"))

    def answer(self, path):
        answer = self.platform.invoke(path, {}, timeout=30)
        return answer.text if answer.status == 200 else None

    @unittest.skipUnless(engine.may_be_killed(), "the engine is not the tests' own (CALLBACKS_TESTS_OWN_ENGINE)")
    def test_killed_engine(self):
        callbacks = {"engine-%d" % number: self.created("engine-%d" % number, ANSWERS % number) for number in range(3)}
        with Load(self.platform.port, "engine-0", rate=20, connections=4):
            engine.kill_and_start()
        for number, (path, callback) in enumerate(callbacks.items()):
            self.assertEqual(str(number), eventually(lambda path=path: self.answer(path), 120, path + " answers again"))
            self.platform.await_status(callback, "deployed", 60)
            eventually(lambda callback=callback: len(self.engine.instances(callback)) == 1, 60, "nothing is doubled")


class Moves(OnDocker):
    def test_from_process_to_docker_and_back_under_load(self):
        usage.moves(self, self.platform, "process", "docker", "process")


class Leavings(OnDocker):
    def test_creates_and_deletes_leave_nothing(self):
        leavings.check(self.platform, "docker", lambda: leavings.on_engine(self.engine))


if __name__ == "__main__":
    unittest.main(verbosity=2)
