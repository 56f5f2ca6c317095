"""What was measured, as a table and as JSON."""
import json
import statistics

from harness import percentile


# --- what becomes of the values of all rounds

def median(rounds):
    return statistics.median(rounds)


def pooled(share):
    """A percentile of all samples of all rounds; each round is a list of them."""
    return lambda rounds: percentile([sample for samples in rounds for sample in samples], share)


# --- goals

class Goal:
    def __init__(self, limit, exact=False):
        self.limit, self.exact = limit, exact

    def met(self, value):
        return value == self.limit if self.exact else value <= self.limit

    def shown(self, unit):
        return ("%s" if self.exact else "<= %s") % shown(self.limit, unit)


def at_most(limit):
    return Goal(limit)


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

    @property
    def ratio(self):
        """Docker against process."""
        docker, process = self.value("docker"), self.value("process")
        return docker / process if docker is not None and process else None

    @property
    def met(self):
        """None without a goal, or where nothing was measured."""
        if not self.goal or not self.rounds:
            return None
        return not self.missed_by

    @property
    def missed_by(self):
        return [target for target in self.rounds if self.goal and not self.goal.met(self.value(target))]

    def as_json(self):
        return {"key": self.key, "measure": self.text, "unit": self.unit,
                "process": self.value("process"), "docker": self.value("docker"), "ratio": self.ratio,
                "goal": self.goal and self.goal.shown(self.unit), "met": self.met, "missed_by": self.missed_by,
                "rounds": self.rounds}


DIGITS = {"ms": 1, "MiB": 1, "x": 2, "CPU-s": 3, "/s": 0, "": 0}


def shown(value, unit):
    if value is None:
        return "-"
    digits = 0 if unit == "ms" and abs(value) >= 100 else DIGITS[unit]
    return ("%.*f %s" % (digits, value, unit)).strip() if unit != "x" else "%.2fx" % value


def cells(row):
    met = {None: "-", True: "yes", False: "NO: " + ", ".join(row.missed_by)}[row.met]
    if row.met and len(row.rounds) == 1:
        met += " (%s)" % next(iter(row.rounds))
    return [row.text, shown(row.ratio, "x"), shown(row.value("process"), row.unit),
            shown(row.value("docker"), row.unit), row.goal.shown(row.unit) if row.goal else "-", met]


HEAD = ["measure", "docker/process", "process", "docker", "goal", "met"]


def table(rows):
    lines = [HEAD] + [cells(row) for row in rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEAD))]
    lines.insert(1, ["-" * width for width in widths])
    return "\n".join("  ".join([line[0].ljust(widths[0])] + [
        cell.rjust(width) for cell, width in zip(line[1:], widths[1:])]) for line in lines)


def report(machine, rows, notes):
    told = ["%-16s %s" % line for line in machine.items()]
    told += ["", table(rows)] if rows else ["", "Nothing was measured."]
    return "\n".join(told + [""] + ["- " + note for note in notes])


def as_json(machine, rows, notes):
    return json.dumps({"machine": machine, "rows": [row.as_json() for row in rows], "notes": notes}, indent=2)
