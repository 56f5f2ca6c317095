"""What calls by event cost. Measured on platforms of their own, each with the settings that are looked at.

The broker is part of the platform's JVM, so what it takes is in every figure. The Kafka client is of another make
and runs beside it: what that takes is told in the notes and is in no row.
"""
import contextlib
import time

from harness import Client, eventually, percentile
from kafka_clients import (INVOCATION, INVOCATION_RESULT, EventPlatform, Reader, Sender, administrator, cloud_event,
                           create_topic, library)
from measures import PONG, PYTHON, Measure
from report import Row, median
from target import NotMeasured, ProcessTarget, cpu_seconds

SHARES = {"p50": 0.5, "p99": 0.99}
FEWEST, MOST = 300, 20000  # events at once


class EventTarget(ProcessTarget):
    """With a broker that is met from outside."""
    runs = EventPlatform


class EventMeasure(Measure):
    targets = (EventTarget,)  # each measure starts platforms of this kind


# --- a platform that is called by event

@contextlib.contextmanager
def calling(**environment):
    """A platform with these settings and a handler that does nothing, for a while."""
    with trouble_with_kafka(), contextlib.ExitStack() as stack:
        target = EventTarget(EventTarget.started(**environment))
        stack.callback(target.remove)
        callback, = target.create("events", 1, PONG[PYTHON], concurrency=100)
        results = Reader(target.platform.broker, INVOCATION_RESULT)
        stack.callback(results.close)
        yield Caller(target, callback, results)


@contextlib.contextmanager
def trouble_with_kafka():
    try:
        yield
    except library("confluent_kafka").KafkaException as error:
        raise NotMeasured("Kafka: %s" % error) from error


def partitions(broker, topic):
    return len(administrator(broker).list_topics(topic, timeout=20).topics[topic].partitions)


class Caller:
    """Calls the handler of a platform by event, and hears what comes of it."""
    PATH = "/api/events-0"

    def __init__(self, target, callback, results):
        self.target, self.platform, self.callback, self.results = target, target.platform, callback, results
        self.sender = Sender(self.platform.broker)
        self.partitions = partitions(self.platform.broker, INVOCATION)

    def burst(self, count):
        """As many at once, spread evenly and in no order among themselves; what handling them took."""
        events = [cloud_event("called", self.callback) for _ in range(count)]
        pids = [self.platform.jvm, *self.target.instance(self.callback).pids]
        cpu, client, begin = sum(map(cpu_seconds, pids)), time.process_time(), time.monotonic()
        for number, headers in enumerate(events):
            self.sender.send(INVOCATION, None, b"{}", headers, partition=number % self.partitions)
        answers = self.answers([dict(headers)["ce_id"] for headers in events])
        return {**handled(count, max(answer.seen for answer in answers) - begin, sum(map(cpu_seconds, pids)) - cpu),
                "client": time.process_time() - client, "failed": failures(answers)}

    def latencies(self, rate, seconds):
        """From when each record was due to when its result was read, at a steady rate."""
        due = {}
        for number, at in enumerate(paced(rate, seconds)):
            headers = cloud_event("called", self.callback)
            due[dict(headers)["ce_id"]] = at
            self.sender.send(INVOCATION, None, b"{}", headers, partition=number % self.partitions)
        answers = self.answers(list(due))
        assert not failures(answers), "%d events failed" % failures(answers)
        return [answer.seen - at for answer, at in zip(answers, due.values())]

    def answers(self, ids, seconds=60):
        """The results for these, in their order."""
        by_id = self.results.by_id
        eventually(lambda: all(id in by_id for id in ids), seconds, "results of %d events" % len(ids))
        found = [by_id.pop(id)[0] for id in ids]
        self.results.records.clear()
        return found

    def synchronous(self, rate, seconds):
        return self.posted(rate, seconds, {}, 200)[0]

    def accepted(self, rate, seconds):
        """Until the 202; the calls have been made when it returns."""
        taken, last = self.posted(rate, seconds, {"Prefer": "respond-async"}, 202)
        eventually(lambda: self.platform.call("GET", last.headers["Location"]).json["state"] == "completed", 60,
                   "the last call that was accepted is made")
        return taken

    def posted(self, rate, seconds, headers, status):
        client, taken = Client(self.platform.port), []
        with contextlib.closing(client.connection):
            for at in paced(rate, seconds):
                answer = client.call("POST", self.PATH, "{}", headers)
                taken.append(time.monotonic() - at)
                assert answer.status == status, answer
        return taken, answer


