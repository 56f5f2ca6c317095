package io.callbacks.registry.invocation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.callbacks.embedded.BrokerSettings;
import io.callbacks.embedded.EmbeddedBroker;
import io.callbacks.registry.testing.Answer;
import io.callbacks.registry.testing.Caller;
import io.callbacks.registry.testing.Events;
import io.callbacks.registry.testing.Registry;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a call by event is like while Kafka is not there. */
class KafkaAwayIT {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final byte[] NOTHING = {};

    @TempDir private Path directory;

    @Test
    void canBeAskedAfterAgainWhenKafkaIsBack() {
        var settings = BrokerSettings.onFreePorts(directory);
        var broker = EmbeddedBroker.start(settings);
        try (var registry = Registry.on(broker.address());
                var events = new Events(broker.address())) {
            var caller = new Caller(registry::uri);
            var call = "/invocations/" + events.httpCall(NOTHING);
            assertThat(caller.get(call).text("/state")).isEqualTo("queued");
            broker.close();
            assertUnavailable(caller.get(call));
            assertUnavailable(caller.get("/invocations/0-999999"));
            assertUnavailable(caller.delete(call));
            assertUnavailable(caller.post(call + "/replay", "{}"));
            broker = EmbeddedBroker.start(settings);
            await().atMost(SOON).until(() -> caller.get(call).status() == 200);
            await().atMost(SOON).until(() -> caller.post(call + "/replay", "{}").status() == 202);
        } finally {
            broker.close();
        }
    }

    private static void assertUnavailable(Answer answer) {
        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.problem()).isEqualTo("events-unavailable");
        assertThat(answer.header("Retry-After")).isEqualTo("2");
    }
}
