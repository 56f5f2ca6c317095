"""Callbacks on a real cluster, in a namespace of the tests' own."""
import base64
import os
import time
import unittest

import cluster
import engine
import leavings
import usage
from cluster import Namespace, kubectl
from harness import Load, Platform, eventually

ANSWERS = 'def handler(event):\n    return {"statusCode": 200, "body": "%d"}\n'
SAYS_ENV = 'import os\nN = os.environ["N"]\ndef handler(event):\n    return {"statusCode": 200, "body": N}\n'


class OnKubernetes(unittest.TestCase):
    """A platform, where its target kubernetes is available."""

    environment = {}

    @classmethod
    def setUpClass(cls):
        if not cluster.answers():
            raise unittest.SkipTest("no cluster answers (KUBECONFIG, and kubectl or CALLBACKS_CLUSTER)")
        cls.namespace = Namespace("callbacks-e2e-%d-%s" % (os.getpid(), cls.__name__.lower()))
        cls.addClassCleanup(cls.namespace.remove)
        cls.platform = Platform(CALLBACKS_KUBERNETES_NAMESPACE=cls.namespace.name, **cls.environment).start()
        cls.addClassCleanup(cls.platform.remove)
        target = eventually(cls.target, 30, "the target was heard from")
        assert target["available"], target["reason"]

    @classmethod
    def target(cls, name="kubernetes"):
        known = [each for each in cls.platform.call("GET", "/targets").json["items"] if each["c_type"] == name]
        return known[0] if known and "not been heard from" not in (known[0]["reason"] or "") else None

    def created(self, path, code, **fields):
        eventually(lambda: self.target()["available"], 60, "the target is available, again if the cluster was away")
        return self.platform.created(path, code, "kubernetes", 180, **fields)

    def answer(self, path):
        answer = self.platform.invoke(path, {}, timeout=30)
        return answer.text if answer.status == 200 else None


class Seed(OnKubernetes):
    def test_lines_of_the_seed(self):
        usage.lines_of_the_seed(self, self.platform, "kubernetes")


class Examples(OnKubernetes):
    def test_both_examples(self):
        usage.examples(self, self.platform, "kubernetes")


class FromRegistry(OnKubernetes):
    """A platform whose pods run images, which the builder pushes."""

    @classmethod
    def setUpClass(cls):
        images = ["CALLBACKS_KUBERNETES_IMAGES_" + name for name in ("PYTHON", "NODE")]
        if not cluster.registry() or not os.environ.keys() >= set(images):
            raise unittest.SkipTest("no image registry that the cluster pulls from (CALLBACKS_TEST_REGISTRY, %s)" % ", ".join(images))
        cls.repository = "%s/callbacks/functions-%d" % (cluster.registry(), os.getpid())
        cls.environment = {
            "CALLBACKS_IMAGES_REPOSITORY": cls.repository, "CALLBACKS_IMAGES_INSECURE": "true",
            **{name: cluster.pushed(os.environ[name]) for name in images}}
        super().setUpClass()

    def assert_images(self, pods):
        self.assertNotEqual([], pods)
        images = {each["spec"]["containers"][0]["image"] for each in pods}
        self.assertEqual([], [image for image in images if not image.startswith(self.repository + "@sha256:")])
        self.assertEqual([], [each for each in pods if each["spec"].get("initContainers")])
        return images


class SeedFromRegistry(FromRegistry):
    def test_usage_of_the_seed(self):
        usage.lines_of_the_seed(self, self.platform, "kubernetes")
        usage.examples(self, self.platform, "kubernetes")
        self.assert_images(self.namespace.objects("pods", "callbacks.io/role=instance"))


class ChangesFromRegistry(FromRegistry):
    def test_code_change_and_value_of_env(self):
        canary = "canary-" + os.urandom(12).hex()
        callback = self.created("imaged", ANSWERS % 1, library="six==1.16.0", env={"SECRET": canary})
        begin = time.monotonic()
        self.assertEqual(202, self.platform.call("PUT", "/callbacks/%d" % callback, {"code": ANSWERS % 2}).status)
        eventually(lambda: self.answer("imaged") == "2", 60, "the new code answers")
        print("\nfrom a registry: code change live after %.1f s" % (time.monotonic() - begin))
        image = self.assert_images(self.namespace.instances(callback)).pop()
        engine.docker("pull", "--quiet", image)
        self.addCleanup(engine.docker, "rmi", image)
        for told in (["inspect", image], ["history", "--no-trunc", image], ["save", image]):
            self.assertNotIn(canary.encode(), engine.docker(*told), told)


class Moves(OnKubernetes):
    def test_from_target_to_target_under_load(self):
        docker = eventually(lambda: self.target("docker"), 30, "docker was heard from")["available"]
        usage.moves(self, self.platform, "process", *(["docker"] if docker else []), "kubernetes", "process")


class Instances(OnKubernetes):
    environment = {"CALLBACKS_DEPLOYER_SCALEDOWNAFTER": "5s"}

    def test_as_many_as_there_is_to_do(self):
        usage.grows_and_shrinks(self, self.platform, "kubernetes")


