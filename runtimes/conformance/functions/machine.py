"""What of the machine can be imported."""
import importlib.util
import sys


def handler(event):
    found = [name for name in ("pip", "setuptools", "numpy", "requests") if importlib.util.find_spec(name)]
    return {"found": found, "path": sys.path, "argv": sys.argv}
