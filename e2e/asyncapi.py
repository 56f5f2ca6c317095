"""What docs/asyncapi.yaml says of the topics, to hold real records against."""
import collections
import functools
import json

from harness import ROOT
from kafka_clients import COMMAND_DLT, INVOCATION_DLT, administrator, everything_in, library

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
    for name, of_headers, of_value in messages(topic):
        wrong = ["%s: headers: %s" % (name, error.message) for error in of_headers.iter_errors(headers)]
        if not wrong and of_value is not None:
            wrong = ["%s: value: %s" % (name, error.message) for error in of_value.iter_errors(parsed(value))]
        if not wrong:
            return []
        found += wrong
    return found


def parsed(value):
    """JSON, None where there is nothing."""
    return json.loads(value) if value else None


def check_records(test, broker):
    """All that is on the topics, but for what was refused as no event, is as the document says; counts, by type."""
    records = everything_in(broker, list(channels()), committed=True)
    refused = {(letter["callbacks-dlt-topic"], letter["callbacks-dlt-partition"], letter["callbacks-dlt-offset"])
               for letter in records if letter.topic in (INVOCATION_DLT, COMMAND_DLT)
               and (letter.topic == COMMAND_DLT or letter["callbacks-dlt-problem"] == "invalid-event")}
    counts, wrong = collections.Counter(), collections.defaultdict(list)
    for record in records:
        kind = "dead letter" if record.topic.endswith(".dlt") else record["ce_type"] or record["content-type"]
        if (record.topic, str(record.partition), str(record.offset)) in refused or kind in OWN_TYPES:
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
