"""Kafka clients that are not ours: confluent-kafka, in an environment of its own, and what tests do with it.

Records are sent while the broker is away as well, and read as whoever may rely on results reads them: committed only.
"""
import collections
import contextlib
import functools
import importlib
import json
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
import uuid

from harness import LOOPBACK, ROOT, Platform, eventually

ENVIRONMENT = ROOT / "target" / "e2e-kafka-clients"
PACKAGES = ("confluent-kafka>=2.6,<3", "jsonschema>=4.17,<5", "PyYAML>=6,<7")

INVOCATION, INVOCATION_RESULT, INVOCATION_DLT = (
    "callbacks.invocation", "callbacks.invocation-result", "callbacks.invocation.dlt")
COMMAND, COMMAND_RESULT, COMMAND_DLT = "callbacks.command", "callbacks.command-result", "callbacks.command.dlt"

JSON = "application/json"
STRUCTURED = "application/cloudevents+json"


# --- the libraries

@functools.lru_cache(maxsize=None)
def python():
    """Path of a Python that has the libraries; installed on first need."""
    interpreter, ready = ENVIRONMENT / "bin" / "python", ENVIRONMENT / "ready"
    wanted = "%s %s" % (sys.version, PACKAGES)
    if not ready.exists() or ready.read_text() != wanted:
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(ENVIRONMENT)], check=True)
        subprocess.run([str(interpreter), "-m", "pip", "install", "--quiet", *PACKAGES], check=True)
        ready.write_text(wanted)
    return str(interpreter)


@functools.lru_cache(maxsize=None)
def library(name):
    """A module of that environment."""
    where = subprocess.run([python(), "-c", "import sysconfig; print(sysconfig.get_path('platlib'))"],
                           stdout=subprocess.PIPE, text=True, check=True).stdout.strip()
    if where not in sys.path:
        sys.path.insert(0, where)
    return importlib.import_module(name)


# --- the platform with its broker

def lasting_port():
    """A free port that no outgoing connection is given while the platform is down: below those of the system."""
    while True:
        port = random.randrange(20000, 32000)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind((LOOPBACK, port))
            return port


class EventPlatform(Platform):
    """A platform whose broker is met from outside, where it is again after a kill."""

    def __init__(self, **environment):
        super().__init__(**environment)
        self.port, self.kafka_port = lasting_port(), lasting_port()
        self.broker = "%s:%d" % (LOOPBACK, self.kafka_port)

    def start(self, *options):
        return super().start("--kafka-port", str(self.kafka_port), *options)

    def call(self, method, path, body=None, headers=None, timeout=60):
        """A management call says that it is JSON, also without a body."""
        if method == "POST" and not path.startswith("/api/"):
            headers = {"Content-Type": JSON, **(headers or {})}
        return super().call(method, path, body, headers, timeout)

    def kill_everything(self):
        """kill -9 of the JVM and of all that it had started."""
        for pid in self.kill():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


# --- events

def cloud_event(type, subject=None, id=None, source="/e2e", content_type=JSON, **more):
    """The headers of an event in binary mode; ``more`` are other attributes and extensions."""
    attributes = {"specversion": "1.0", "id": id or str(uuid.uuid4()), "source": source, "type": type,
                  "subject": None if subject is None else str(subject), **more}
    headers = [("ce_" + name, value) for name, value in attributes.items() if value is not None]
    return headers + ([("content-type", content_type)] if content_type else [])


def encoded(value):
    """Bytes and None as they are, all else as JSON."""
    return value if value is None or isinstance(value, bytes) else json.dumps(value).encode()


class Sent:
    """A record on its way; where it is once the broker has it."""

    def __init__(self):
        self.at = time.monotonic()
        self.partition = self.offset = self.timestamp = self.error = None
        self.acknowledged = threading.Event()

    def told(self, error, message):
        self.error = error
        if not error:
            self.partition, self.offset = message.partition(), message.offset()
            self.timestamp = message.timestamp()[1]
        self.acknowledged.set()

    @property
    def invocation(self):
        """Where it is, as the platform names it."""
        assert self.acknowledged.wait(60) and not self.error, self.error or "not taken within 60 s"
        return "%d-%d" % (self.partition, self.offset)


class Sender:
    """A producer that goes on while the broker is away, and keeps the order all the same."""

    def __init__(self, broker, **settings):
        self.producer = library("confluent_kafka").Producer({
            "bootstrap.servers": broker, "enable.idempotence": True, "message.timeout.ms": 0, "linger.ms": 1,
            "reconnect.backoff.max.ms": 500, "log_level": 0, **settings})
        self.sent = []
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        """Hears what the broker says of what was sent."""
        while True:
            self.producer.poll(0.5)

    def send(self, topic, key=None, value=None, headers=(), **more):
        sent = Sent()
        self.producer.produce(topic, key=key, value=encoded(value), on_delivery=sent.told,
                              headers=[(name, encoded_header(header)) for name, header in headers], **more)
        self.sent.append(sent)
        return sent

    def flush(self, seconds=60):
        """Returns when the broker has all."""
        left = self.producer.flush(seconds)
        assert not left, "%d records were not taken within %s s" % (left, seconds)
        refused = [sent.error for sent in self.sent if sent.error]
        assert not refused, refused[:5]

    def sent_one(self, topic, key=None, value=None, headers=(), **more):
        """Sends it and waits until the broker has it."""
        sent = self.send(topic, key, value, headers, **more)
        self.flush()
        return sent


