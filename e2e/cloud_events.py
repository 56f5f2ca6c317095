"""CloudEvents as clients may send them, with what a handler is to get of them, and records that are none."""
import base64
import json
import uuid

from kafka_clients import JSON, STRUCTURED

TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
BYTES = b"\x00\xff\xfe\x80"


def required(subject):
    """The attributes that a call must have; no two have the same id."""
    return {"specversion": "1.0", "id": "A-%s" % uuid.uuid4(), "source": "/shop", "type": "order-placed", "subject": subject}


class Valid:
    """A record, and of the handler's event what is not as in every other."""

    def __init__(self, headers, value, key=b"customer-5", others=None, event_key="customer-5", parameters=None, **event):
        self.headers = headers + list((others or {}).items())
        self.value, self.key = value, key
        self.event = {"extensions": {}, "data": None, "data_base64": None, "path_parameters": parameters, **event}
        self.others, self.event_key = others or {}, event_key

    def expected(self, sent, timestamp):
        """The handler's event, whole."""
        place = "%d-%d" % (sent.partition, sent.offset)
        return {
            "version": "cloudevents/1.0", **self.event,
            "kafka": {"topic": "callbacks.invocation", "partition": sent.partition, "offset": sent.offset,
                      "key": self.event_key, "timestamp": timestamp, "headers": self.others},
            "delivery": {"invocation_id": place, "attempt": 1}}


def binary(subject, value, content_type=JSON, extensions=None, more=None, **expected):
    """An event in binary mode; ``value`` is bytes or None. ``more`` are attributes beside the required ones."""
    attributes = {**required(subject), **(more or {})}
    headers = [("ce_" + name, text) for name, text in {**attributes, **(extensions or {})}.items()]
    if content_type:
        headers.append(("content-type", content_type))
        attributes = {**attributes, "datacontenttype": content_type}
    return Valid(headers, value, attributes=attributes, extensions=extensions or {}, **expected)


def structured(subject, event, content_type=STRUCTURED, extensions=None, told=None, **expected):
    """An event in structured mode; ``told`` are extensions as the handler gets them."""
    attributes = required(subject)
    value = json.dumps({**attributes, **event, **(extensions or {})}, ensure_ascii=False).encode()
    attributes.update({name: event[name] for name in ("time", "datacontenttype", "dataschema") if name in event})
    return Valid([("content-type", content_type)], value, attributes=attributes,
                 extensions=extensions or {} if told is None else told, **expected)


