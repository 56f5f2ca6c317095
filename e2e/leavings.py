"""Many callbacks made on Docker and deleted: what is there afterwards is what was there before."""
import concurrent.futures
import os

from harness import eventually

CREATES = int(os.environ.get("CREATES", "40"))
CODE = 'def handler(event):\n    return {"statusCode": 200, "body": "%d"}\n'


def check(platform, installation):
    """``installation()`` is what the platform has made on the engine, once it has made something."""
    platform.delete(platform.created("leave-first", CODE % 0, "docker"))  # brings what is kept: networks, runtime image
    made = installation()
    eventually(lambda: not made.containers() and not made.images_of("code"), 90, "the first is gone")
    before = left(made)
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        callbacks = list(pool.map(lambda n: platform.create("leave-%d" % n, CODE % n), range(CREATES)))
        list(pool.map(lambda callback: platform.wish(callback, "docker"), callbacks))
        for callback in callbacks[::4]:
            platform.await_status(callback, "deployed", 180)
        list(pool.map(platform.delete, callbacks))
    eventually(lambda: left(made) == before, 120, "as before: %r" % (before,))
    print("docker: %d creates and deletes leave nothing" % CREATES)


def left(made):
    return made.containers(), made.images_of("code"), made.volumes(), made.networks()
