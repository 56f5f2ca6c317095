#!/usr/bin/env python3
"""The life of a function, by events alone: created, deployed, called, its env changed, called again, deleted.

    pip install confluent-kafka
    python life.py [bootstrap servers: 127.0.0.1:9092] [target: the platform's default]
"""
import json
import sys
import time
import uuid

from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition

COMMAND, COMMAND_RESULT = "callbacks.command", "callbacks.command-result"
INVOCATION, INVOCATION_RESULT = "callbacks.invocation", "callbacks.invocation-result"
CODE = """
import os

def handler(event):
    return {"statusCode": 200, "headers": {"Content-Type": "text/plain"},
            "body": "%s, %s!" % (os.environ["GREETING"], event["data"]["name"])}
"""


class Failed(Exception):
    pass


class Results:
    """Reads results from now on, those of transactions that were committed, and finds the one for an event."""

    def __init__(self, servers, *topics):
        self.consumer = Consumer({
            "bootstrap.servers": servers, "group.id": "life", "enable.auto.commit": False,
            "isolation.level": "read_committed", "log_level": 0})
        # the ends are taken before anything is sent: no result can be missed, none is an old one
        self.consumer.assign([
            TopicPartition(topic, partition, self.end(topic, partition))
            for topic in topics for partition in self.consumer.list_topics(topic, timeout=10).topics[topic].partitions])

    def end(self, topic, partition):
        return self.consumer.get_watermark_offsets(TopicPartition(topic, partition), timeout=10)[1]

    def of(self, event, seconds):
        """Headers, as a map, and value of the result."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            message = self.consumer.poll(1)
            if message is None:
                continue
            if message.error():
                raise KafkaException(message.error())
            headers = {name: value.decode() for name, value in message.headers() or []}
            if headers.get("ce_correlationid") == event:
                return headers, message.value()
        raise Failed("no result for event %s within %s s" % (event, seconds))


class Callbacks:
    """What can be done by event."""

    def __init__(self, servers):
        self.producer = Producer({"bootstrap.servers": servers, "enable.idempotence": True, "log_level": 0})
        self.results = Results(servers, COMMAND_RESULT, INVOCATION_RESULT)
        self.key = "life-%s" % uuid.uuid4()  # of all commands: they are begun in this order

    def command(self, type, subject=None, data=None, prefer=None, seconds=90):
        """The answer's status, the callback's number and the callback itself."""
        event = self.send(COMMAND, self.key, type, subject, data, prefer=prefer)
        headers, value = self.results.of(event, seconds)
        told = json.loads(value) if value else None
        print("%s -> %s %s" % (type, headers["ce_type"], headers["ce_statuscode"]))
        if headers["ce_type"] != "command-succeeded":
            raise Failed("%s was refused: %s" % (type, told))
        return int(headers["ce_statuscode"]), headers["ce_subject"], told

    def call(self, subject, data, key, seconds=60):
        """What the function answered."""
        event = self.send(INVOCATION, key, "greeting-wanted", subject, data)
        headers, value = self.results.of(event, seconds)
        print("call -> %s %s after %s tries: %s" % (
            headers["ce_type"], headers.get("ce_statuscode"), headers["ce_tries"], value))
        if headers["ce_type"] != "invocation-completed":
            raise Failed("the call failed: %s" % value)
        return value.decode()

    def send(self, topic, key, type, subject, data, **extensions):
        """Sends a CloudEvent in binary mode and returns its id when the broker has it."""
        event, refused = str(uuid.uuid4()), []
        attributes = {"specversion": "1.0", "id": event, "source": "/examples/life.py", "type": type,
                      "subject": subject, **extensions}
        headers = [("ce_" + name, value) for name, value in attributes.items() if value is not None]
        self.producer.produce(
            topic, key=key, value=None if data is None else json.dumps(data),
            headers=headers + [("content-type", "application/json")],
            on_delivery=lambda error, _: refused.append(error) if error else None)
        if self.producer.flush(30) or refused:
            raise Failed("%s was not sent: %s" % (type, refused or "no broker answers"))
        return event


def expect(wanted, found, what):
    if wanted != found:
        raise Failed("%s: expected %r, got %r" % (what, wanted, found))


def live(servers, target):
    callbacks = Callbacks(servers)
    path = "life-%s" % uuid.uuid4()

    status, number, callback = callbacks.command("create-callback", data={
        "path": path, "method": "POST", "type": "python", "code": CODE, "env": {"GREETING": "Annyeong"}})
    expect((201, path), (status, callback["path"]), "the created callback")

    # with this wish the answer comes when it serves
    wish = {"c_type": target} if target else None
    status, _, callback = callbacks.command("deploy", number, wish, prefer="wait=60")
    expect((200, "deployed"), (status, callback["status"]), "the deployed callback")

    # by its number, and by its path; of one customer one after the other
    expect("Annyeong, Mina!", callbacks.call(number, {"name": "Mina"}, key="customer-5"), "the answer")
    expect("Annyeong, Juno!", callbacks.call("POST " + path, {"name": "Juno"}, key="customer-5"), "the answer")

    # a succeeded change of env is live
    status, _, callback = callbacks.command("update-env", number, {"GREETING": "Hello"})
    expect((200, ["GREETING"]), (status, list(callback["env"])), "the changed callback")
    expect("Hello, Mina!", callbacks.call(number, {"name": "Mina"}, key="customer-5"), "the answer")

    status, _, callback = callbacks.command("undeploy", number)
    expect((200, "undeployed"), (status, callback["status"]), "the undeployed callback")
    status, _, callback = callbacks.command("delete-callback", number)
    expect((204, None), (status, callback), "the answer to the delete")


def main(servers="127.0.0.1:9092", target=None):
    try:
        live(servers, target)
    except Failed as failure:
        sys.exit("FAILED: %s" % failure)
    except KafkaException as error:
        sys.exit("FAILED: %s: %s" % (servers, error.args[0].str()))
    print("OK: every answer was as expected")


if __name__ == "__main__":
    main(*sys.argv[1:])
