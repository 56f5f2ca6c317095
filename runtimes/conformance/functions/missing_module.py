import surely_not_there.inner


def handler(event):
    return surely_not_there
