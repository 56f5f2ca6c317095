"""Tells which version of its library it has got."""
import six


def handler(event):
    return {"statusCode": 200, "headers": {"X-Library": six.__version__}, "body": "0"}
