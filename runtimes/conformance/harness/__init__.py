"""What the cases are written with.

runtime   the languages, and what is needed to run one
instance  a shim that runs: its processes, its lines, its answers
client    HTTP as a gateway speaks it, and as nobody should
suite     cases and what they expect
runner    runs them, several instances at a time
"""
