"""Functions that cannot be built, or cannot be loaded: the error says what is wrong, of what, and what to do."""
from harness import eventually

from ..suite import case


def error_of(place, name):
    """Deploys what cannot serve, and undeploys it, lest it be tried again and again."""
    def failed():
        now = place.read(name)
        return now["error"] if now["status"] == "failed" else None
    place.switch(place.callbacks[name], True)
    error = eventually(failed, 120, name + " has failed")
    place.switch(place.callbacks[name], False)
    return error


def fails(title, name, *languages, **expected):
    @case(title, *languages, explained=True, **expected)
    def failing(place):
        error = error_of(place, name)
        told = {member: error[member] for member in ("stage", "class", "package")}
        return {**told, "explained": bool(error["message"] and error["hint"])}


fails("a package that does not exist", "unknown-package", "python",
      stage="build", package="no-such-package-here-at-all", **{"class": "package-not-found"})
fails("a package that does not exist", "unknown-package", "node",
      stage="build", package="no-such-package-here-at-all-7", **{"class": "package-not-found"})
fails("a version that does not exist", "unknown-version", "python",
      stage="build", package="six", **{"class": "version-not-found"})
fails("a version that does not exist", "unknown-version", "node",
      stage="build", package="is-number", **{"class": "version-not-found"})
fails("a module that is missing", "missing-module", "python",
      stage="start", package="surely_not_there", **{"class": "ModuleNotFoundError"})
fails("a module that is missing", "missing-module", "node",
      stage="start", package="surely-not-there", **{"class": "ModuleNotFound"})
fails("a syntax error", "syntax-error", stage="start", package=None, **{"class": "SyntaxError"})
fails("no handler", "no-handler", stage="start", package=None, **{"class": "HandlerNotFound"})
fails("an import that raises", "raises", stage="start", package=None, **{"class": "Unready"})


@case("secrets in errors are masked", message="with ********", shown=False)
def masked(place):
    error = error_of(place, "raises")
    return {"message": error["message"], "shown": "hidden-value" in str(error)}
