package io.callbacks.service.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import io.callbacks.embedded.EmbeddedStore;
import io.callbacks.event.Topics;
import io.callbacks.service.lease.Lease;
import io.callbacks.testing.kafka.KafkaNode;
import io.callbacks.testing.kafka.OnKafka;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.data.mongodb.core.MongoTemplate;

/** What is promised of publishing, on a broker that is a process of its own. */
@TestInstance(Lifecycle.PER_CLASS)
@ExtendWith(OnKafka.class)
class RelayIT {
    private static final Duration SOON = Duration.ofMinutes(2);

    private KafkaNode kafka;
    private EmbeddedStore store;
    private MongoClient client;

    @BeforeAll
    void start(KafkaNode node, @TempDir Path directory) throws Exception {
        kafka = node;
        store = EmbeddedStore.start(directory.resolve("store"));
        client = MongoClients.create(store.uri());
        try (var admin = Admin.create(settings())) {
            admin.createTopics(List.of(new NewTopic(Topics.BUILD, 6, (short) 1))).all().get();
        }
    }

    @AfterAll
    void stop() {
        client.close();
        store.close();
    }

    @Test
    void publishesAllInOrderThoughTheBrokerDiesAndCopiesTakeTurns() {
        var outbox = new NumberedOutbox();
        var first = relay(outbox, "a");
        var second = relay(outbox, "b");
        first.start();
        add(outbox, 1, 100);
        await().atMost(SOON).until(outbox::isEmpty);
        second.start();
        add(outbox, 101, 200);
        kafka.kill();
        add(outbox, 201, 300);
        kafka.startAgain();
        await().atMost(SOON).until(outbox::isEmpty);
        first.stop();
        add(outbox, 301, 400);
        await().atMost(SOON).until(outbox::isEmpty);
        second.stop();
        // what was committed when the broker died, unknown to the relay, is there twice
        assertThat(NumberedOutbox.published(kafka.address()).stream().distinct())
                .containsExactlyElementsOf(IntStream.rangeClosed(1, 400).boxed().toList());
    }

    private static void add(NumberedOutbox outbox, int from, int to) {
        IntStream.rangeClosed(from, to).forEach(outbox::add);
    }

    private Relay<String> relay(NumberedOutbox outbox, String owner) {
        var template = new MongoTemplate(client, "test");
        var lease = new Lease(template, "turns", owner, Duration.ofSeconds(5));
        return new Relay<>("turns", outbox, lease, settings());
    }

    private Map<String, Object> settings() {
        return Map.of("bootstrap.servers", kafka.address());
    }
}
