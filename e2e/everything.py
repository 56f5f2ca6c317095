"""All tests of the project, one suite after the other, and their sum in the last line.

    ./callbacks test [java | python | node | conformance | e2e | compose | in-cluster]...

Without a name all but compose and in-cluster, which make the images of all services first.
"""
import contextlib
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import time
import urllib.request
import xml.etree.ElementTree

ROOT = pathlib.Path(__file__).resolve().parent.parent
LOGS = ROOT / "target" / "callbacks" / "test"
MAVEN = os.environ.get("MAVEN", "mvn")


class Outcome:
    """What came of a suite: how many tests, and whether it ran to its end."""

    def __init__(self, passed=0, failed=0, skipped=0):
        self.passed, self.failed, self.skipped = passed, failed, skipped

    def __add__(self, other):
        return Outcome(self.passed + other.passed, self.failed + other.failed, self.skipped + other.skipped)

    def __str__(self):
        return "%d passed, %d failed, %d skipped" % (self.passed, self.failed, self.skipped)


def run(name, command, shown=lambda line: True, **environment):
    """Runs a command in the project's root; its exit code and its output, which is also in a log."""
    LOGS.mkdir(parents=True, exist_ok=True)
    lines = []
    with open(LOGS / (name + ".log"), "w") as log:
        process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=subprocess.STDOUT, text=True, errors="replace",
                                   env={**os.environ, **environment})
        for line in process.stdout:
            log.write(line)
            lines.append(line)
            if shown(line):
                print(line, end="", flush=True)
    return process.wait(), "".join(lines)


def judged(code, outcome):
    """A suite that failed without a failed test (it could not even start) counts as one failure."""
    return outcome + Outcome(failed=1) if code != 0 and outcome.failed == 0 else outcome


# --- what the tests on Docker need

PREPARATIONS = (("e2e/engine.sh",), ("runtimes/base-images.sh", "all"), ("e2e/images/build.sh", "kafka", "store"))
ENGINE = {
    "TESTCONTAINERS_RYUK_DISABLED": "true", "TESTCONTAINERS_CHECKS_DISABLE": "true",  # both want a public image
    "TESTCONTAINERS_HOST_OVERRIDE": "127.0.0.1", "CALLBACKS_TEST_KAFKA_IMAGE": "callbacks/kafka:local",
}


def prepare_docker():
    """An engine, base images and stand-ins; without them the tests on Docker skip themselves, and say why."""
    print("\n=== docker", flush=True)
    for script, *words in PREPARATIONS:
        code, output = run("docker-" + pathlib.Path(script).stem, [str(ROOT / script), *words])
        if code != 0:
            print("tests on Docker are skipped: %s" % (output.strip().splitlines() or ["%s failed" % script])[-1])
            return
    os.environ.update({**ENGINE, **os.environ})
    if os.environ.get("CI"):
        os.environ.setdefault("CALLBACKS_TESTS_OWN_ENGINE", "yes")  # a machine of the tests' own: they may kill it


# --- what the tests on Kubernetes need

REGISTRY = "127.0.0.1:5000"  # of the cluster that the command runs
TYPES = {"PYTHON": "callbacks/base-python:local", "NODE": "callbacks/base-node:local"}


def prepare_cluster():
    """A cluster: that of KUBECONFIG, or the one that the command in CALLBACKS_CLUSTER runs, with the base images in it."""
    print("\n=== kubernetes", flush=True)
    if os.environ.get("KUBECONFIG"):
        print("tests on Kubernetes use that of KUBECONFIG")
        return
    tool = shlex.split(os.environ.get("CALLBACKS_CLUSTER", ""))
    if not tool:
        print("tests on Kubernetes are skipped: neither KUBECONFIG nor CALLBACKS_CLUSTER is set")
        return
    for words in (["up"], ["load", *TYPES.values()]):
        code, output = run("cluster-" + words[0], [*tool, *words])
        if code != 0:
            print("tests on Kubernetes are skipped: %s" % (output.strip().splitlines() or ["%s failed" % tool[0]])[-1])
            return
    os.environ["KUBECONFIG"] = subprocess.run([*tool, "kubeconfig"], stdout=subprocess.PIPE, text=True,
                                              check=True).stdout.strip()
    os.environ.update({"CALLBACKS_KUBERNETES_IMAGES_" + name: image for name, image in TYPES.items()})
    with contextlib.suppress(OSError), urllib.request.urlopen("http://%s/v2/" % REGISTRY, timeout=5):
        os.environ["CALLBACKS_TEST_REGISTRY"] = REGISTRY


# --- Java

def java():
    begin = time.time()
    code, _ = run("java", [MAVEN, "-B", "verify"], told_by_maven)
    return judged(code, reports(begin))


def told_by_maven(line):
    return re.match(r"\[INFO\] Building Callbacks|\[ERROR\]|\[(INFO|WARNING|ERROR)\].*Tests run:.* -- in ", line)