def valid(number, path):
    """By name; ``number`` is the callback, ``POST path/{id}`` how it is called over HTTP."""
    number = str(number)
    return {
        "binary: JSON": binary(number, b'{"order": 1, "lines": [{"n": 1.5, "ok": true, "none": null}]}',
                               data={"order": 1, "lines": [{"n": 1.5, "ok": True, "none": None}]}),
        "binary: all attributes": binary(
            number, b"[1, 2]", more={"time": "2026-01-02T03:04:05.678901Z", "dataschema": "https://schema.example/order#1"},
            data=[1, 2]),
        "binary: time with an offset": binary(number, b"1", more={"time": "2026-01-02T03:04:05+09:00"}, data=1),
        "binary: extensions": binary(number, b"true", data=True, extensions={
            "traceparent": TRACE, "partitionkey": "5", "sampledrate": "30", "empty": "", "greeting9": "Grüße, 세계"}),
        "binary: other headers of the record": binary(number, b'"text"', data="text",
                                                      others={"x-request": "r-1", "tenant": "Ünal"}),
        "binary: JSON with a charset": binary(number, '{"g": "ü 😀"}'.encode(), "application/json; charset=utf-8",
                                              data={"g": "ü 😀"}),
        "binary: a kind of JSON": binary(number, b'{"a": []}', "application/vnd.order+json", data={"a": []}),
        "binary: JSON null": binary(number, b"null", data=None),
        "binary: large numbers": binary(number, b"[12345678901234567890123, 9007199254740993, 1e3, -0.25]",
                                        data=[12345678901234567890123, 9007199254740993, 1000.0, -0.25]),
        "binary: unicode everywhere": binary(
            number, '{"ключ": "値 \\u0000 \\ud83d\\ude00"}'.encode(), more={"id": "ид-1", "type": "größe.geändert"},
            key="schlüssel-값".encode(), event_key="schlüssel-값", data={"ключ": "値 \0 😀"}),
        "binary: text": binary(number, "Grüße\n\ttabs \"quoted\"".encode(), "text/plain", data="Grüße\n\ttabs \"quoted\""),
        "binary: XML": binary(number, b"<order n='1'/>", "application/xml", data="<order n='1'/>"),
        "binary: text that looks like JSON": binary(number, b'{"a": 1}', "text/plain", data='{"a": 1}'),
        "binary: of no kind": binary(number, b'{"a": 1}', None, data='{"a": 1}'),
        "binary: bytes": binary(number, BYTES, "application/octet-stream", data_base64=base64.b64encode(BYTES).decode()),
        "binary: bytes that are text": binary(number, b"abc", "application/octet-stream", data="abc"),
        "binary: bytes of no kind": binary(number, BYTES, None, data_base64=base64.b64encode(BYTES).decode()),
        "binary: no data": binary(number, None, None),
        "binary: no data of a kind": binary(number, None),
        "binary: no key": binary(number, b"1", key=None, event_key=None, data=1),
        "binary: a key of bytes": binary(number, b"1", key=BYTES, event_key=base64.b64encode(BYTES).decode(), data=1),
        "binary: by path": binary("POST %s/7" % path, b"1", parameters={"id": "7"}, data=1),
        "binary: by path, encoded": binary("POST /%s/a%%20b" % path, b"1", parameters={"id": "a b"}, data=1),
        "binary: to be asked after": binary(number, b"1", extensions={"track": "true"}, data=1),
        "structured: JSON": structured(number, {"data": {"order": [1, {"a": None}]}}, data={"order": [1, {"a": None}]}),
        "structured: JSON, said": structured(number, {"datacontenttype": JSON, "data": {"a": 1}}, data={"a": 1}),
        "structured: JSON text": structured(number, {"datacontenttype": JSON, "data": "text"}, data="text"),
        "structured: of no kind, a text": structured(number, {"data": "text"}, data="text"),
        "structured: null": structured(number, {"data": None}),
        "structured: all attributes": structured(
            number, {"time": "2026-01-02T03:04:05Z", "dataschema": "urn:schema:order", "data": 0}, data=0),
        "structured: with a charset": structured(number, {"data": "ü"}, STRUCTURED + "; charset=UTF-8", data="ü"),
        "structured: in capitals": structured(number, {"data": 1}, "Application/CloudEvents+JSON", data=1),
        "structured: extensions of all kinds": structured(
            number, {"data": 1}, extensions={"text": "t", "number": 30, "negative": -1, "yes": True, "no": False, "none": None},
            told={"text": "t", "number": "30", "negative": "-1", "yes": "true", "no": "false"}, data=1),
        "structured: text": structured(number, {"datacontenttype": "text/plain", "data": "Grüße"}, data="Grüße"),
        "structured: XML": structured(number, {"datacontenttype": "text/xml", "data": "<a/>"}, data="<a/>"),
        "structured: Base64": structured(
            number, {"datacontenttype": "application/octet-stream", "data_base64": base64.b64encode(BYTES).decode()},
            data_base64=base64.b64encode(BYTES).decode()),
        "structured: Base64 of text": structured(
            number, {"datacontenttype": "text/plain", "data_base64": base64.b64encode("ü".encode()).decode()}, data="ü"),
        "structured: Base64 of JSON": structured(
            number, {"datacontenttype": JSON, "data_base64": base64.b64encode(b'{"a": 1}').decode()}, data={"a": 1}),
        "structured: no data": structured(number, {}),
        "structured: by path, to be asked after": structured(
            "POST %s/7" % path, {}, extensions={"track": True}, told={"track": "true"}, parameters={"id": "7"}),
    }


