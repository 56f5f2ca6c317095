"""Requests that meet on one event loop, by files; each says when it came and when it left."""
import asyncio
import os
import tempfile


async def handler(event, context):
    query, name = event["queryStringParameters"], context.aws_request_id
    prefix = query["mark"] + "."
    print("came " + name)
    open(os.path.join(tempfile.gettempdir(), prefix + name), "w").close()
    while sum(each.startswith(prefix) for each in os.listdir(tempfile.gettempdir())) < int(query["count"]):
        await asyncio.sleep(0.01)
    print("left " + name)
    return "met"
