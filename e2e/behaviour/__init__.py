"""What a callback may rely on wherever it runs: one suite, run against one target after the other.

``cases/`` holds calls and the answers they must get, as data. ``scenarios/`` holds the cases that need more
than calls. ``functions/`` holds what is called, once in each language. A case gives what it saw with all
that differs from run to run taken out of it, so that two targets can be compared.
"""
