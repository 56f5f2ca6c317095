"""What is measured.

A measure is a generator, one for each target: it prepares and yields nothing; from then on it yields the values of
one more round each time it is asked, so that the rounds of several targets can take turns. What it made it removes
when it is closed.
"""
import collections
import concurrent.futures
import contextlib
import time

from harness import Client, Load, eventually
from load import Floor, LoadGenerator, url
from report import Row, at_most, exactly, median, pooled
from target import NotMeasured, cpu_seconds, proportional_bytes

PYTHON, NODE = "python", "node"
LANGUAGES = {PYTHON: "Python", NODE: "Node.js"}
SMALL_LIBRARY = {PYTHON: "six==1.16.0", NODE: {"dependencies": {"is-number": "7.0.0"}}}
UNUSED_LIBRARIES = ["six==1.15.0", "six==1.14.0"]
LARGE_LIBRARY = "numpy>=1.24"
NUMBER = {
    PYTHON: "import six\ndef handler(event):\n    return %d\n",
    NODE: "require('is-number');\nexports.handler = async () => %d;\n"}
ENV_NUMBER = {
    PYTHON: 'import os\nN = os.environ["N"]\ndef handler(event):\n    return {"statusCode": 200, "body": N}\n',
    NODE: "const n = process.env.N;\nexports.handler = async () => ({ statusCode: 200, body: n });\n"}
PONG = {
    PYTHON: 'def handler(event):\n    return {"statusCode": 200, "body": "pong"}\n',
    NODE: 'exports.handler = async () => ({ statusCode: 200, body: "pong" });\n'}
MIB = 1 << 20
SUSTAINED = 0.98  # of the offered rate


class Settings:
    """How much of everything; ``quick`` is for looking whether the tool works."""

    def __init__(self, quick=False, pause=None):
        self.limit = 150 if quick else 540  # seconds, without the removal of what was made
        self.rounds = 2 if quick else 5
        self.env_changes = 10 if quick else 15
        self.installs = 1 if quick else 2
        self.idle = 3 if quick else 5
        self.disk = 10 if quick else 50
        self.in_turn = 20 if quick else 100
        self.rate = 1000
        self.load_rounds = 1 if quick else 3
        self.load_seconds = 3 if quick else 4
        self.load_warm_up = 1
        self.event_limit = 300 if quick else 540  # for the measures by event
        self.event_warm_up = 300 if quick else 2000
        self.event_seconds = 1 if quick else 4
        self.latency_seconds = 2 if quick else 4
        self.pause = pause or (5 if quick else 60)
        self.lag_rounds = 1 if quick else 3


class Measure:
    rows = ()
    targets = ()  # of its own; else those that the bench has

    def rounds(self, target):
        raise NotImplementedError

    def take(self, target, values):
        for row in self.rows:
            if row.key in values:
                row.add(target, values[row.key])

    def notes(self):
        return []


# --- from a change to its first answer

class FirstAnswer(Measure):
    """From nothing to the first 200; the library is installed already, for another callback."""
    name = "create"

    def __init__(self, settings):
        self.rows = [Row("create." + language, "create to first 200, %s" % name, "ms", at_most(900, kubernetes=3000))
                     for language, name in LANGUAGES.items()]

    def rounds(self, target):
        with contextlib.ExitStack() as made:
            for language in LANGUAGES:
                made.enter_context(target.created("create-warm-" + language, 1, NUMBER[language] % 0, type=language,
                                                  library=SMALL_LIBRARY[language]))
            yield
            number = 0
            while True:
                number += 1
                yield {"create." + language: self.milliseconds(target, language, number) for language in LANGUAGES}

    @staticmethod
    def milliseconds(target, language, number):
        path = "create-%s-%d" % (language, number)
        begin = time.monotonic()
        callback = target.platform.create(path, NUMBER[language] % number, type=language,
                                          library=SMALL_LIBRARY[language])
        answer = target.platform.call("POST", "/deploy/", {"callback_id": callback, "status": True,
                                                          "c_type": target.name})
        assert answer.status in (200, 202), answer
        await_answer(target.platform.port, path, str(number))
        taken = 1000 * (time.monotonic() - begin)
        target.delete([callback])
        return taken


