"""A Kafka broker that is not the platform's and asks who comes; made of the jars of the platform's own."""
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile

from harness import LOOPBACK, alive, command_line, eventually, free_port

MECHANISM = "SCRAM-SHA-512"
OPTIONS = ["-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]
PROPERTIES = """
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@{host}:{controller}
controller.listener.names=CONTROLLER
listeners=INSIDE://{host}:{inside},OUTSIDE://{host}:{outside},CONTROLLER://{host}:{controller}
listener.security.protocol.map=INSIDE:PLAINTEXT,OUTSIDE:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT
inter.broker.listener.name=INSIDE
sasl.enabled.mechanisms={mechanism}
listener.name.outside.{scram}.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;
log.dirs={data}
auto.create.topics.enable=false
offsets.topic.replication.factor=1
offsets.topic.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
"""


class SecondBroker:
    """``inside`` takes anybody, ``outside`` only those with a name and a password."""

    def __init__(self, platform):
        java = command_line(platform.jvm)
        self.java = [java[0], *OPTIONS, "-cp", str(pathlib.Path(java[java.index("-cp") + 1]).parent / "lib" / "*")]
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="callbacks-e2e-broker-"))
        inside, outside, controller = free_port(), free_port(), free_port()
        self.inside, self.outside = "%s:%d" % (LOOPBACK, inside), "%s:%d" % (LOOPBACK, outside)
        self.properties = self.directory / "server.properties"
        self.properties.write_text(PROPERTIES.format(
            host=LOOPBACK, inside=inside, outside=outside, controller=controller, data=self.directory / "data",
            mechanism=MECHANISM, scram=MECHANISM.lower()))
        self.process = None

    def start(self, name, password):
        subprocess.run([*self.java, "kafka.tools.StorageTool", "format", "--cluster-id", "5L6g3nShT-eMCtK--X86sw",
                        "--config", str(self.properties),
                        "--add-scram", "%s=[name=%s,password=%s]" % (MECHANISM, name, password)],
                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=True, timeout=120)
        with open(self.directory / "log", "w") as log:
            self.process = subprocess.Popen([*self.java, "kafka.Kafka", str(self.properties)],
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT)
        eventually(self.started, 120, "the second broker runs")
        return self

    def started(self):
        log = (self.directory / "log").read_text(errors="replace")
        assert alive(self.process.pid), "the second broker ended: " + log[-3000:]
        return "from STARTING to STARTED" in log or "Kafka Server started" in log

    def remove(self):
        if self.process and self.process.poll() is None:
            os.kill(self.process.pid, signal.SIGKILL)
            self.process.wait(30)
        shutil.rmtree(self.directory, ignore_errors=True)
