"""What docs/asyncapi.yaml says of the topics, to hold real records against."""
import collections
import functools
import json

from harness import ROOT
from kafka_clients import (COMMAND, COMMAND_DLT, COMMAND_RESULT, INVOCATION_DLT, administrator, everything_in,
                           library)

DOCUMENT = ROOT / "docs" / "asyncapi.yaml"
ENOUGH = 200  # of a type
OWN_TYPES = ("cancel-invocation",)  # what the platform writes to itself on topics of others


@functools.lru_cache(maxsize=None)
def document():
    return library("yaml").safe_load(DOCUMENT.read_text())


def resolved(part):
    """What a part of the document stands for."""
    while "$ref" in part:
        found = document()
        for name in part["$ref"].partition("#/")[2].split("/"):
            found = found[name]
        part = found
    return part


def channels():
    """All channels, by topic."""
    return {channel["address"]: channel for channel in document()["channels"].values()}


@functools.lru_cache(maxsize=None)
def messages(topic):
    """Name, and what holds headers and value against their schemas."""
    return [(name, validator(resolved(message).get("headers", {})), validator(resolved(message).get("payload")))
            for name, message in channels()[topic]["messages"].items()]


def validator(schema):
    """None where anything is allowed."""
    if schema is None:
        return None
    draft = library("jsonschema").Draft7Validator
    return draft({"components": document()["components"], "allOf": [schema]}, format_checker=draft.FORMAT_CHECKER)


def faults(topic, headers, value):
    """Why a record is none of the messages of its topic; empty if it is one."""
    found = []
    if "content-type" in headers:  # whose case means nothing
        headers = {**headers, "content-type": headers["content-type"].lower()}
    for name, of_headers, of_value in messages(topic):
        wrong = ["%s: headers: %s" % (name, error.message) for error in of_headers.iter_errors(headers)]
        if not wrong and of_value is not None:
            wrong = ["%s: value: %s" % (name, fault) for fault in faults_of_value(of_value, value)]
        if not wrong:
            return []
        found += wrong
    return found


def faults_of_value(schema, value):
    try:
        parsed = json.loads(value) if value else None
    except ValueError as e:
        return ["no JSON: %s" % e]
    return [error.message for error in schema.iter_errors(parsed)]


def refused_places(records):
    """Topic, partition and offset of what is no event."""
    for letter in records:
        if letter.topic == INVOCATION_DLT and letter["callbacks-dlt-problem"] == "invalid-event":
            yield letter["callbacks-dlt-topic"], int(letter["callbacks-dlt-partition"]), int(letter["callbacks-dlt-offset"])
        elif letter.topic == COMMAND_DLT:
            yield command_place(letter)


def command_place(letter):
    """Where a command's dead letter came from."""
    headers = dict(letter.headers)
    return (headers["kafka_dlt-original-topic"].decode(), *(
        int.from_bytes(headers["kafka_dlt-original-" + name], "big") for name in ("partition", "offset")))


def event_id(record):
    try:
        return record["ce_id"] or record.json["id"]
    except (TypeError, KeyError, ValueError):
        return None


def check_records(test, broker):
    """All that the platform wrote, and all that it took from others, is as the document says; counts, by type."""
    records = everything_in(broker, list(channels()), committed=True)
    refused = set(refused_places(records))
    failed = {record["ce_correlationid"] for record in records
              if record.topic == COMMAND_RESULT and record["ce_type"] == "command-failed"}
    counts, wrong = collections.Counter(), collections.defaultdict(list)
    for record in records:
        kind = "dead letter" if record.topic.endswith(".dlt") else record["ce_type"] or record["content-type"]
        if (record.topic, record.partition, record.offset) in refused or kind in OWN_TYPES:
            continue
        if record.topic == COMMAND and event_id(record) in failed:
            continue
        counts[record.topic, kind] += 1
        if counts[record.topic, kind] <= ENOUGH:
            found = faults(record.topic, record.named, record.value)
            if found:
                wrong[record.topic, kind].append((record, found))
    test.assertEqual({}, {kind: found[:2] for kind, found in wrong.items()})
    test.assertGreater(sum(counts.values()), 0)
    print("\nas in the AsyncAPI document: %s" % ", ".join(
        "%d %s on %s" % (count, kind, topic) for (topic, kind), count in sorted(counts.items(), key=str)))
    return counts


def check_topics(test, broker):
    """Partitions and how long records are kept are as the document says."""
    admin = administrator(broker)
    known = admin.list_topics(timeout=20).topics
    resource = library("confluent_kafka.admin").ConfigResource
    for topic, channel in channels().items():
        with test.subTest(topic=topic):
            binding = channel["bindings"]["kafka"]
            test.assertEqual(binding["partitions"], len(known[topic].partitions))
            asked = resource(resource.Type.TOPIC, topic)
            told = admin.describe_configs([asked])[asked].result(30)
            test.assertEqual(str(binding["topicConfiguration"]["retention.ms"]), told["retention.ms"].value)
            test.assertEqual(",".join(binding["topicConfiguration"]["cleanup.policy"]), told["cleanup.policy"].value)