class CodeChange(Measure):
    """From a change of the code alone to the first answer that is of the new code."""
    name = "code"

    def __init__(self, settings):
        self.rows = [Row("code." + language, "code change to first new answer, %s" % name, "ms", at_most(1500, kubernetes=3000))
                     for language, name in LANGUAGES.items()]

    def rounds(self, target):
        with contextlib.ExitStack() as made:
            callbacks = {language: made.enter_context(target.created(
                "code-" + language, 1, NUMBER[language] % 0, type=language, library=SMALL_LIBRARY[language]))[0]
                for language in LANGUAGES}
            yield
            number = 0
            while True:
                number += 1
                yield {"code." + language: self.milliseconds(target, language, callback, number)
                       for language, callback in callbacks.items()}

    @staticmethod
    def milliseconds(target, language, callback, number):
        begin = time.monotonic()
        answer = target.platform.call("PUT", "/callbacks/%d" % callback, {"code": NUMBER[language] % number})
        assert answer.status in (200, 202), answer
        await_answer(target.platform.port, "code-%s-0" % language, str(number))
        return 1000 * (time.monotonic() - begin)


def await_answer(port, path, wanted, seconds=60):
    client = Client(port)
    try:
        def there():
            answer = client.call("POST", "/api/" + path, "{}")
            return answer.status == 200 and answer.text == wanted
        at_once(there, seconds, "/api/%s answers %s" % (path, wanted))
    finally:
        client.connection.close()


