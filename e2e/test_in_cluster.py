"""The platform in the cluster itself: deploy/kubernetes/overlays/try, on images that can be made without a registry."""
import concurrent.futures
import json
import pathlib
import shutil
import subprocess
import time
import unittest

import cluster
import usage
from cluster import Forwarding, kubectl
from harness import ROOT, Load, Platform, eventually, milliseconds

NAMESPACE = "callbacks"
OVERLAY = str(ROOT / "e2e" / "in-cluster")
NODE_DIRECTORY = pathlib.Path("/var/lib/callbacks-try")
SERVICES = ("registry", "builder", "deployer", "invoker")
OWN = ["callbacks/%s:local" % service for service in SERVICES]
OTHERS = ["callbacks/%s:local" % name for name in ("kafka", "store", "base-python", "base-node")]
READY_SECONDS = 400
PER_SECOND = 20
SAYS_ENV = 'import os\nN = os.environ["N"]\ndef handler(event):\n    return {"statusCode": 200, "body": N}\n'

GRANTED = {
    "registry": (),
    "invoker": (),
    "builder": ("create,get,list,delete jobs.batch", "create,delete secrets", "get,list,watch pods", "get pods/log",
                "list events"),
    "deployer": ("create,get,list,watch,delete pods", "get pods/log", "create,patch,list,delete secrets",
                 "create,patch networkpolicies.networking.k8s.io",
                 "create,patch,list,delete poddisruptionbudgets.policy"),
}
VERBS = "get,list,watch,create,update,patch,delete,deletecollection "
# Whatever of it is not granted must be refused.
NOT_MORE = (VERBS + "secrets", VERBS + "pods", VERBS + "jobs.batch", VERBS + "networkpolicies.networking.k8s.io",
            VERBS + "poddisruptionbudgets.policy",
            "get,create pods/exec", "create pods/attach", "create pods/portforward", "patch pods/ephemeralcontainers", "create serviceaccounts/token",
            "get,create,patch configmaps", "create,patch deployments.apps", "create,patch services",
            "create,bind,escalate roles.rbac.authorization.k8s.io", "create rolebindings.rbac.authorization.k8s.io",
            "impersonate serviceaccounts", "get,list nodes", "list,create namespaces", "list persistentvolumes")
CLUSTER_WIDE = "namespaces,persistentvolumes,clusterroles,clusterrolebindings,storageclasses,priorityclasses"


def missing():
    """What the tests need and cannot have; None if all is there."""
    if not cluster.tool() or not cluster.answers():
        return "no cluster of the tests' own answers (CALLBACKS_CLUSTER, KUBECONFIG)"
    for image in OTHERS:
        if subprocess.run(["docker", "image", "inspect", image], stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL).returncode != 0:
            return "there is no image %s (made by e2e/images/build.sh and runtimes/base-images.sh)" % image
    if "namespace/" + NAMESPACE in everywhere():
        return "there is a namespace %s already" % NAMESPACE
    return None


def everywhere():
    """What is in no namespace."""
    return set(kubectl("get", CLUSTER_WIDE, "--output", "name").decode().split())


def setUpModule():
    reason = missing()
    if reason:
        raise unittest.SkipTest(reason)
    subprocess.run([str(ROOT / "callbacks"), "images"], stdin=subprocess.DEVNULL, check=True)
    subprocess.run([*cluster.tool(), "load", *OWN, *OTHERS], stdout=subprocess.DEVNULL, check=True)


