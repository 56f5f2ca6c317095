package io.callbacks.embedded;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.MetadataVersion;

/**
 * A real Kafka broker (KRaft, a single node) in this JVM. Topics, records and offsets are kept in
 * its directory and are there again after a restart, also after a kill; when the machine dies,
 * those of the last second may be gone, unless their topic has {@code flush.messages} 1.
 */
public final class EmbeddedBroker implements AutoCloseable {
    private static final int NODE_ID = 1;
    private static final String FLUSH_MILLIS = "1000";
    private static final String CONTROLLER = "CONTROLLER";

    private final KafkaRaftServer server;
    private final int port;

    private EmbeddedBroker(KafkaRaftServer server, int port) {
        this.server = server;
        this.port = port;
    }

    /** Starts a broker on free ports; for tests. */
    public static EmbeddedBroker start(Path directory) {
        return start(BrokerSettings.onFreePorts(directory));
    }

    /**
     * Starts a broker and returns when it takes requests.
     *
     * @throws IllegalStateException if it cannot be started, for instance because a port is taken
     */
    public static EmbeddedBroker start(BrokerSettings settings) {
        format(settings.directory());
        var server = new KafkaRaftServer(new KafkaConfig(config(settings), false), Time.SYSTEM);
        try {
            server.startup();
        } catch (RuntimeException e) {
            server.shutdown();
            throw new IllegalStateException("cannot start the broker: " + e.getMessage(), e);
        }
        return new EmbeddedBroker(server, settings.port());
    }

    /** Where clients connect: host and port. */
    public String address() {
        return "127.0.0.1:" + port;
    }

    @Override
    public String toString() {
        return address();
    }

    /** Stops it and waits until it has stopped. */
    @Override
    public void close() {
        server.shutdown();
        server.awaitShutdown();
    }

    private static void format(Path directory) {
        if (Files.exists(directory.resolve("meta.properties"))) {
            return;
        }
        try {
            Files.createDirectories(directory);
            new Formatter()
                    .setPrintStream(new PrintStream(OutputStream.nullOutputStream()))
                    .setClusterId(Uuid.randomUuid().toString())
                    .setNodeId(NODE_ID)
                    .setControllerListenerName(CONTROLLER)
                    .setMetadataLogDirectory(directory.toString())
                    .addDirectory(directory.toString())
                    .setReleaseVersion(MetadataVersion.latestProduction())
                    .setIgnoreFormatted(true)
                    .run();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write to " + directory, e);
        } catch (Exception e) { // what Formatter.run declares
            throw new IllegalStateException("cannot format " + directory, e);
        }
    }

    private static Map<String, String> config(BrokerSettings settings) {
        return Map.ofEntries(
                Map.entry("process.roles", "broker,controller"),
                Map.entry("node.id", String.valueOf(NODE_ID)),
                Map.entry("log.dirs", settings.directory().toString()),
                Map.entry("controller.listener.names", CONTROLLER),
                Map.entry(
                        "controller.quorum.voters",
                        NODE_ID + "@127.0.0.1:" + settings.controllerPort()),
                Map.entry(
                        "listeners",
                        "PLAINTEXT://127.0.0.1:%d,%s://127.0.0.1:%d"
                                .formatted(settings.port(), CONTROLLER, settings.controllerPort())),
                Map.entry("advertised.listeners", "PLAINTEXT://127.0.0.1:" + settings.port()),
                Map.entry(
                        "listener.security.protocol.map",
                        "PLAINTEXT:PLAINTEXT," + CONTROLLER + ":PLAINTEXT"),
                Map.entry("auto.create.topics.enable", "false"),
                // at the latest; a topic may ask for more, record by record
                Map.entry("log.flush.interval.ms", FLUSH_MILLIS),
                Map.entry("log.flush.scheduler.interval.ms", FLUSH_MILLIS),
                // a node alone has nobody to replicate to, and nobody to wait for
                Map.entry("default.replication.factor", "1"),
                Map.entry("min.insync.replicas", "1"),
                Map.entry("offsets.topic.replication.factor", "1"),
                Map.entry("offsets.topic.num.partitions", "1"),
                Map.entry("transaction.state.log.replication.factor", "1"),
                Map.entry("transaction.state.log.min.isr", "1"),
                Map.entry("transaction.state.log.num.partitions", "1"),
                Map.entry("share.coordinator.state.topic.replication.factor", "1"),
                Map.entry("share.coordinator.state.topic.min.isr", "1"),
                Map.entry("share.coordinator.state.topic.num.partitions", "1"),
                Map.entry("group.initial.rebalance.delay.ms", "0"),
                // a transaction begun right after another waits for its markers in steps of this
                Map.entry("add.partitions.to.txn.retry.backoff.ms", "1"),
                // after a kill it waits so long for its own former life to be declared dead
                Map.entry("broker.session.timeout.ms", "2000"),
                Map.entry("broker.heartbeat.interval.ms", "250"),
                // small: this is one machine's platform, not a cluster's
                Map.entry("num.network.threads", "2"),
                Map.entry("num.io.threads", "2"),
                Map.entry("background.threads", "2"),
                Map.entry("num.recovery.threads.per.data.dir", "1"),
                Map.entry("log.cleaner.dedupe.buffer.size", "2097152"),
                Map.entry("log.index.size.max.bytes", "1048576"));
    }
}
