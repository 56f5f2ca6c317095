"""What users do first on a target, whichever it is."""
import os
import pathlib
import subprocess
import time

from harness import ROOT, Load, eventually, milliseconds

HERE = pathlib.Path(__file__).resolve().parent
SLOW = """
import os, socket, time
N = os.environ["N"]
WHERE = os.getcwd() + "@" + socket.gethostname()
def handler(event):
    time.sleep(0.2)
    return {"statusCode": 200, "headers": {"X-Where": WHERE}, "body": N}
"""


def lines_of_the_seed(test, platform, target):
    """On a fresh platform, as they stand."""
    done = subprocess.run(["bash", str(HERE / "seed.sh"), target], stdin=subprocess.DEVNULL, text=True, timeout=300,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          env={**os.environ, "PORT": str(platform.port)})
    test.assertEqual(0, done.returncode, done.stdout)
    for callback in (1, 2):
        platform.await_status(callback, "deployed", 240)
        test.assertEqual(target, platform.read(callback)["deployment"]["c_type"])
    for path in ("my_python_function", "my_nodejs_function"):
        answer = platform.invoke(path, {"test": "data"})
        test.assertEqual((200, "Success"), (answer.status, answer.text))


def examples(test, platform, target):
    for name in ("simple_test.sh", "test_callback_with_library_env.sh"):
        done = subprocess.run([str(ROOT / "examples" / name), target], stdin=subprocess.DEVNULL, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=400,
                              env={**os.environ, "CALLBACKS_URL": "http://localhost:%d" % platform.port})
        test.assertEqual(0, done.returncode, done.stdout)


def moves(test, platform, *targets):
    """From one to the next, under load: no request fails."""
    code = 'def handler(event):\n    return {"statusCode": 200, "body": "7"}\n'
    callback = platform.created("mover", code, targets[0])
    with Load(platform.port, "mover") as load:
        times = []
        for target in targets[1:]:
            begin = time.monotonic()
            platform.deploy(callback, target)
            platform.await_deployment(callback, c_type=target)
            times.append("%s in %.1f s" % (target, time.monotonic() - begin))
    latency = [done - sent for sent, done, *_ in load.samples]
    print("\nmoved from %s to %s: %d requests, %d failed; requests %s" % (
        targets[0], ", ".join(times), len(load.samples), len(load.failures), milliseconds(latency)))
    test.assertEqual([], load.failures[:5])
    test.assertEqual({"7"}, {text for *_, text in load.samples})


def env_changes(test, platform, target, path, instances, changes=50, seconds=30, **fields):
    """Under load: nothing fails, no answer is older than what was acknowledged, no instance is another one."""
    callback = platform.created(path, c_type=target, env={"N": "0"}, **fields)
    before = instances(callback)
    acknowledged, times = [], []
    with Load(platform.port, path) as load:
        begin = time.monotonic()
        for number in range(1, changes + 1):
            sent = time.monotonic()
            answer = platform.put_env(callback, {"N": str(number)})
            done = time.monotonic()
            test.assertEqual(200, answer.status, answer)
            acknowledged.append((done, number))
            times.append(done - sent)
            time.sleep(max(0.0, begin + number * seconds / changes - time.monotonic()))
    latency = [done - sent for sent, done, *_ in load.samples]
    print("\n%s: %d requests, %d failed, %d stale; env change acknowledged %s; requests %s" % (
        path, len(load.samples), len(load.failures), len(load.stale(acknowledged)),
        milliseconds(times), milliseconds(latency)))
    test.assertEqual([], load.failures[:5])
    test.assertEqual([], load.stale(acknowledged)[:5])
    test.assertGreater(len(load.samples), load.rate * seconds * 5 / 6)
    test.assertEqual(before, instances(callback), "an instance was restarted")
    test.assertEqual(str(changes), platform.invoke(path, {}).text)


def grows_and_shrinks(test, platform, target):
    """As many instances as there is to do, the load spread, nothing failed while they come and go."""
    path = "grows-" + target
    callback = platform.created(path, SLOW, target, env={"N": "0"},
                                instances={"min": 1, "max": 3, "target_concurrency": 2})

    def size():
        return platform.read(callback)["deployment"]["instances"]
    test.assertEqual(1, size())
    acknowledged = []
    with Load(platform.port, path, rate=25) as load:  # five at once
        begin = time.monotonic()
        eventually(lambda: size() == 3, 60, "three instances")
        grown = time.monotonic() - begin
        test.assertEqual(200, platform.put_env(callback, {"N": "1"}).status)
        acknowledged.append((time.monotonic(), 1))
        served = {platform.invoke(path, {}).headers["X-Where"] for _ in range(20)}
    with Load(platform.port, path, rate=2, connections=2) as little:
        begin = time.monotonic()
        eventually(lambda: size() == 1, 60, "one instance again")
        shrunk = time.monotonic() - begin
    print("\n%s: three instances after %.1f s, one again %.1f s after the load; %d calls, %d failed" % (
        target, grown, shrunk, len(load.samples) + len(little.samples), len(load.failures + little.failures)))
    test.assertEqual([], load.failures[:5] + little.failures[:5])
    test.assertEqual([], load.stale(acknowledged)[:5])
    test.assertEqual(3, len(served), "all of them take calls")
