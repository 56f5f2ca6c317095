"""Answers with what it was given, and what it sees of the world."""
import os
import sys

AT_IMPORT = dict(os.environ)


def handler(event, context):
    return {
        "event": event,
        "context": {
            "request_id": context.aws_request_id,
            "remaining": context.get_remaining_time_in_millis(),
            "function_name": context.function_name,
            "function_version": context.function_version,
            "memory_mb": context.memory_limit_in_mb,
        },
        "environ": dict(os.environ),
        "at_import": AT_IMPORT,
        "directory": os.getcwd(),
        "standard_input": sys.stdin.read(),
    }
