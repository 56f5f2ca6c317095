"""Runs the suite on a target of a running platform, or compares what came of it on several.

    python3 e2e/behaviour run [--port 8000] [--target process] >process.json
    python3 e2e/behaviour compare process.json docker.json...
"""
import argparse
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from behaviour import report
from harness import Platform


class Running(Platform):
    """A platform somebody else has started."""

    def __init__(self, port):
        self.port = port


def run(options):
    outcomes = report.run(Running(options.port), options.target)
    json.dump(report.seen(outcomes), sys.stdout, indent=1, ensure_ascii=False)
    for outcome in outcomes.values():
        for wrong in outcome.wrong:
            print("%s: %s" % (outcome.title, wrong), file=sys.stderr)
    return any(outcome.wrong for outcome in outcomes.values())


def compare(options):
    seen = {pathlib.Path(file).stem: json.loads(pathlib.Path(file).read_text("utf-8")) for file in options.files}
    print(report.summary(seen))
    return bool(report.difference(seen))


def main():
    parser = argparse.ArgumentParser(prog="behaviour")
    commands = parser.add_subparsers(dest="command", required=True)
    running = commands.add_parser("run")
    running.add_argument("--port", type=int, default=8000)
    running.add_argument("--target", default="process")
    running.set_defaults(action=run)
    comparing = commands.add_parser("compare")
    comparing.add_argument("files", nargs="+")
    comparing.set_defaults(action=compare)
    options = parser.parse_args()
    return 1 if options.action(options) else 0


if __name__ == "__main__":
    sys.exit(main())