class Updates(OnKubernetes):
    def test_env_changes_under_load_restart_no_pod(self):
        usage.env_changes(self, self.platform, "kubernetes", "env", self.namespace.pods, code=SAYS_ENV)

    def test_code_changes_under_load(self):
        callback, times = self.created("code", ANSWERS % 0), []
        with Load(self.platform.port, "code", rate=50) as load:
            for number in range(1, 6):
                begin = time.monotonic()
                answer = self.platform.call("PUT", "/callbacks/%d" % callback, {"code": ANSWERS % number})
                self.assertIn(answer.status, (200, 202), answer)
                eventually(lambda number=number: self.answer("code") == str(number), 60, "code %d answers" % number)
                times.append(time.monotonic() - begin)
        print("\nkubernetes: %d requests, %d failed; code change live after %s s" % (
            len(load.samples), len(load.failures), " ".join("%.1f" % t for t in times)))
        self.assertEqual([], load.failures[:5])


class Healing(OnKubernetes):
    def test_pod_deleted_by_hand(self):
        callback = self.created("deleted", ANSWERS % 1)
        before = self.namespace.pods(callback)
        kubectl("delete", "pod", "--namespace", self.namespace.name, "--wait=false", *before)
        self.check("deleted", callback, "1")
        self.assertNotEqual(before, self.namespace.pods(callback))

    def test_platform_killed_and_started(self):
        """What serves goes on; what was asked for in the middle of it happens afterwards; nothing is doubled."""
        callback = self.created("kept", SAYS_ENV, env={"N": "1"})
        pod = self.namespace.pods(callback)
        other = self.platform.create("begun", ANSWERS % 2)
        self.platform.wish(other, "kubernetes")
        self.platform.kill()
        self.platform.start()
        self.check("kept", callback, "1")
        self.assertEqual(pod, self.namespace.pods(callback))
        self.check("begun", other, "2")

    @unittest.skipUnless(cluster.tool(), "the cluster is not the tests' own (CALLBACKS_CLUSTER)")
    def test_kubelet_stands_still(self):
        callback = self.created("still", SAYS_ENV, env={"N": "1"})
        with Load(self.platform.port, "still", rate=20, connections=4) as load, cluster.Stopped("kubelet"):
            begin = time.monotonic()
            self.assertEqual(200, self.platform.put_env(callback, {"N": "2"}).status)
            time.sleep(max(0.0, begin + 30 - time.monotonic()))  # how long it stands still
        self.assertEqual([], load.failures[:5])
        self.check("still", callback, "2")

    @unittest.skipUnless(cluster.tool(), "the cluster is not the tests' own (CALLBACKS_CLUSTER)")
    def test_api_server_killed(self):
        callback = self.created("away", SAYS_ENV, env={"N": "1"})
        with Load(self.platform.port, "away", rate=20, connections=4) as load:
            cluster.kill_and_start("kube-apiserver")
            self.assertEqual(200, self.platform.put_env(callback, {"N": "2"}).status)
        self.assertEqual([], load.failures[:5])
        self.check("away", callback, "2")
        pods = self.namespace.pods(callback)  # the watch was cut with it
        kubectl("delete", "pod", "--namespace", self.namespace.name, "--wait=false", *pods)
        eventually(lambda: self.namespace.pods(callback) not in ([], pods), 60, "another one")
        self.check("away", callback, "2")

    def check(self, path, callback, expected):
        self.assertEqual(expected, eventually(lambda: self.answer(path), 120, path + " answers"))
        self.platform.await_status(callback, "deployed", 60)
        eventually(lambda: len(self.namespace.pods(callback)) == 1, 60, "one instance")
        self.assertIsNone(self.platform.read(callback)["error"])


class Secrets(OnKubernetes):
    def test_value_of_env_is_in_no_object(self):
        canary, later = ("canary-%s" % os.urandom(12).hex() for _ in range(2))
        code = "import os\ndef handler(event):\n    return len(os.environ['SECRET'])\n"
        callback = self.created("canary", code, library="six==1.16.0", env={"SECRET": canary})
        self.assertEqual(200, self.platform.put_env(callback, {"SECRET": later}).status)
        self.assertEqual(len(later), self.platform.invoke("canary", {}).json)
        places = self.namespace.everything()
        places.update({str(path): path.read_bytes() for path in self.platform.data.rglob("*") if path.is_file()})
        self.assertGreater(len(places), 20)
        words = [form for value in (canary, later) for form in (value.encode(), base64.b64encode(value.encode()))]
        self.assertEqual([], [place for place, content in places.items() if any(word in content for word in words)])

    def test_callback_has_no_token_and_is_kept_from_the_platform(self):
        code = "import os\ndef handler(event):\n    return os.path.exists('/var/run/secrets/kubernetes.io')\n"
        self.created("token", code)
        self.assertIs(False, self.platform.invoke("token", {}).json)
        policies = [each["spec"] for each in self.namespace.objects("networkpolicies")]
        self.assertEqual(1, len(policies))
        self.assertEqual({"Ingress", "Egress"}, set(policies[0]["policyTypes"]))
        self.assertIn("169.254.0.0/16", str(policies[0]["egress"]))
        self.assertIn("NetworkPolic", self.target()["reason"])


class Leavings(OnKubernetes):
    def test_creates_and_deletes_leave_nothing(self):
        leavings.check(self.platform, "kubernetes", self.made, at_once=20)

    def made(self):
        return self.namespace.names("pods,secrets,jobs"), self.namespace.names()


if __name__ == "__main__":
    unittest.main(verbosity=2)