# --- arithmetic

def paced(rate, seconds):
    """The times at which something is due, each when it has come."""
    begin = time.monotonic()
    for number in range(int(rate * seconds)):
        at = begin + number / rate
        time.sleep(max(0.0, at - time.monotonic()))
        yield at


def handled(count, seconds, cpu):
    return {"rate": count / seconds, "per_cpu": count / cpu}


def failures(answers):
    return sum(answer["ce_type"] != "invocation-completed" for answer in answers)


def enough(rate, seconds):
    """How many events keep a platform busy for about so long."""
    return min(MOST, max(FEWEST, int(rate * seconds)))


def flat(key, outcomes):
    """The values of one round, of all sides."""
    return {"%s.%s.%s" % (key, side, what): value for side, outcome in outcomes.items()
            for what, value in outcome.items()}


def times(key, one, other):
    """How many times that of the other it is."""
    return {"%s.times.%s" % (key, what): one[what] / other[what]
            for what in ("rate", "per_cpu", *SHARES) if what in one}


def shares(seconds):
    """Percentiles, in ms."""
    return {name: 1000 * percentile(seconds, share) for name, share in SHARES.items()}


def behind(sent, committed):
    """Records that a group has not done, of a topic it has read from its beginning; negative: none of a partition."""
    return sent - sum(max(0, offset) for offset in committed)


# --- events handled as fast as may be

class Throughput(EventMeasure):
    """Of platforms that each differ from another in one setting, in turn."""
    name = "events.throughput"
    ONE, SIXTEEN = ({"CALLBACKS_EVENTS_PARTITIONS": number} for number in ("1", "16"))
    SIDES = {"one": ("1 partition", ONE), "sixteen": ("16 partitions", SIXTEEN),
             "forgetful": ("16 partitions, no deduplication",
                           {**SIXTEEN, "CALLBACKS_INVOKER_EVENTS_DEDUPLICATION": "0s"})}
    RATIOS = {"partitions": ("16 partitions against 1", "sixteen", "one"),
              "deduplication": ("deduplication against none", "sixteen", "forgetful")}

    def __init__(self, settings):
        self.settings, self.clients = settings, []
        self.rows = [Row("events.%s.times.%s" % (key, what), "%s, events per %s" % (text, unit), "x")
                     for key, (text, _, _) in self.RATIOS.items()
                     for what, unit in (("rate", "second"), ("per_cpu", "CPU-second"))]
        for side, (text, _) in self.SIDES.items():
            key = "%s.%s." % (self.name, side)
            self.rows += [Row(key + "rate", "  events per second, " + text, "/s"),
                          Row(key + "per_cpu", "  events per CPU-second of JVM and instance, " + text, "/CPU-s"),
                          Row(key + "failed", "  failed, " + text, "", None, sum)]

    def rounds(self, target):
        with contextlib.ExitStack() as stack:
            callers = {side: stack.enter_context(calling(**environment))
                       for side, (_, environment) in self.SIDES.items()}
            counts = {side: self.count(caller) for side, caller in callers.items()}
            yield
            order = list(callers)
            while True:
                yield self.values({side: callers[side].burst(counts[side]) for side in order}, counts)
                order.reverse()

    def count(self, caller):
        """Compilers have most of their work behind them when it is known."""
        for _ in range(2):
            rate = caller.burst(self.settings.event_warm_up)["rate"]
        return enough(rate, self.settings.event_seconds)

    def values(self, outcomes, counts):
        self.clients += [1000 * outcome.pop("client") / counts[side] for side, outcome in outcomes.items()]
        values = flat(self.name, outcomes)
        for key, (_, one, other) in self.RATIOS.items():
            values.update(times("events." + key, outcomes[one], outcomes[other]))
        return values

    def notes(self):
        if self.clients:
            yield "the Kafka client beside the platform took %.2f CPU-seconds for 1,000 events" % median(self.clients)


# --- how long one event takes

