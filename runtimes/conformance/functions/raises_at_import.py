import os


def prepare():
    print("preparing")
    raise ValueError("cannot prepare with %s" % os.environ.get("SECRET"))


prepare()
