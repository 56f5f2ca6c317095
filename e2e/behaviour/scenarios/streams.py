"""Answers that are made piece by piece."""
from ..suite import case
from .deadlines import read


@case("each piece comes as it is made", first="first\n", rest="second\n")
def steps(place):
    with place.opened("GET", "main/stream?of=steps&mark=steps") as answer:
        first = answer.read1(100)
        place.call("GET", "main/go?mark=steps")  # the second piece is not made before
        return {"first": first.decode(), "rest": answer.read().decode()}


@case("a stream that fails midway is broken off", status=201, came="first", whole=False, next="42")
def failing(place):
    with place.opened("GET", "main/stream?of=failing") as answer:
        came, whole = read(answer)
    return {"status": answer.status, "came": came, "whole": whole, "next": place.call("GET", "main/number").text}
