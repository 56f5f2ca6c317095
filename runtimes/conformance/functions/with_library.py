import of_library


def handler(event):
    return of_library.value
