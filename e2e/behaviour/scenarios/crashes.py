"""Processes that end, and what comes after."""
from harness import eventually

from ..suite import case


@case("a crash does no harm to other callbacks", crashed=502, other={"waited": True, "number": 0})
def bystander(place):
    with place.waiting("main", "bystander") as other:
        crashed = place.call("GET", "main/trouble/kill")
    return {"crashed": crashed.status, "other": other.result().json}


@case("a crash does no harm to other requests", "python", crashed=502, other=200)
def neighbour(place):
    """Not so in Node.js, where requests share a process."""
    with place.waiting("trouble", "neighbour") as other:
        crashed = place.call("GET", "main/trouble/kill")
    return {"crashed": crashed.status, "other": other.result().status}


@case("memory without end costs its own request", refused=True, next="42")
def memory(place):
    """It ends in an exception or in the end of the process, as the system has it."""
    answer = place.call("GET", "main/trouble/allocate")
    told = (answer.status, answer.headers["X-Callbacks-Error"])
    return {"refused": told in ((500, "handler-raised"), (502, "worker-ended")),
            "next": place.call("GET", "main/trouble/number").text}


@case("an instance whose processes are killed comes back", answer="42")
def parent(place):
    place.call("GET", "main/trouble/kill-parent")
    eventually(lambda: place.call("GET", "main/trouble/number").status == 200, 60, "it answers again")
    return {"answer": place.call("GET", "main/trouble/number").text}
