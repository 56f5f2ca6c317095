"""Serves several requests at once, and speaks in each of them."""
import asyncio
import os
import time

print("said at import")


async def handler(event, context):
    query = event["queryStringParameters"] or {}
    for number in range(int(query.get("lines", 0))):
        print("line %d of %s" % (number, query["mark"]))
        await asyncio.sleep(0.002)
    if "block" in query:
        print("began " + query["mark"])
        time.sleep(60)
    if "mark" in query and "ms" in query:
        print("began " + query["mark"])
    await asyncio.sleep(int(query.get("ms", 0)) / 1000)
    if "raise" in query:
        raise ValueError("of " + query["mark"])
    return {"pid": os.getpid(), "remaining": context.get_remaining_time_in_millis()}
