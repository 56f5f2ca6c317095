"""Requests at the same time."""
from harness import eventually

from ..suite import case


@case("requests run at the same time", answers=["met"] * 4)
def meeting(place):
    answers = place.at_once([("GET", "main/meet?mark=four&count=4")] * 4)
    return {"answers": [answer.json for answer in answers]}


@case("ten asynchronous requests run at the same time", answers=["met"] * 10)
def meeting_together(place):
    answers = place.at_once([("GET", "together?mark=ten&count=10")] * 10)
    return {"answers": [answer.json for answer in answers]}


NAMES = ["concurrency-%d" % number for number in range(8)]


@case("what requests write at the same time is told apart", logs=["came %s\nleft %s\n" % (name, name) for name in NAMES])
def lines(place):
    place.at_once([("GET", "together?mark=lines&count=8", [("X-Request-Id", name)]) for name in NAMES])

    def logs():
        found = [place.log("together", name).get("stdout", "") for name in NAMES]
        return found if all("left" in text for text in found) else None
    return {"logs": eventually(logs, 20, "all lines")}


@case("a concurrency of one is one after the other", overlapping=0, answered=6)
def one_at_a_time(place):
    answers = place.at_once([("GET", "main/trouble/narrow?kind=span")] * 6)
    spans = sorted(answer.json for answer in answers if answer.status == 200)
    overlapping = [later for earlier, later in zip(spans, spans[1:]) if later[0] < earlier[1]]
    return {"overlapping": len(overlapping), "answered": len(spans)}


@case("more requests than are taken at once wait, and are all answered", statuses=[200])
def many(place):
    answers = place.at_once([("GET", "main/trouble/narrow?kind=number")] * 32)
    return {"statuses": sorted({answer.status for answer in answers})}
