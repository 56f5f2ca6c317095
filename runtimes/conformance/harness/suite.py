"""Cases, what they expect, and how they wait."""
import time

CASES = []


class Case:
    def __init__(self, subject, name, check, function, settings, shared, only):
        self.subject, self.name, self.check = subject, name, check
        self.function, self.settings, self.shared, self.only = function, settings, shared, only

    @property
    def title(self):
        return self.subject + "/" + self.name

    @property
    def group(self):
        """Cases with the same one share an instance."""
        return (self.function, repr(sorted(self.settings.items())), None if self.shared else self.title)


def case(function, alone=False, modes=False, only=None, **settings):
    """A case: is given a running instance of the function.

    alone     the instance is its own, since it does something to it
    modes     in Python both with a handler that is async and one that is not
    only      exists for this language alone
    settings  how the instance is started, see Instance
    """

    def register(check):
        subject = check.__module__.rpartition(".")[2]
        name = check.__name__.replace("_", "-")
        CASES.append(Case(subject, name, check, function, settings, not alone, only))
        if modes:
            in_async = dict(settings, asynchronous=True)
            CASES.append(Case(subject, name + "-async", check, function, in_async, not alone, "python"))
        return check

    return register


def expect(seen, wanted, what="it"):
    if seen != wanted:
        raise AssertionError("expected %s to be %.600r, saw %.600r" % (what, wanted, seen))


def expect_in(seen, wanted, what="it"):
    if seen not in wanted:
        raise AssertionError("expected %s to be among %r, saw %.600r" % (what, wanted, seen))


def expect_that(holds, wanted, seen):
    if not holds:
        raise AssertionError("expected %s, saw %.600r" % (wanted, seen))


def until(condition, what, seconds=5.0, every=0.02):
    """What the condition gives once that is true."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError("expected %s within %g s, saw %.600r" % (what, seconds, value))
        time.sleep(every)
