"""Takes as many milliseconds as asked; tells which worker it was. May be told by env not to load."""
import os
import time

VALUE = os.environ.get("VALUE")
if os.environ.get("BROKEN") == "raise":
    raise RuntimeError("broken by its env: " + os.environ.get("DETAIL", ""))
if os.environ.get("BROKEN") == "missing":
    import surely_not_there
if os.environ.get("BROKEN") == "exit":
    os._exit(9)
if os.environ.get("BROKEN") == "hang":
    time.sleep(600)
time.sleep(float(os.environ.get("IMPORT_SECONDS", 0)))


def handler(event):
    query = event["queryStringParameters"] or {}
    if "mark" in query:
        print("began " + query["mark"])
    time.sleep(int(query.get("ms", 0)) / 1000)
    return {"pid": os.getpid(), "value": VALUE, "env_version": int(os.environ["CALLBACKS_ENV_VERSION"])}
