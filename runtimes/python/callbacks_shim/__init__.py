"""Runs a callback's handler behind HTTP; standard library only.

front     owns the sockets, never runs user code
pool      generations of workers: starting, choosing, ending them
zygote    imports the handler once and forks workers
worker    runs the handler
"""
