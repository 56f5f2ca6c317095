"""Runs a callback's handler behind HTTP; standard library only.

front       owns the sockets, never runs user code
connection  a client's connection, and a request on its way (http1: its bytes)
pool        all workers: generations take turns, requests wait and are given out
generation  one env, the zygote that imports the handler with it, its workers
handle      a worker as the front sees it (frames: what they say to each other)
zygote      imports the handler once (loader) and forks workers
worker      runs the handler (event: what it gets, result: what it gave)
"""