def without(name, subject):
    """An event in binary mode that lacks an attribute."""
    return {key: text for key, text in required(subject).items() if key != name}


def refused(attributes, value=b"1", content_type=JSON):
    headers = [("ce_" + name, text) for name, text in attributes.items()]
    return headers + ([("content-type", content_type)] if content_type else []), value


def refused_value(value, content_type=STRUCTURED):
    return [("content-type", content_type)], value if isinstance(value, bytes) else json.dumps(value).encode()


def invalid(number):
    """By name: headers and value of records that are no events, or none that can be a call; and a word of the reason."""
    number = str(number)
    good = required(number)
    cases = {
        "nothing at all": (([], None), ""),
        "no attributes": (([("content-type", JSON)], b'{"a": 1}'), ""),
        "specversion of old": (refused({**good, "specversion": "0.3"}), "specversion"),
        "specversion to come": (refused({**good, "specversion": "2.0"}), "specversion"),
        "time that is none": (refused({**good, "time": "yesterday"}), "time"),
        "time without a zone": (refused({**good, "time": "2026-01-02T03:04:05"}), "time"),
        "time that cannot be": (refused({**good, "time": "2026-13-02T03:04:05Z"}), "time"),
        "source that is no reference": (refused({**good, "source": "a b"}), "source"),
        "dataschema that is no URI": (refused({**good, "dataschema": "no scheme"}), "dataschema"),
        "content-type that is none": (refused(good, content_type="json"), "datacontenttype"),
        "name in capitals": (refused({**good, "traceParent": "x"}), "traceParent"),
        "name with a dash": (refused({**good, "trace-parent": "x"}), "trace-parent"),
        "name with an underscore": (refused({**good, "trace_parent": "x"}), "trace_parent"),
        "attribute that is not UTF-8": (refused({**good, "type": b"\xff"}), "ce_type"),
        "data that is no JSON": (refused(good, b'{"a": '), "JSON"),
        "data that is two JSON": (refused(good, b"{} {}"), "JSON"),
        "data that is JSON in UTF-16": (refused(good, '{"a": 1}'.encode("utf-16")), "JSON"),
        "subject that names nobody": (refused({**good, "subject": "somebody"}), "subject"),
        "subject of zero": (refused({**good, "subject": "0"}), "subject"),
        "subject below zero": (refused({**good, "subject": "-7"}), "subject"),
        "subject with an unknown method": (refused({**good, "subject": "BREW tea"}), "subject"),
        "subject with dots": (refused({**good, "subject": "GET a/../b"}), "subject"),
        "structured: no JSON": (refused_value(b"{"), "JSON"),
        "structured: nothing": (([("content-type", STRUCTURED)], None), "JSON"),
        "structured: an array": (refused_value([good]), "object"),
        "structured: twice the same member": (refused_value(json.dumps(good)[:-1].encode() + b', "id": "A-2"}'), "twice"),
        "structured: a batch": (refused_value([good], "application/cloudevents-batch+json"), "cloudevents-batch+json"),
        "structured: another format": (refused_value(good, "application/cloudevents+avro"), "cloudevents+avro"),
        "structured: both kinds of data": (refused_value({**good, "data": 1, "data_base64": "MQ=="}), "data_base64"),
        "structured: no Base64": (refused_value({**good, "data_base64": "?"}), "data_base64"),
        "structured: Base64 of a number": (refused_value({**good, "data_base64": 1}), "data_base64"),
        "structured: an attribute that is an object": (refused_value({**good, "extension": {"a": 1}}), "extension"),
        "structured: name with an underscore": (refused_value({**good, "trace_parent": "x"}), "trace_parent"),
        "structured: specversion of a number": (refused_value({**good, "specversion": 1}), "specversion"),
        "request that none made": (refused({**good, "type": "http-request"}), ""),
    }
    for name in good:
        cases["without " + name] = (refused(without(name, number)), name)
        cases["with empty " + name] = (refused({**good, name: ""}), name)
        cases["structured: without " + name] = (refused_value(without(name, number)), name)
        cases["structured: null " + name] = (refused_value({**good, name: None}), name)
    return cases
