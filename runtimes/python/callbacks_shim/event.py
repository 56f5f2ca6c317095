"""The event and the context a handler gets: the API Gateway proxy event, payload 1.0, or one the gateway made."""
import base64
import json
import time
from urllib.parse import parse_qsl

from .http1 import HOP_BY_HOP

PREFIX = "/api"


class BadEvent(Exception):
    """What the gateway sent as an event cannot be read; says why."""


class Job:
    """A request on its way to a worker, as plain values that marshal carries."""

    FIELDS = ("method", "target", "headers", "body", "request_id", "resource", "parameters", "source_ip", "deadline",
              "by_event")
    __slots__ = FIELDS

    def __init__(self, *values):
        for name, value in zip(self.FIELDS, values):
            setattr(self, name, value)

    def values(self):
        return tuple(getattr(self, name) for name in self.FIELDS)


def job_of(request, request_id, peer, deadline):
    """What a worker has to know of a request; the gateway's own headers and those of the hop are taken off."""
    told, kept = {}, []
    for name, value in request.headers:
        known = name.lower()
        if known.startswith("x-callbacks-"):
            told[known] = value
        elif known not in HOP_BY_HOP:
            kept.append((name, value))
    if not any(name.lower() == "x-request-id" for name, _ in kept):
        kept.append(("X-Request-Id", request_id))
    return Job(
        request.method,
        request.target,
        kept,
        request.body,
        request_id,
        told.get("x-callbacks-resource", "/{proxy+}"),
        told.get("x-callbacks-path-parameters", ""),
        told.get("x-callbacks-source-ip", peer),
        deadline,
        "x-callbacks-event" in told,
    )


def multi(pairs):
    """(last values, all values) by name; (None, None) if there are none."""
    last, all_values = {}, {}
    for name, value in pairs:
        last[name] = value
        all_values.setdefault(name, []).append(value)
    return (last, all_values) if last else (None, None)


def parameters_of(text):
    try:
        value = json.loads(text) if text else None
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) and value else None


def body_of(body):
    """(body, isBase64Encoded)"""
    if not body:
        return None, False
    try:
        return body.decode("utf-8"), False
    except UnicodeDecodeError:
        return base64.b64encode(body).decode(), True


def whole_event(body):
    try:
        return json.loads(body.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise BadEvent(str(error)) from None


def event_of(job, callback_id):
    if job.by_event:
        return whole_event(job.body)
    whole, _, query = job.target.partition("?")
    path = whole[len(PREFIX) :] if whole == PREFIX or whole.startswith(PREFIX + "/") else whole
    headers, all_headers = multi(job.headers)
    queries, all_queries = multi(parse_qsl(query, keep_blank_values=True))
    body, is_base64 = body_of(job.body)
    now = time.time()
    agent = next((value for name, value in job.headers if name.lower() == "user-agent"), None)
    return {
        "resource": job.resource,
        "path": path or "/",
        "httpMethod": job.method,
        "headers": headers,
        "multiValueHeaders": all_headers,
        "queryStringParameters": queries,
        "multiValueQueryStringParameters": all_queries,
        "pathParameters": parameters_of(job.parameters),
        "stageVariables": None,
        "requestContext": {
            "accountId": "callbacks",
            "apiId": callback_id,
            "resourceId": callback_id,
            "resourcePath": job.resource,
            "requestId": job.request_id,
            "httpMethod": job.method,
            "path": whole,
            "stage": "api",
            "protocol": "HTTP/1.1",
            "requestTime": time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime(now)),
            "requestTimeEpoch": int(now * 1000),
            "identity": {"sourceIp": job.source_ip, "userAgent": agent},
        },
        "body": body,
        "isBase64Encoded": is_base64,
    }


class Context:
    """What AWS calls the context, as far as it has a meaning here."""

    def __init__(self, request_id, deadline, environ):
        self.aws_request_id = request_id
        self.function_name = environ.get("CALLBACKS_FUNCTION_NAME", "")
        self.function_version = environ.get("CALLBACKS_REVISION", "")
        self.memory_limit_in_mb = environ.get("CALLBACKS_MEMORY_MB", "256")
        self.invoked_function_arn = "callbacks:" + environ.get("CALLBACKS_CALLBACK_ID", "")
        self.log_group_name = self.function_name
        self.log_stream_name = request_id
        self.identity = None
        self.client_context = None
        self._deadline = deadline

    def get_remaining_time_in_millis(self):
        return max(0, int((self._deadline - time.monotonic()) * 1000))
