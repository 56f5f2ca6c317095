package io.callbacks.invoker.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.callbacks.embedded.BrokerSettings;
import io.callbacks.embedded.EmbeddedBroker;
import io.callbacks.invoker.testing.Publisher;
import io.callbacks.invoker.testing.Snapshots;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One life of an invoker beside a broker that comes, goes and comes back. */
class KafkaRoutesTests {
    private static final URI URL = URI.create("http://127.0.0.1:4000");
    private static final Duration PATIENT = Duration.ofSeconds(30);

    @TempDir Path directory;

    @Test
    void followsWhatIsPublished() throws Exception {
        var settings = BrokerSettings.onFreePorts(directory);
        var routes = new KafkaRoutes("127.0.0.1:" + settings.port());
        routes.start();
        var told = new AtomicReference<RouteTable>();
        routes.onChange(told::set);
        assertThat(routes.current()).isEmpty();
        try (var broker = EmbeddedBroker.start(settings)) {
            isCompleteOnceItHasReadAll(routes, broker.address());
            assertThat(told.get()).isSameAs(routes.current().orElseThrow());
        }
        assertThat(target(routes, 1)).isPresent();
        try (var broker = EmbeddedBroker.start(settings);
                var publisher = new Publisher(broker.address())) {
            publisher.publish(Snapshots.deleted(1, 9, "x"));
            await().atMost(PATIENT).until(() -> target(routes, 1).isEmpty());
            routes.stop();
            assertThat(routes.isRunning()).isFalse();
        }
    }

    private static void isCompleteOnceItHasReadAll(KafkaRoutes routes, String servers)
            throws Exception {
        try (var publisher = new Publisher(servers)) {
            publisher.createTopics();
            for (long id = 1; id <= 20; id++) {
                publisher.publish(Snapshots.callback(id, 1, "x" + id, true));
            }
            await().atMost(PATIENT).until(() -> target(routes, 20).isPresent());
            publisher.publish(1, Snapshots.route(1, 5, URL));
            await().atMost(PATIENT)
                    .until(() -> target(routes, 1).orElseThrow().route().isPresent());
            publisher.abort(Snapshots.callback(1, 5, "never", true));
            publisher.tombstone(1);
            await().atMost(PATIENT).until(() -> target(routes, 1).orElseThrow().route().isEmpty());
            publisher.abort(Snapshots.callback(1, 5, "never", true));
            startsWithAll(servers);
        }
    }

    /** Also where the end of a partition is no record but an aborted transaction. */
    private static void startsWithAll(String servers) {
        var routes = new KafkaRoutes(servers);
        var tables = new LinkedBlockingQueue<RouteTable>();
        routes.onChange(tables::add);
        routes.start();
        try {
            await().atMost(PATIENT).until(() -> !tables.isEmpty());
            var first = tables.remove();
            for (long id = 1; id <= 20; id++) {
                assertThat(first.target(id)).isPresent();
            }
            assertThat(first.target(1).orElseThrow().template().text()).isEqualTo("x1");
        } finally {
            routes.stop();
        }
    }

    private static Optional<Target> target(KafkaRoutes routes, long id) {
        return routes.current().flatMap(table -> table.target(id));
    }
}