def encoded_header(value):
    return value if isinstance(value, bytes) else str(value).encode()


class Record:
    """A record as it was read, and when."""

    def __init__(self, message):
        self.seen = time.monotonic()
        self.topic, self.partition, self.offset = message.topic(), message.partition(), message.offset()
        self.timestamp = message.timestamp()[1]
        self.raw_key, self.value = message.key(), message.value()
        self.headers = [(name, value) for name, value in message.headers() or []]

    @property
    def key(self):
        return None if self.raw_key is None else self.raw_key.decode()

    @property
    def named(self):
        """The headers by name, as texts."""
        return {name: None if value is None else value.decode(errors="backslashreplace") for name, value in self.headers}

    def __getitem__(self, name):
        return self.named.get(name)

    @property
    def json(self):
        return None if self.value is None else json.loads(self.value)

    @property
    def text(self):
        return None if self.value is None else self.value.decode()

    @property
    def problem(self):
        """Name of the problem in the value, without its prefix."""
        return self.json["type"].rpartition(":")[2]

    def __repr__(self):
        return "<%s %d-%d key=%r %r %r>" % (self.topic, self.partition, self.offset, self.raw_key, self.named,
                                            (self.value or b"")[:300])


class Reader(threading.Thread):
    """Reads topics, from their present end or from their beginning, until it is closed; goes on after a kill."""

    def __init__(self, broker, *topics, beginning=False, **settings):
        super().__init__(daemon=True)
        self.kafka = library("confluent_kafka")
        self.records = []
        self.by_id = collections.defaultdict(list)  # of the events that they answer
        self.positions, self.closed = {}, False
        self.consumer = self.kafka.Consumer({
            "bootstrap.servers": broker, "group.id": "not-used", "isolation.level": "read_committed",
            "enable.auto.commit": False, "auto.offset.reset": "earliest", "reconnect.backoff.max.ms": 500,
            "log_level": 0, **settings})
        self.consumer.assign([self.start_of(topic, partition, beginning)
                              for topic in topics for partition in self.partitions(topic)])
        self.start()

    def partitions(self, topic):
        def known():
            told = self.consumer.list_topics(topic, timeout=20).topics[topic]
            return None if told.error else sorted(told.partitions)
        return eventually(known, 60, "topic " + topic)

    def start_of(self, topic, partition, beginning):
        def known():
            with contextlib.suppress(self.kafka.KafkaException):  # a new topic has no leader for a moment
                return self.consumer.get_watermark_offsets(self.kafka.TopicPartition(topic, partition), timeout=20)
        first, end = eventually(known, 60, "offsets of " + topic)
        return self.kafka.TopicPartition(topic, partition, first if beginning else end)

    def run(self):
        while not self.closed:
            message = self.consumer.poll(0.1)
            if message is not None and not message.error():
                self.take(Record(message))
        self.consumer.close()

    def take(self, record):
        if record["ce_correlationid"] and record["ce_type"] != "invocation-started":
            self.by_id[record["ce_correlationid"]].append(record)
        self.records.append(record)

    def close(self):
        self.closed = True
        self.join(30)

    def answer(self, id, seconds=60):
        """The first result for an event."""
        return eventually(lambda: self.by_id[id][0] if id in self.by_id else None, seconds, "result for " + id)

    def first(self, wanted, seconds=60, what="record"):
        """The first record for which ``wanted`` is true."""
        return eventually(lambda: next(filter(wanted, self.records), None), seconds, what)


def everything_in(broker, topics=None, committed=False, **settings):
    """All records of these topics, or of all there are."""
    kafka = library("confluent_kafka")
    consumer = kafka.Consumer({"bootstrap.servers": broker, "group.id": "not-used", "enable.auto.commit": False,
                               "isolation.level": "read_committed" if committed else "read_uncommitted",
                               "enable.partition.eof": True, "auto.offset.reset": "earliest", "log_level": 0,
                               **settings})
    told = consumer.list_topics(timeout=20).topics
    left = {(topic, partition) for topic in topics or told for partition in told[topic].partitions}
    consumer.assign([kafka.TopicPartition(topic, partition, kafka.OFFSET_BEGINNING) for topic, partition in left])
    records, deadline = [], time.monotonic() + 120
    while left:
        assert time.monotonic() < deadline, "not read within 120 s: %s" % left
        message = consumer.poll(1)
        if message is None:
            continue
        if not message.error():
            records.append(Record(message))
        elif message.error().code() == kafka.KafkaError._PARTITION_EOF:
            left.discard((message.topic(), message.partition()))
    consumer.close()
    return records


def administrator(broker, **settings):
    library("confluent_kafka")
    return library("confluent_kafka.admin").AdminClient({"bootstrap.servers": broker, "log_level": 0, **settings})


def create_topic(broker, topic, partitions=3):
    new = library("confluent_kafka.admin").NewTopic(topic, num_partitions=partitions, replication_factor=1)
    admin = administrator(broker)  # must not be gone before the answer comes
    admin.create_topics([new])[topic].result(30)