class InCluster(Platform):
    """Reached as from within: at the address of the invoker's Service, which leads to all of its pods."""

    def __init__(self):
        self.port = 8000
        self.before = everywhere()

    def up(self):
        begin = time.monotonic()
        kubectl("apply", "--kustomize", OVERLAY)
        for what in ("statefulset/kafka", "statefulset/mongo", *("deployment/" + service for service in SERVICES)):
            self.await_rollout(what)
        self.host = self.object("service", "invoker")["spec"]["clusterIP"]
        return time.monotonic() - begin

    def await_rollout(self, what):
        kubectl("rollout", "status", "--namespace", NAMESPACE, what, "--timeout=%ds" % READY_SECONDS,
                seconds=READY_SECONDS + 20)

    def object(self, kind, name):
        return json.loads(kubectl("get", kind, name, "--namespace", NAMESPACE, "--output", "json"))

    def pods(self, selector):
        told = kubectl("get", "pods", "--namespace", NAMESPACE, "--selector", selector, "--output", "json")
        return json.loads(told)["items"]

    def names(self, selector):
        return {pod["metadata"]["name"] for pod in self.pods(selector)}

    def instances(self, callback):
        return self.names("callbacks.io/role=instance,callbacks.io/callback=%d" % callback)

    def oldest(self, selector):
        return min(self.pods(selector), key=lambda pod: pod["metadata"]["creationTimestamp"])["metadata"]["name"]

    def scale(self, service, replicas):
        kubectl("scale", "--namespace", NAMESPACE, "deployment/" + service, "--replicas=%d" % replicas)
        self.await_rollout("deployment/" + service)

    def down(self):
        """What is there all the same."""
        kubectl("delete", "--kustomize", OVERLAY, "--timeout=180s", seconds=200)
        left = everywhere() - self.before
        shutil.rmtree(NODE_DIRECTORY, ignore_errors=True)
        return left

    def target(self, name):
        return next(target for target in self.call("GET", "/targets").json["items"] if target["c_type"] == name)

    def restart(self, service):
        """One pod after the other is replaced; returns when the last of the old ones is gone."""
        old = self.names("app.kubernetes.io/name=" + service)
        kubectl("rollout", "restart", "--namespace", NAMESPACE, "deployment/" + service)
        self.await_rollout("deployment/" + service)
        eventually(lambda: not old & self.names("app.kubernetes.io/name=" + service), 120, "old pods are gone")


