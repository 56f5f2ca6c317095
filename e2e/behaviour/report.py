"""Runs the suite on a target, and compares what came of it on several."""
import concurrent.futures
import json

from .site import places
from .suite import cases, differences, recorded


class Outcome:
    """What a case saw, and what of that is wrong: nothing, if it passed, or deviates as is known."""

    def __init__(self, title, seen, wrong, deviates=None):
        self.title, self.seen, self.deviates = title, seen, deviates
        self.wrong = wrong if not deviates else [] if wrong else ["it holds: its mark as a deviation must go"]


def run(platform, target):
    """The outcomes of all cases in all languages, by title. The languages do not meet, and run side by side."""
    todo = cases()
    with places(platform, target) as made, concurrent.futures.ThreadPoolExecutor(len(made)) as pool:
        parts = list(pool.map(lambda place: run_in(place, todo), made))
    return {outcome.title: outcome for part in parts for outcome in part}


def run_in(place, todo):
    return [outcome(case, place) for case in todo if place.language in case.languages]


def outcome(case, place):
    title = case.title(place.language)
    try:
        seen = case.run(place)
    except Exception as error:  # is what came of the case
        return Outcome(title, repr(error), [repr(error)])
    return Outcome(title, recorded(case.expected, seen), differences(case.expected, seen), case.deviates)


def seen(outcomes):
    return {title: outcome.seen for title, outcome in outcomes.items()}


def difference(seen_on):
    """What is not the same on the first target and another one, as texts; given what was seen by target."""
    (first, one), *others = seen_on.items()
    return ["%s: %s: %s on %s, %s on %s" % (title, where, told(here), first, told(there), target)
            for target, other in others
            for title in sorted({*one, *other})
            for where, here, there in apart(one.get(title), other.get(title))]


def apart(one, other, where="it"):
    """Where two values differ, and what is there in each."""
    if isinstance(one, dict) and isinstance(other, dict):
        for name in sorted({*one, *other}):
            yield from apart(one.get(name), other.get(name), "%s.%s" % (where, name))
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for number, pair in enumerate(zip(one, other)):
            yield from apart(*pair, "%s[%d]" % (where, number))
    elif json.dumps(one) != json.dumps(other):
        yield where, one, other


def told(value):
    return json.dumps(value, ensure_ascii=False)[:300]


def summary(seen_on):
    counts = ["%d%s on %s" % (len(seen), "" if number else " cases", target)
              for number, (target, seen) in enumerate(seen_on.items())]
    found = difference(seen_on)
    verdict = "\n  ".join(["%d" % len(found), *found]) if found else "none"
    return "behaviour: %s, difference: %s" % (
        ", ".join(counts), verdict if len(seen_on) > 1 else "not looked for on one target alone")
