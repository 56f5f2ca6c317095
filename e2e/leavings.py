"""Many callbacks made and deleted: what is there afterwards is what was there before."""
import concurrent.futures
import os

from harness import eventually

CREATES = int(os.environ.get("CREATES", "40"))
CODE = 'def handler(event):\n    return {"statusCode": 200, "body": "%d"}\n'


def check(platform, target, made, at_once=CREATES):
    """``made()`` is what the platform keeps in that place: what callbacks need, and what is there without them.

    ``at_once`` is for how many there is room.
    """
    platform.delete(platform.created("leave-first", CODE % 0, target))  # brings what is kept: networks, runtime image
    eventually(lambda: not made()[0], 90, "the first is gone")
    before = made()
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        for begin in range(0, CREATES, at_once):
            numbers = range(begin, min(begin + at_once, CREATES))
            callbacks = list(pool.map(lambda n: platform.create("leave-%d" % n, CODE % n), numbers))
            list(pool.map(lambda callback: platform.wish(callback, target), callbacks))
            for callback in callbacks[::4]:
                platform.await_status(callback, "deployed", 240)
            list(pool.map(platform.delete, callbacks))
    eventually(lambda: made() == before, 180, "as before: %r" % (before,))
    print("\n%s: %d creates and deletes leave nothing" % (target, CREATES))


def on_engine(installation):
    """Of an installation, by its labels."""
    return installation.containers() + installation.images_of("code"), installation.volumes() + installation.networks()
