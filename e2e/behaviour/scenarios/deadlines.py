"""Calls that take too long."""
import http.client
import time

from harness import eventually

from ..suite import case


@case("what is late is a 504, and does no harm to the others", late=[504, "timeout"], others=["met"] * 2)
def late(place):
    with place.meanwhile("GET", "main/trouble/beat?mark=late") as answer:
        eventually(lambda: place.call("GET", "main/trouble/beats?mark=late").status == 200, 20, "it runs")
        others = place.at_once([("GET", "main/trouble/meet?mark=others&count=2")] * 2)
    late = answer.result()
    return {"late": [late.status, late.headers["X-Callbacks-Error"]], "others": [other.json for other in others]}


@case("what is late is stopped", status=504, stopped=True)
def stopped(place):
    answer = place.call("GET", "main/trouble/beat?mark=stopped")
    return {"status": answer.status, "stopped": eventually(lambda: stands_still(place), 20, "it is stopped")}


def stands_still(place):
    first = beats(place)
    time.sleep(0.3)  # thirty beats, if there were any
    return first == beats(place)


def beats(place):
    return place.call("GET", "main/trouble/beats?mark=stopped").json


@case("the time that is left is told", left=True)
def left(place):
    return {"left": 0 < place.call("GET", "main/trouble/given").json["remaining"] <= 2000}


@case("a stream that is late is broken off", status=201, came="first", whole=False)
def stream(place):
    with place.opened("GET", "main/trouble/stream?of=hanging") as answer:
        came, whole = read(answer)
    return {"status": answer.status, "came": came, "whole": whole}


def read(answer):
    """What came of an answer, and whether that is all of it."""
    try:
        return answer.read().decode(), True
    except http.client.IncompleteRead as cut:
        return cut.partial.decode(), False
