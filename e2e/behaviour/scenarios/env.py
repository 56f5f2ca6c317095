"""A change of env: live when it is answered, or not at all."""
from harness import eventually

from ..suite import case


def environ(place, *names):
    answer = place.call("GET", "env?kind=environ")
    seen = answer.json["at_import"]
    return {name: seen.get(name) for name in names}


def version(place):
    return int(place.call("GET", "env?kind=number").headers["X-Callbacks-Env-Version"])


@case("a replaced env is live when answered, and what is left out is gone",
      status=200, env={"A": "1", "B": "2", "GREETING": None}, versions=1)
def replaced(place):
    before = version(place)
    answer = place.change("env", env={"A": "1", "B": "2"})
    return {"status": answer.status, "env": environ(place, "A", "B", "GREETING"), "versions": version(place) - before}


@case("a patched env keeps what is not named", status=200, env={"A": "1", "B": "3"})
def patched(place):
    place.change("env", env={"A": "1", "B": "2"})
    answer = place.change("env", "PATCH", env={"B": "3"})
    return {"status": answer.status, "env": environ(place, "A", "B")}


@case("a name patched with null is removed", status=200, env={"A": "1", "B": None})
def removed(place):
    place.change("env", env={"A": "1", "B": "2"})
    answer = place.change("env", "PATCH", env={"B": None})
    return {"status": answer.status, "env": environ(place, "A", "B")}


@case("values are never shown, and a mask sent back is no change",
      shown={"A": "********", "B": "********"}, env={"A": "2", "B": "1"})
def masked(place):
    place.change("env", env={"A": "1", "B": "1"})
    shown = place.read("env")["env"]
    place.change("env", env=dict(shown, A="2"))
    return {"shown": shown, "env": environ(place, "A", "B")}


@case("an env the import fails with leaves the old one serving",
      status=202, callback="deployed", stage="start", number=7, behind=1, afterwards=8)
def failing(place):
    place.change("env", env={"NUMBER": "7"})
    answer = place.change("env", env={"NUMBER": "none"}, wait=15)
    now = eventually(lambda: told(place), 30, "the error is told")
    seen = {"status": answer.status, "callback": now["status"], "stage": now["error"]["stage"],
            "number": number(place), "behind": now["env_version"] - now["deployment"]["env_version"]}
    place.change("env", env={"NUMBER": "8"})
    return {**seen, "afterwards": number(place)}


def told(place):
    now = place.read("env")
    return now if now["error"] else None


def number(place):
    return place.call("GET", "env?kind=environ").json["number"]


@case("what runs during a change finishes with the env it has", change=200, old=1, new=2, versions=1)
def running(place):
    place.change("env", env={"NUMBER": "1"})
    with place.waiting("env", "running") as old:
        change = place.change("env", env={"NUMBER": "2"})
        new = place.call("GET", "env?kind=environ")
    old = old.result()
    versions = [int(answer.headers["X-Callbacks-Env-Version"]) for answer in (old, new)]
    return {"change": change.status, "old": old.json["number"], "new": new.json["number"],
            "versions": versions[1] - versions[0]}


@case("a request is held for the env version it asks for", status=200, number=4, asked=True)
def held(place):
    place.change("env", env={"NUMBER": "3"})
    wanted = version(place) + 1
    with place.meanwhile("GET", "env?kind=environ", [("X-Callbacks-Min-Env-Version", str(wanted))]) as answer:
        place.change("env", env={"NUMBER": "4"})
    answer = answer.result()
    return {"status": answer.status, "number": answer.json["number"],
            "asked": answer.headers["X-Callbacks-Env-Version"] == str(wanted)}
