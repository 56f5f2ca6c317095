"""What functions write, beside that of single requests."""
from harness import eventually

from ..suite import case


@case("what the import writes belongs to no request", lines=True)
def imported(place):
    return {"lines": eventually(lambda: " stdout - said at import\n" in text(place), 20, "the line")}


def text(place):
    return place.platform.call("GET", "/callbacks/%d/logs" % place.callbacks["main"]).text


@case("new values of env are masked as well", stdout="it is <********>\n********\nshort: tiny\n")
def masked(place):
    place.change("env", env={"SECRET": "another-hidden-value", "SHORT": "tiny"})
    place.call("GET", "env?kind=secret", [("X-Request-Id", "logs-masked")])
    return {"stdout": eventually(lambda: whole(place), 20, "all lines")}


def whole(place):
    text = place.log("env", "logs-masked").get("stdout", "")
    return text if "short" in text else None
