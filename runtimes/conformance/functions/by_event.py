"""Answers an event in the way its data says."""


def raises(event):
    raise ValueError("a secret of the function")


RESULTS = {
    "nothing": lambda event: None,
    "itself": lambda event: event,
    "number": lambda event: 42,
    "created": lambda event: {"statusCode": 201, "headers": {"X-Mine": event["attributes"]["id"]}, "body": "made"},
    "no-content": lambda event: {"statusCode": 204},
    "server-error": lambda event: {"statusCode": 503, "body": "later"},
    "base64": lambda event: {"statusCode": 200, "body": "AP8Q", "isBase64Encoded": True},
    "stream": lambda event: {"statusCode": 200, "body": iter(["first ", "second"])},
    "bad-status": lambda event: {"statusCode": 99},
    "raises": raises,
}


def handler(event, context):
    print("called", context.aws_request_id)
    return RESULTS[event["data"]](event)