class Try(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        shutil.rmtree(NODE_DIRECTORY, ignore_errors=True)
        cls.platform = InCluster()
        cls.addClassCleanup(cls.end)
        print("in the cluster: all is ready after %.0f s" % cls.platform.up())
        eventually(lambda: cls.platform.target("kubernetes")["available"], 60, "the target is available")

    @classmethod
    def end(cls):
        begin = time.monotonic()
        left = cls.platform.down()
        assert not left, left
        print("in the cluster: all is gone after %.0f s" % (time.monotonic() - begin))

    def test_both_examples_through_a_port_forward(self):
        with Forwarding(NAMESPACE, "invoker", 8000) as forwarded:
            usage.examples(self, forwarded, "kubernetes")

    def test_kubernetes_is_the_target_that_is_meant(self):
        callback = self.platform.create("meant", SAYS_ENV, env={"N": "1"})
        self.platform.call("POST", "/deploy/", {"callback_id": callback, "status": True})
        self.platform.await_status(callback, "deployed", 180)
        self.assertEqual("kubernetes", self.platform.read(callback)["deployment"]["c_type"])
        self.assertFalse(self.platform.target("docker")["available"])
        self.platform.delete(callback)

    def test_each_service_may_what_it_needs_and_no_more(self):
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            for service in SERVICES:
                needed = set(asked(GRANTED[service]))
                all_asked = sorted(needed | set(asked(NOT_MORE)))
                answers = pool.map(lambda ask, service=service: cluster.may(service, NAMESPACE, *ask), all_asked)
                permitted = {ask for ask, yes in zip(all_asked, answers) if yes}
                self.assertEqual(needed, permitted, service)
                print("in the cluster: %s: %d permitted, %d refused" % (
                    service, len(permitted), len(all_asked) - len(permitted)))

    def test_who_needs_no_token_has_none(self):
        with_token = {service for service in SERVICES for pod in self.platform.pods("app.kubernetes.io/name=" + service)
                      for volume in pod["spec"]["volumes"] if "serviceAccountToken" in json.dumps(volume)}
        self.assertEqual({"builder", "deployer"}, with_token)

    def test_policies_say_who_may_call_whom(self):
        told = kubectl("get", "networkpolicies", "--namespace", NAMESPACE, "--output", "json")
        policies = {each["metadata"]["name"]: each["spec"] for each in json.loads(told)["items"]}
        self.assertEqual({"podSelector": {}, "policyTypes": ["Ingress"]}, policies["default-deny"])
        own = next(spec for name, spec in policies.items() if name.startswith("callbacks-"))
        self.assertEqual([{"podSelector": {"matchLabels": {"callbacks.io/calls": "instances"}}}],
                         own["ingress"][0]["from"])
        callers = {pod["metadata"]["labels"]["app.kubernetes.io/name"]
                   for pod in self.platform.pods("callbacks.io/calls=instances")}
        self.assertEqual({"invoker", "deployer"}, callers)

    def test_no_call_fails_while_services_are_replaced(self):
        platform = self.platform
        callback = platform.created("rolls", SAYS_ENV, "kubernetes", 180, env={"N": "0"})
        instances = platform.names("callbacks.io/role=instance")
        for number, service in enumerate(SERVICES, 1):
            begin = time.monotonic()
            with Load(platform.port, "rolls", rate=PER_SECOND, connections=8, host=platform.host) as load:
                platform.restart(service)
            print("in the cluster: %s replaced in %.0f s, %d calls, %d failed, %s" % (
                service, time.monotonic() - begin, len(load.samples), len(load.failures),
                milliseconds([done - sent for sent, done, *_ in load.samples])))
            self.assertEqual([], load.failures[:5], service)
            self.assertEqual(200, platform.put_env(callback, {"N": str(number)}).status, service)
            self.assertEqual(str(number), platform.invoke("rolls", {}).text, service)
        self.assertEqual(instances, platform.names("callbacks.io/role=instance"))
        platform.delete(callback)


    def test_of_two_deployers_one_acts_and_the_other_takes_over(self):
        """The active one, which is the older, is killed in the middle of a rollout, and again the one after it."""
        platform = self.platform
        kept = platform.created("kept", SAYS_ENV, "kubernetes", 180, env={"N": "0"})
        callbacks, times = [kept], []
        serving = platform.instances(kept)
        platform.scale("deployer", 2)
        self.addCleanup(platform.scale, "deployer", 1)
        with Load(platform.port, "kept", rate=PER_SECOND, connections=8, host=platform.host) as load:
            for number in range(2):
                callbacks.append(platform.create("taken-over-%d" % number, SAYS_ENV, env={"N": "1"}))
                begin = time.monotonic()
                platform.wish(callbacks[-1], "kubernetes")
                kubectl("delete", "pod", "--namespace", NAMESPACE, "--grace-period=0", "--force", "--wait=false",
                        platform.oldest("app.kubernetes.io/name=deployer"))
                platform.await_status(callbacks[-1], "deployed", 120)
                times.append("%.0f s" % (time.monotonic() - begin))
                platform.await_rollout("deployment/deployer")
        print("in the cluster: deployed all the same after %s; %d calls, %d failed" % (
            " and ".join(times), len(load.samples), len(load.failures)))
        self.assertEqual([], load.failures[:5])
        self.assertEqual(serving, platform.instances(kept))
        for callback in callbacks:
            eventually(lambda callback=callback: len(platform.instances(callback)) == 1, 60, "one instance, not more")
            platform.delete(callback)


def asked(permissions):
    """(verb, resource) of each that is written as "verb,verb resource"."""
    for permission in permissions:
        verbs, _, resource = permission.partition(" ")
        yield from ((verb, resource) for verb in verbs.split(","))


if __name__ == "__main__":
    unittest.main(verbosity=2)
