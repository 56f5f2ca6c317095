"""What was measured, as a table and as JSON."""
import json
import statistics

from harness import percentile


FIRST, *_ = TARGETS = ("process", "docker", "kubernetes")


# --- what becomes of the values of all rounds

def median(rounds):
    return statistics.median(rounds)


def pooled(share):
    """A percentile of all samples of all rounds; each round is a list of them."""
    return lambda rounds: percentile([sample for samples in rounds for sample in samples], share)


# --- goals

class Goal:
    """A limit, and others for some targets."""

    def __init__(self, limit, exact=False, others=None):
        self.limit, self.exact, self.others = limit, exact, others or {}

    def met(self, target, value):
        limit = self.others.get(target, self.limit)
        return value == limit if self.exact else value <= limit

    def shown(self, unit):
        limits = [shown(self.limit, unit)]
        limits += ["%s %s" % (target, shown(limit, unit)) for target, limit in self.others.items()]
        return ("%s" if self.exact else "<= %s") % ", ".join(limits)


def at_most(limit, **others):
    return Goal(limit, others=others)


def exactly(limit):
    return Goal(limit, exact=True)


# --- rows

class Row:
    """One line: a value for each target, made of those of the rounds."""

    def __init__(self, key, text, unit, goal=None, summary=median):
        self.key, self.text, self.unit, self.goal, self.summary = key, text, unit, goal, summary
        self.rounds = {}

    def add(self, target, value):
        self.rounds.setdefault(target, []).append(value)

    def value(self, target):
        """None where it was not measured."""
        return self.summary(self.rounds[target]) if target in self.rounds else None

    def ratio(self, target):
        """Of a target against process."""
        value, process = self.value(target), self.value(FIRST)
        return value / process if value is not None and process else None

    @property
    def met(self):
        """None without a goal, or where nothing was measured."""
        if not self.goal or not self.rounds:
            return None
        return not self.missed_by

    @property
    def missed_by(self):
        return [target for target in self.rounds if self.goal and not self.goal.met(target, self.value(target))]

    def as_json(self):
        return {"key": self.key, "measure": self.text, "unit": self.unit,
                **{target: self.value(target) for target in TARGETS},
                **{"%s/%s" % (target, FIRST): self.ratio(target) for target in TARGETS[1:]},
                "goal": self.goal and self.goal.shown(self.unit), "met": self.met, "missed_by": self.missed_by,
                "rounds": self.rounds}


DIGITS = {"ms": 1, "MiB": 1, "x": 2, "s": 1, "CPU-s": 3, "/s": 0, "/CPU-s": 0, "": 0}


def shown(value, unit):
    if value is None:
        return "-"
    digits = 0 if unit == "ms" and abs(value) >= 100 else DIGITS[unit]
    return ("%.*f %s" % (digits, value, unit)).strip() if unit != "x" else "%.2fx" % value


def cells(row, targets):
    met = {None: "-", True: "yes", False: "NO: " + ", ".join(row.missed_by)}[row.met]
    if row.met and len(row.rounds) == 1:
        met += " (%s)" % next(iter(row.rounds))
    return [row.text, *(shown(row.ratio(target), "x") for target in targets if target != FIRST),
            *(shown(row.value(target), row.unit) for target in targets),
            row.goal.shown(row.unit) if row.goal else "-", met]


def head(targets):
    return ["measure", *("%s/%s" % (target, FIRST) for target in targets if target != FIRST), *targets, "goal", "met"]


def table(rows):
    """Ratios first; a column for each target that anything was measured on."""
    targets = [target for target in TARGETS if any(target in row.rounds for row in rows)]
    lines = [head(targets)] + [cells(row, targets) for row in rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    lines.insert(1, ["-" * width for width in widths])
    return "\n".join("  ".join([line[0].ljust(widths[0])] + [
        cell.rjust(width) for cell, width in zip(line[1:], widths[1:])]) for line in lines)


def report(machine, rows, notes):
    told = ["%-16s %s" % line for line in machine.items()]
    told += ["", table(rows)] if rows else ["", "Nothing was measured."]
    return "\n".join(told + [""] + ["- " + note for note in notes])


def as_json(machine, rows, notes):
    return json.dumps({"machine": machine, "rows": [row.as_json() for row in rows], "notes": notes}, indent=2)
