"""Changes while requests come: none fails, and none is answered by what is no more."""
import contextlib
import time

from harness import Load, eventually

from ..fixtures import FIXTURES, library
from ..site import parsed
from ..suite import case


@contextlib.contextmanager
def load(place, path="moving"):
    """Requests at a steady rate, also some before and some after the block."""
    with Load(place.platform.port, place.root + path, rate=50, connections=8, method="GET", body=None) as running:
        more(running)
        yield running
        more(running)


def more(running):
    enough = len(running.samples) + 10
    eventually(lambda: len(running.samples) >= enough, 20, "requests are answered")


def code(place, number):
    return FIXTURES["moving"].code[place.language].replace('"0"', '"%d"' % number)


@case("new code under load", statuses=[200] * 3, failed=[], stale=[], answer="3", revisions=3)
def new_code(place):
    before, statuses, acknowledged = place.read("moving")["revision"], [], []
    with load(place) as running:
        for number in (1, 2, 3):
            statuses.append(place.change("moving", code=code(place, number)).status)
            acknowledged.append((time.monotonic(), number))
    answer = place.call("GET", "moving")
    return {"statuses": statuses, "failed": running.failures[:3], "stale": running.stale(acknowledged)[:3],
            "answer": answer.text, "revisions": int(answer.headers["X-Callbacks-Revision"]) - before}


@case("a new library under load", "python", status=200, failed=[], before="1.16.0", after="1.15.0")
@case("a new library under load", "node", status=200, failed=[], before="7.0.0", after="6.0.0")
def new_library(place):
    before = place.call("GET", "moving").headers["X-Library"]
    with load(place) as running:
        answer = place.change("moving", library=library("1.15.0", "6.0.0")[place.language])
    return {"status": answer.status, "failed": running.failures[:3], "before": before,
            "after": place.call("GET", "moving").headers["X-Library"]}


@case("new env under load", statuses=[200] * 5, failed=[])
def new_env(place):
    with load(place, "env?kind=number") as running:
        statuses = [place.change("env", "PATCH", env={"TURN": str(turn)}).status for turn in range(5)]
    return {"statuses": statuses, "failed": running.failures[:3]}


@case("code that cannot be loaded leaves the old serving", status="~ 200|202", failed=[], callback="deployed",
      stage="start", answer="5")
def bad_code(place):
    place.change("moving", code=code(place, 5))
    with load(place) as running:
        answer = place.change("moving", code="=")
        error = eventually(lambda: place.read("moving")["error"], 60, "the error is told")
    return {"status": answer.status, "failed": running.failures[:3], "callback": place.read("moving")["status"],
            "stage": error["stage"], "answer": place.call("GET", "moving").text}


@case("a rollback under load", status=200, failed=[], answer="2", error=None)
def rollback(place):
    place.change("moving", code=code(place, 2))
    revision = place.read("moving")["revision"]
    place.change("moving", code=code(place, 4))
    with load(place) as running:
        answer = place.platform.call("POST", "/callbacks/%d/rollback" % place.callbacks["moving"],
                                     {"revision": revision}, {"Prefer": "wait=30"})
    return {"status": answer.status, "failed": running.failures[:3], "answer": place.call("GET", "moving").text,
            "error": place.read("moving")["error"]}


@case("a repeated deploy changes nothing", statuses=[200, 200], failed=[], same=True)
def again(place):
    before = place.read("moving")["deployment"]
    with load(place) as running:
        statuses = [place.switch(place.callbacks["moving"], True, {"Prefer": "wait=30"}).status for _ in range(2)]
    return {"statuses": statuses, "failed": running.failures[:3], "same": place.read("moving")["deployment"] == before}


@case("undeployed under load", status=200, before=[200], meanwhile=[], after=["404 not-deployed"], callback="undeployed")
def undeployed(place):
    callback = place.callbacks["moving"]
    seen = ended(place, lambda: place.switch(callback, False))
    return {**seen, "callback": place.read("moving")["status"]}


@case("deployed again", callback="deployed", answer=200)
def deployed_again(place):
    place.switch(place.callbacks["moving"], True, {"Prefer": "wait=30"})
    now = place.platform.await_status(place.callbacks["moving"], "deployed")
    return {"callback": now["status"], "answer": place.call("GET", "moving").status}


@case("deleted under load", status=204, before=[200], meanwhile=[], after=["404 unknown-path"], again=204, read=404)
def deleted(place):
    path = "/callbacks/%d" % place.callbacks["moving"]
    seen = ended(place, lambda: place.platform.call("DELETE", path))
    return {**seen, "again": place.platform.call("DELETE", path).status,
            "read": place.platform.call("GET", path).status}


def ended(place, end):
    """What was answered before, during and after a call that takes the function away."""
    with load(place) as running:
        begin = time.monotonic()
        answer = end()
        done = time.monotonic()
    outcomes = [(sent, came, outcome(status, text)) for sent, came, status, text in running.samples]
    before = {what for _, came, what in outcomes if came < begin}
    after = {what for sent, _, what in outcomes if sent > done}
    return {"status": answer.status, "before": sorted(before), "after": sorted(after),
            "meanwhile": sorted({what for *_, what in outcomes} - before - after, key=str)}


def outcome(status, text):
    return status if status == 200 else "%s %s" % (status, (parsed(text) or {}).get("type", "").rpartition(":")[2])
