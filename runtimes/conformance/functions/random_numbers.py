"""Draws a number; workers that share a state would draw the same."""
import os
import random
import time


def handler(event):
    time.sleep(0.2)
    return {"pid": os.getpid(), "number": random.random()}
