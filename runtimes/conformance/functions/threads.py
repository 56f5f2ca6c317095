"""Starts a thread and a socket while it is imported: no process to fork workers from."""
import os
import socket
import threading
import time

PAIR = socket.socketpair()
BEATS = []


def beat():
    while True:
        BEATS.append(1)
        time.sleep(0.01)


threading.Thread(target=beat, daemon=True).start()


def handler(event):
    before = len(BEATS)
    time.sleep(0.1)
    return {"pid": os.getpid(), "beats": len(BEATS) > before}
