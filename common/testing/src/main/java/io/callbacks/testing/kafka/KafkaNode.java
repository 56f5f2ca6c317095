package io.callbacks.testing.kafka;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.utils.AppInfoParser;
import org.testcontainers.kafka.KafkaContainer;
import org.testcontainers.utility.DockerImageName;

/**
 * A broker in a container. It can be killed and started again with what it had, where it was. Its
 * image is named by the environment variable {@code CALLBACKS_TEST_KAFKA_IMAGE}; otherwise it is
 * Apache's, of the version of the clients.
 */
public final class KafkaNode implements AutoCloseable {
    /** Why there can be no broker. */
    static final Optional<String> HINDRANCE = Engine.hindranceTo(image());

    private static final String APACHE = "apache/kafka";
    private static final int PORT = 9092;

    private final KafkaContainer container;

    private KafkaNode(KafkaContainer container) {
        this.container = container;
    }

    static KafkaNode start() {
        var container =
                new KafkaContainer(image())
                        // after a kill it waits so long for its former life to be declared dead
                        .withEnv("KAFKA_BROKER_SESSION_TIMEOUT_MS", "2000")
                        .withEnv("KAFKA_BROKER_HEARTBEAT_INTERVAL_MS", "250");
        container.setPortBindings(List.of("%d:%d".formatted(freePort(), PORT)));
        container.start();
        return new KafkaNode(container);
    }

    /** Where clients connect: host and port. */
    public String address() {
        return container.getBootstrapServers();
    }

    /** Kills it; whoever waits for an answer gets none. */
    public void kill() {
        container.getDockerClient().killContainerCmd(container.getContainerId()).exec();
    }

    /** Starts it again after a {@link #kill()}; it takes requests a little later. */
    public void startAgain() {
        container.getDockerClient().startContainerCmd(container.getContainerId()).exec();
    }

    @Override
    public void close() {
        container.close();
    }

    private static DockerImageName image() {
        var named = System.getenv("CALLBACKS_TEST_KAFKA_IMAGE");
        var image = named != null ? named : APACHE + ":" + AppInfoParser.getVersion();
        return DockerImageName.parse(image).asCompatibleSubstituteFor(APACHE);
    }

    private static int freePort() {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot find a free port", e);
        }
    }
}
