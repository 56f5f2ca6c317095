"""Handlers need not be plain functions."""


class Application:
    def __call__(self, event, context):
        return {"path": event["path"], "request_id": context.aws_request_id}


handler = Application()