class Latency(EventMeasure):
    name = "events.latency"
    EVENTS, CALLS = 200, 20  # per second; calls come one after the other

    def __init__(self, settings):
        self.seconds = settings.latency_seconds
        calls = "%d/s" % self.CALLS
        text = "call for later, until its 202, against a synchronous one, %s, " + calls
        self.rows = [Row("%s.times.%s" % (self.name, share), text % share, "x") for share in SHARES]
        for key, text in (("accepted", "call for later, until its 202"), ("synchronous", "synchronous call"),
                          ("result", "record to its result, %d/s" % self.EVENTS)):
            self.rows += [Row("%s.%s.%s" % (self.name, key, share), "  %s, %s" % (text, share), "ms")
                          for share in SHARES]

    def rounds(self, target):
        with calling() as caller:
            parts = {"result": lambda: caller.latencies(self.EVENTS, self.seconds),
                     "synchronous": lambda: caller.synchronous(self.CALLS, self.seconds),
                     "accepted": lambda: caller.accepted(self.CALLS, self.seconds)}
            self.once(parts)  # warms up
            yield
            while True:
                yield self.once(parts)
                parts = dict(reversed(list(parts.items())))

    def once(self, parts):
        outcomes = {key: shares(part()) for key, part in parts.items()}
        return {**flat(self.name, outcomes), **times(self.name, outcomes["accepted"], outcomes["synchronous"])}


# --- a trigger that has rested

class Lag(EventMeasure):
    name = "events.lag"
    RATE = 100
    TOPIC, GROUP, TRIGGER, PARTITIONS = "bench", "bench", "lag", 6

    def __init__(self, settings):
        self.pause, self.most = settings.pause, settings.lag_rounds
        self.rows = [
            Row("events.lag.times", "a trigger catches up, against the %d/s it fell behind" % self.RATE, "x"),
            Row("events.lag.records", "  lag after %g s of pause" % self.pause, ""),
            Row("events.lag.seconds", "  until it is 0 again", "s"),
            Row("events.lag.told", "  until GET /callbacks/{id}/triggers says so", "s")]

    def rounds(self, target):
        with calling() as caller:
            create_topic(caller.platform.broker, self.TOPIC, self.PARTITIONS)
            trigger = {"name": self.TRIGGER, "topic": self.TOPIC, "group": self.GROUP, "start": "earliest"}
            callback, = caller.target.create("lag", 1, PONG[PYTHON], triggers=[{"kafka": trigger}])
            with contextlib.closing(Rested(caller, callback, self)) as rested:
                rested.feed(self.RATE, 3)
                rested.await_lag(0)
                yield
                for _ in range(self.most):
                    yield rested.once(self.pause)


class Rested:
    """The trigger of a callback, and what was sent to its topic."""

    def __init__(self, caller, callback, lag):
        self.caller, self.path, self.lag, self.sent = caller, "/callbacks/%d/triggers" % callback, lag, 0
        kafka = library("confluent_kafka")
        self.partitions = [kafka.TopicPartition(lag.TOPIC, number) for number in range(lag.PARTITIONS)]
        self.group = kafka.Consumer({"bootstrap.servers": caller.platform.broker, "group.id": lag.GROUP,
                                     "enable.auto.commit": False, "log_level": 0})

    def close(self):
        self.group.close()

    def once(self, pause):
        self.change("pause", "paused")
        self.feed(self.lag.RATE, pause)
        records = int(self.lag.RATE * pause)
        self.await_told(records, "paused")
        begin = time.monotonic()
        self.change("resume")
        self.await_lag(0)
        taken = time.monotonic() - begin
        self.await_told(0, "running")
        return {"events.lag.times": records / taken / self.lag.RATE, "events.lag.records": records,
                "events.lag.seconds": taken, "events.lag.told": time.monotonic() - begin}

    def feed(self, rate, seconds):
        for _ in paced(rate, seconds):
            self.caller.sender.send(self.lag.TOPIC, None, b"{}", partition=self.sent % self.lag.PARTITIONS)
            self.sent += 1
        self.caller.sender.flush()

    def change(self, what, state=None):
        answer = self.caller.platform.call("POST", "%s/%s/%s" % (self.path, self.lag.TRIGGER, what), {})
        assert answer.status in (200, 202), answer
        if state:
            eventually(lambda: self.told()["state"] == state, 30, "the trigger is " + state)

    def told(self):
        answer = self.caller.platform.call("GET", self.path)
        assert answer.status == 200, answer
        return answer.json["items"][0]

    def await_told(self, lag, state):
        def reached():
            now = self.told()
            return (now["lag"], now["state"]) == (lag, state)
        eventually(reached, 60, "the trigger is %s and its lag %d" % (state, lag))

    def await_lag(self, lag):
        """As its group's offsets have it, which are there before the platform tells of them."""
        def committed():
            return [each.offset for each in self.group.committed(self.partitions, timeout=20)]
        eventually(lambda: behind(self.sent, committed()) == lag, 60, "the lag is %d" % lag)


EVENTS = {measure.name: measure for measure in (Throughput, Latency, Lag)}
