"""Kafka's console tools for the shell example: those of a distribution, or the same made of its jars by Maven."""
import functools
import os
import pathlib
import shutil
import subprocess

from harness import ROOT

HERE = pathlib.Path(__file__).resolve().parent
DIRECTORY = ROOT / "target" / "e2e-kafka-tools"
MAVEN = os.environ.get("MAVEN", "mvn")
TOOLS = {
    "kafka-console-producer.sh": "org.apache.kafka.tools.ConsoleProducer",
    "kafka-console-consumer.sh": "org.apache.kafka.tools.consumer.ConsoleConsumer",
    "kafka-consumer-groups.sh": "org.apache.kafka.tools.consumer.group.ConsumerGroupCommand",
}
SCRIPT = """#!/bin/sh
exec "%s" -Xmx256m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -cp '%s/*' %s "$@"
"""


@functools.lru_cache(maxsize=None)
def directory(java):
    """Where they are; None where they cannot be had."""
    if shutil.which("kafka-console-producer.sh"):
        return os.path.dirname(shutil.which("kafka-console-producer.sh"))
    if not list(DIRECTORY.glob("libs/kafka-tools-*.jar")) and not fetched():
        return None
    for name, tool in TOOLS.items():
        script = DIRECTORY / name
        script.write_text(SCRIPT % (java, DIRECTORY / "libs", tool))
        script.chmod(0o755)
    return str(DIRECTORY)


def fetched():
    if not shutil.which(MAVEN):
        return False
    return subprocess.run(
        [MAVEN, "-B", "-q", "-f", str(HERE / "kafka-tools" / "pom.xml"), "dependency:copy-dependencies",
         "-DincludeScope=runtime", "-DoutputDirectory=" + str(DIRECTORY / "libs")],
        stdin=subprocess.DEVNULL, timeout=600).returncode == 0