def reports(since):
    outcome = Outcome()
    for report in ROOT.glob("**/target/*-reports/TEST-*.xml"):
        if report.stat().st_mtime >= since - 1:
            suite = xml.etree.ElementTree.parse(report).getroot()
            tests, skipped = int(suite.get("tests")), int(suite.get("skipped"))
            failed = int(suite.get("failures")) + int(suite.get("errors"))
            outcome += Outcome(tests - failed - skipped, failed, skipped)
    return outcome


# --- the shims

def python():
    return unittests("python", ROOT / "runtimes" / "python" / "tests")


def node():
    tests = sorted(str(test.relative_to(ROOT)) for test in (ROOT / "runtimes" / "node").glob("test*/**/*.test.js"))
    code, output = run("node", ["node", "--test", "--test-reporter=tap", *tests], tap_summary)
    return judged(code, Outcome(*(tap_number(output, word) for word in ("pass", "fail", "skipped"))))


def tap_summary(line):
    """Without what passed: of a failure all that is told, which may be many lines."""
    return not re.match(r"\s*(ok \d|1\.\.|---$|\.\.\.$|duration_ms:|type:|# (suites|cancelled|todo|duration_ms) )", line)


def tap_number(output, word):
    found = re.findall(r"^# %s (\d+)$" % word, output, re.MULTILINE)
    return int(found[-1]) if found else 0


def conformance():
    code, output = run("conformance", [str(ROOT / "runtimes" / "conformance" / "run")])
    told = re.findall(r"^conformance: (\d+) passed, (\d+) failed, (\d+) skipped$", output, re.MULTILINE)
    return judged(code, Outcome(*map(int, told[-1])) if told else Outcome(failed=1))


# --- the platform from outside

ON_IMAGES = ("test_compose", "test_in_cluster")  # not on ./callbacks up
WITH_PRODUCERS = ("test_commands", "test_invocations", "test_triggers")


def e2e():
    return on_the_platform(*(test.stem for test in sorted((ROOT / "e2e").glob("test_*.py"))
                             if test.stem not in ON_IMAGES + WITH_PRODUCERS))


def events():
    return on_the_platform(*WITH_PRODUCERS)


def on_the_platform(*tests):
    prepared, _ = run("build", [str(ROOT / "callbacks"), "build"])
    if prepared != 0:
        return Outcome(failed=1)
    return sum((unittests(test, ROOT / "e2e", test + ".py") for test in tests), Outcome())


def compose():
    return unittests("test_compose", ROOT / "e2e", "test_compose.py")


def in_cluster():
    return unittests("test_in_cluster", ROOT / "e2e", "test_in_cluster.py")


def unittests(name, directory, pattern="test*.py"):
    code, output = run(name, [sys.executable, "-m", "unittest", "discover", "-v", "-s", str(directory),
                              "-p", pattern], PYTHONUNBUFFERED="1")
    return judged(code, counted(output))


def counted(output):
    """The sum of what unittest said of each of its runs."""
    outcome = Outcome()
    for tests, verdict in re.findall(r"^Ran (\d+) tests? in .*\n\n((?:OK|FAILED|NO TESTS RAN).*)$", output,
                                     re.MULTILINE):
        failed, skipped = (sum(int(n) for n in re.findall(r"\b(?:%s)=(\d+)" % words, verdict))
                           for words in ("failures|errors|unexpected successes", "skipped"))
        failed = min(failed, int(tests))
        outcome += Outcome(int(tests) - failed - skipped, failed, skipped)
    return outcome


SUITES = {"java": java, "python": python, "node": node, "conformance": conformance, "e2e": e2e, "events": events,
          "compose": compose, "in-cluster": in_cluster}
DEFAULT = [name for name in SUITES if name not in ("compose", "in-cluster")]


def main(names):
    unknown = [name for name in names if name not in SUITES]
    if unknown:
        sys.exit("callbacks: no such tests: %s; there are %s" % (" ".join(unknown), " ".join(SUITES)))
    if "node" in (names or DEFAULT) and not shutil.which("node"):
        sys.exit("callbacks: the tests need Node.js 18 or later on the PATH")
    if not {"java", "e2e", "compose", "in-cluster"}.isdisjoint(names or DEFAULT):
        prepare_docker()
        prepare_cluster()
    outcomes = {}
    for name in names or DEFAULT:
        print("\n=== %s" % name, flush=True)
        begin = time.monotonic()
        outcomes[name] = SUITES[name](), time.monotonic() - begin
    print("\n=== summary (logs: %s)" % LOGS)
    for name, (outcome, seconds) in outcomes.items():
        print("%-12s %4d s  %s" % (name, seconds, outcome))
    whole = sum((outcome for outcome, _ in outcomes.values()), Outcome())
    print(whole)
    return 1 if whole.failed or not whole.passed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
