import os


def prepare():
    print("preparing")
    for _ in range(int(os.environ.get("LINES", 0))):
        print("noise" * 200)
    raise ValueError("cannot prepare with %s" % os.environ.get("SECRET"))


prepare()