def at_once(condition, seconds, what):
    """``eventually`` that looks again within milliseconds."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "not within %s s: %s" % (seconds, what)
        time.sleep(0.003)


# --- changes of env while requests run

class EnvChange(Measure):
    name = "env"
    RATE, PAUSE = 100, 0.2

    def __init__(self, settings):
        self.changes = settings.env_changes
        self.rows = []
        for language, name in LANGUAGES.items():
            during = "at %d/s, %s" % (self.RATE, name)
            key = "env." + language
            self.rows += [
                Row(key + ".p50", "env change acknowledged, p50, " + during, "ms", None, pooled(0.5)),
                Row(key + ".p99", "env change acknowledged, p99, " + during, "ms", at_most(300, kubernetes=500), pooled(0.99)),
                Row(key + ".failed", "requests failed meanwhile, " + name, "", exactly(0), sum),
                Row(key + ".stale", "requests answered by a former env, " + name, "", exactly(0), sum),
                Row(key + ".restarted", "instances restarted, " + name, "", exactly(0), sum)]

    def rounds(self, target):
        with contextlib.ExitStack() as made:
            callbacks = {language: made.enter_context(target.created(
                "env-" + language, 1, ENV_NUMBER[language], type=language, env={"N": "0"}))[0]
                for language in LANGUAGES}
            yield
            first = 0
            while True:
                values = {}
                for language, callback in callbacks.items():
                    values.update(self.one(target, language, callback, first))
                first += self.changes
                yield values

    def one(self, target, language, callback, first):
        before = {instance.identity for instance in target.instances(callback)}
        acknowledged, taken = [(time.monotonic(), first)], []
        with Load(target.platform.port, "env-%s-0" % language, rate=self.RATE) as load:
            for number in range(first + 1, first + self.changes + 1):
                begin = time.monotonic()
                answer = target.platform.put_env(callback, {"N": str(number)})
                done = time.monotonic()
                assert answer.status == 200, answer
                acknowledged.append((done, number))
                taken.append(1000 * (done - begin))
                time.sleep(max(0.0, begin + self.PAUSE - time.monotonic()))
        after = {instance.identity for instance in target.instances(callback)}
        key = "env." + language
        return {key + ".p50": taken, key + ".p99": taken, key + ".failed": len(load.failures),
                key + ".stale": len(load.stale(acknowledged)), key + ".restarted": len(before - after)}


# --- what is shared

class Installs(Measure):
    """Twenty callbacks at once that need the same, which nobody needed before."""
    name = "installs"
    EQUAL = 20

    def __init__(self, settings):
        self.libraries = UNUSED_LIBRARIES[:settings.installs]
        self.rows = [Row("installs", "%d equal libraries at once: installs" % self.EQUAL, "", exactly(1), max)]

    def rounds(self, target):
        yield
        for library in self.libraries:
            yield {"installs": self.installs(target, library)}

    def installs(self, target, library):
        def create(number):
            return target.platform.create("equal-%s-%d" % (library[-4:-2], number), NUMBER[PYTHON] % 0,
                                          library="%s  # %d" % (library, number))
        with concurrent.futures.ThreadPoolExecutor(self.EQUAL) as threads:
            callbacks = list(threads.map(create, range(self.EQUAL)))
        try:
            builds = [target.platform.await_status(each, "built", 120)["latest_build"] for each in callbacks]
            return sum(not build["cached"] for build in builds)
        finally:
            target.delete(callbacks)


class Memory(Measure):
    """Of a callback nobody calls: all of its processes, and what the engine runs for it alone."""
    name = "memory"

    def __init__(self, settings):
        self.idle = settings.idle
        self.rows = [Row("memory." + language, "memory of an idle callback (PSS), %s" % name, "MiB")
                     for language, name in LANGUAGES.items()]

    def rounds(self, target):
        with contextlib.ExitStack() as made:
            callbacks = {language: made.enter_context(target.created(
                "idle-" + language, self.idle, PONG[language], type=language)) for language in LANGUAGES}
            for language, each in callbacks.items():
                for number in range(self.idle):
                    await_answer(target.platform.port, "idle-%s-%d" % (language, number), "pong")
            yield
            while True:
                yield {"memory." + language: sum(proportional_bytes(target.instance(each).pids) for each in those)
                       / self.idle / MIB for language, those in callbacks.items()}


class Disk(Measure):
    """What many callbacks take that need the same library, against what one takes."""
    name = "disk"

    def __init__(self, settings):
        self.many = settings.disk
        self.rows = [
            Row("disk.ratio", "disk of %d callbacks with the same library against one" % self.many, "x",
                at_most(1.1)),
            Row("disk.one", "disk of one callback with %s" % LARGE_LIBRARY, "MiB"),
            Row("disk.more", "disk of each further one", "MiB")]

    def rounds(self, target):
        """One round: what was installed once is never installed again. The installer itself does not count."""
        target.delete(target.create("disk-other", 1, NUMBER[PYTHON] % 0, library=SMALL_LIBRARY[PYTHON]))
        yield
        empty = self.settled(target)
        callbacks = target.create("disk-first", 1, PONG[PYTHON], library=LARGE_LIBRARY)
        try:
            one = self.settled(target) - empty
            callbacks += target.create("disk", self.many - 1, PONG[PYTHON], library=LARGE_LIBRARY)
            many = self.settled(target) - empty
            yield {"disk.ratio": many / one, "disk.one": one / MIB, "disk.more": (many - one) / (self.many - 1) / MIB}
        finally:
            target.delete(callbacks)

    @staticmethod
    def settled(target):
        """Once two looks a second apart find the same: what is written behind is written."""
        last = [target.disk()]

        def same():
            time.sleep(1)
            last.append(target.disk())
            return abs(last[-1] - last[-2]) < 64 * 1024
        eventually(same, 20, "the disk rests")
        return last[-1]


# --- what the gateway costs

class Gateway(Measure):
    """Calls through the gateway against calls of the same instances at their own ports, at the same rate."""
    name = "gateway"

    def __init__(self, settings):
        self.settings = settings
        self.sets = {"one": 1, "turn": settings.in_turn}
        self.floors, self.errors, self.overrun = [], collections.Counter(), collections.Counter()
        self.rows = [row for key, count in self.sets.items() for row in self.rows_of("gateway." + key, count)]

    def rows_of(self, key, count):
        at = "%d/s, %s" % (self.settings.rate, "1 callback" if count == 1 else "%d callbacks in turn" % count)
        return [
            Row(key + ".times.p50", "through the gateway against direct, p50, " + at, "x"),
            Row(key + ".times.p99", "through the gateway against direct, p99, " + at, "x"),
            Row(key + ".added.p50", "  the gateway adds, p50", "ms"),
            Row(key + ".added.p99", "  the gateway adds, p99", "ms"),
            Row(key + ".cpu", "  the gateway adds, CPU of the JVM for 1,000 requests", "CPU-s"),
            Row(key + ".through.p50", "  through the gateway, p50", "ms"),
            Row(key + ".through.p99", "  through the gateway, p99", "ms"),
            Row(key + ".direct.p50", "  direct, p50", "ms"),
            Row(key + ".direct.p99", "  direct, p99", "ms"),
            Row(key + ".through.rate", "  answered through the gateway", "/s"),
            Row(key + ".direct.rate", "  answered directly", "/s"),
            Row(key + ".through.failed", "  failed through the gateway", "", None, sum),
            Row(key + ".direct.failed", "  failed directly", "", None, sum)]

    def rounds(self, target):
        with target.created("gateway", self.settings.in_turn, PONG[PYTHON], concurrency=100) as callbacks, \
                LoadGenerator() as load, Floor() as floor:
            paths = ["gateway-%d" % number for number in range(len(callbacks))]
            ways = [("direct", [url(target.instance(each).address, path) for each, path in zip(callbacks, paths)]),
                    ("through", [url(("127.0.0.1", target.platform.port), path) for path in paths])]
            self.run(load, target, ways[1][1])  # compilers have their work behind them when it counts
            yield
            for _ in range(self.settings.load_rounds):
                self.floors.append(self.run(load, target, [url(floor.address, "floor")]))
                yield self.one(load, target, ways)
                ways.reverse()

    def one(self, load, target, ways):
        values = {}
        for key, count in self.sets.items():
            outcomes = {way: self.run(load, target, addresses[:count]) for way, addresses in ways}
            values.update(compared("gateway." + key, self.settings.rate, **outcomes))
            self.remember(target, outcomes)
        return values

    def run(self, load, target, addresses):
        jvm = target.platform.jvm
        cpu, begin = cpu_seconds(jvm), time.monotonic()
        outcome = load.run(addresses, self.settings.rate, self.settings.load_warm_up, self.settings.load_seconds)
        outcome.update(cpu=cpu_seconds(jvm) - cpu, seconds=time.monotonic() - begin)
        if outcome["failed"] == outcome["calls"]:
            raise NotMeasured("no call was answered: %s" % outcome["errors"])
        return outcome

    def remember(self, target, outcomes):
        for way, outcome in outcomes.items():
            for what, count in outcome["errors"].items():
                self.errors[target.name, way, what] += count
        if not all(kept_up(self.settings.rate, outcome) for outcome in outcomes.values()):
            self.overrun[target.name] += 1

    def notes(self):
        if self.floors:
            p50, p99 = (median([floor[share] for floor in self.floors]) for share in ("p50", "p99"))
            yield "the load generator's own floor, against a server that does nothing, at %d/s: " \
                  "p50 %.2f ms, p99 %.2f ms" % (self.settings.rate, p50, p99)
        for target, count in self.overrun.items():
            yield "%s could not keep up with %d/s %d times: a queue that grows tells nothing of the gateway, so " \
                  "these are in no row of what it adds" % (target, self.settings.rate, count)
        for (target, way, what), count in self.errors.items():
            yield "%s, gateway, %s: %d times %s" % (target, way, count, what)


def kept_up(rate, outcome):
    return outcome["rate"] >= SUSTAINED * rate


def compared(key, rate, direct, through):
    """The values of one round; latencies are compared only where both kept up."""
    values = {key + ".cpu": added_cpu(direct, through)}
    for name, outcome in (("direct", direct), ("through", through)):
        values.update({"%s.%s.%s" % (key, name, what): outcome[what] for what in ("p50", "p99", "rate", "failed")})
    if kept_up(rate, direct) and kept_up(rate, through):
        for share in ("p50", "p99"):
            values[key + ".times." + share] = through[share] / direct[share]
            values[key + ".added." + share] = through[share] - direct[share]
    return values


def added_cpu(direct, through):
    """For 1,000 requests; what the JVM does anyhow is what it did in the same time while calls went past it."""
    anyhow = direct["cpu"] / direct["seconds"] * through["seconds"]
    return 1000 * (through["cpu"] - anyhow) / through["sent"]


MEASURES = {measure.name: measure for measure in (FirstAnswer, CodeChange, EnvChange, Installs, Memory, Disk, Gateway)}
