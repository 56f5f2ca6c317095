"""Cases: what they expect, what they saw, and how that differs."""
import importlib
import json
import pathlib
import pkgutil
import re

from harness import eventually

from .fixtures import LANGUAGES

CASES = pathlib.Path(__file__).parent / "cases"
PATTERN = "~ "  # an expected text that begins so is a pattern to be found in what was seen


class Case:
    """``run(place)`` gives what was seen; what is expected may name less of it, but nothing else.

    ``deviates`` says how the platform is known not to keep to its contract here: the case then must not hold.
    """

    def __init__(self, subject, name, run, expected, languages, deviates):
        self.subject, self.name, self.run = subject, name, run
        self.expected, self.languages, self.deviates = expected, languages, deviates

    def title(self, language):
        return "%s: %s (%s)" % (self.subject, self.name, language)


SCENARIOS = []


def case(name, *languages, deviates=None, **expected):
    """A case that is a function: given a place, it gives what it saw by name."""
    def register(run):
        subject = run.__module__.rpartition(".")[2]
        SCENARIOS.append(Case(subject, name, run, expected, languages or LANGUAGES, deviates))
        return run
    return register


def cases():
    """All of them: those that are data, then those that change what they look at."""
    from . import scenarios
    for module in pkgutil.iter_modules(scenarios.__path__):
        importlib.import_module(scenarios.__name__ + "." + module.name)
    return [each for file in sorted(CASES.glob("*.json")) for each in of_file(file)] + SCENARIOS


def of_file(file):
    for name, steps in json.loads(file.read_text("utf-8")).items():
        calls = [Call(step) for step in (steps if isinstance(steps, list) else [steps])]
        yield Case(file.stem, name, lambda place, calls=calls: [call.made(place) for call in calls],
                   [call.answer for call in calls], calls[0].languages, calls[0].deviates)


class Call:
    """A call as data, and the answer it must get.

    call       method and path below the root of the place
    headers    pairs, sent as they are, and no others
    body       a text; or ``hex``; or ``octets``, how many of which
    chunked    whether it is sent in chunks, its length not told
    answer     status (200), headers (null: not there), and json, text, hex or octets; ``log``: what it wrote
    languages  those it is for; ``deviates``: see Case. Of several calls those of the first count
    """

    def __init__(self, told):
        self.method, self.path = told.pop("call").split(" ")
        self.headers, self.chunked = told.pop("headers", []), told.pop("chunked", False)
        self.body = body_of(told)
        self.languages, self.deviates = tuple(told.pop("languages", LANGUAGES)), told.pop("deviates", None)
        answer = told.pop("answer", {})
        self.answer = dict(answer, status=answer.get("status", 200),
                           headers={"x-callbacks-error": None, **answer.get("headers", {})})
        if told:
            raise ValueError("a call with unknown members: %s" % ", ".join(told))

    def made(self, place):
        answer = place.seen(place.call(self.method, self.path, self.headers, self.body, self.chunked))
        return dict(answer, log=self.logged(place)) if "log" in self.answer else answer

    def logged(self, place):
        """What it wrote, once that is as expected or it has taken too long."""
        request, name = dict(self.headers)["X-Request-Id"], place.named(self.path)
        seen = {}

        def complete():
            seen.update(place.log(name, request))
            return not differences(self.answer["log"], seen)
        try:
            eventually(complete, 10)
        except AssertionError:
            pass  # the case tells what is missing
        return seen


def body_of(told):
    if "octets" in told:
        count, octet = told.pop("octets")
        return octet.encode() * count
    if "hex" in told:
        return bytes.fromhex(told.pop("hex"))
    body = told.pop("body", None)
    return None if body is None else body.encode()


# --- expected and seen


def differences(expected, seen, where="it"):
    """What of ``seen`` is not as expected, as texts. Members nobody expects are let pass."""
    if isinstance(expected, dict) and isinstance(seen, dict):
        return [found for name, part in expected.items()
                for found in differences(part, seen.get(name), "%s.%s" % (where, name))]
    if isinstance(expected, list) and isinstance(seen, list) and len(expected) == len(seen):
        return [found for number, (part, value) in enumerate(zip(expected, seen))
                for found in differences(part, value, "%s[%d]" % (where, number))]
    if is_pattern(expected) and isinstance(seen, (str, int)) and re.search(expected[len(PATTERN):], str(seen)):
        return []
    return [] if json.dumps(expected) == json.dumps(seen) else ["%s: expected %s, saw %s" % (
        where, json.dumps(expected, ensure_ascii=False), json.dumps(seen, ensure_ascii=False)[:600])]


def is_pattern(expected):
    return isinstance(expected, str) and expected.startswith(PATTERN)


def recorded(expected, seen):
    """``seen`` for comparison: where a pattern was expected and found, the pattern stands for it."""
    if isinstance(expected, dict) and isinstance(seen, dict):
        return {name: recorded(expected.get(name), part) for name, part in seen.items()}
    if isinstance(expected, list) and isinstance(seen, list):
        return [recorded(part, value) for part, value in zip(expected, seen)] + seen[len(expected):]
    return expected if is_pattern(expected) and not differences(expected, seen) else seen
