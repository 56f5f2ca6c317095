"""What users do first on a target, whichever it is."""
import os
import pathlib
import subprocess
import time

from harness import ROOT, Load, milliseconds

HERE = pathlib.Path(__file__).resolve().parent


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
