package io.callbacks.builder;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.callbacks.blob.DirectoryBlobStore;
import io.callbacks.embedded.EmbeddedStore;
import io.callbacks.event.BuildEvent;
import io.callbacks.event.BuildEvent.BuildKey;
import io.callbacks.event.BuildEvent.BuildSucceeded;
import io.callbacks.event.CallbackChange;
import io.callbacks.event.CallbackChanged;
import io.callbacks.event.CallbackSnapshot;
import io.callbacks.event.Desired;
import io.callbacks.event.EventCodec;
import io.callbacks.event.Limits;
import io.callbacks.event.Retry;
import io.callbacks.event.Scale;
import io.callbacks.event.Source;
import io.callbacks.event.Topics;
import io.callbacks.service.outbox.TransactionalProducers;
import io.callbacks.testing.JavaProcess;
import io.callbacks.testing.kafka.Group;
import io.callbacks.testing.kafka.KafkaNode;
import io.callbacks.testing.kafka.OnKafka;
import io.callbacks.testing.kafka.Topic;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.context.ConfigurableApplicationContext;

/** Two copies of the builder, on a broker that is a process of its own. */
@TestInstance(Lifecycle.PER_CLASS)
@ExtendWith(OnKafka.class)
class BuilderIT {
    private static final Duration SOON = Duration.ofMinutes(3);

    private KafkaNode kafka;
    private Path data;
    private EmbeddedStore store;
    private ConfigurableApplicationContext builder;
    private Producer<String, byte[]> producer;

    @BeforeAll
    void start(KafkaNode node, @TempDir Path directory) {
        kafka = node;
        data = directory.resolve("data");
        store = EmbeddedStore.start(directory.resolve("store"));
        builder = BuilderApplication.application().run(arguments("staying"));
        producer =
                new KafkaProducer<>(
                        Map.of("bootstrap.servers", kafka.address(), "linger.ms", 0),
                        new StringSerializer(),
                        new ByteArraySerializer());
    }

    @AfterAll
    void stop() {
        producer.close();
        builder.close();
        store.close();
    }

    @Test
    void buildsEachRevisionOnceThoughACopyAndTheBrokerDie() {
        var group = new Group(kafka.address(), "builder");
        try (var dying = JavaProcess.start(BuilderApplication.class, arguments("dying"))) {
            until(() -> group.isStableWith(2));
            tell(1, 50);
            until(() -> built().size() > 10);
            dying.kill();
        }
        tell(51, 100);
        kafka.kill();
        kafka.startAgain();
        tell(101, 150);
        until(() -> built().size() >= 150);
        assertThat(built())
                .map(BuildKey::uid)
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.rangeClosed(1, 150).mapToObj(BuilderIT::uid).toList());
    }

    private String[] arguments(String replica) {
        return new String[] {
            "--server.port=0",
            "--callbacks.replica=" + replica,
            "--callbacks.kafka=" + kafka.address(),
            "--callbacks.mongo=" + store.uri(),
            "--callbacks.data=" + data,
            "--spring.kafka.consumer.properties.session.timeout.ms=6000"
        };
    }

    private void tell(int from, int to) {
        var code =
                new DirectoryBlobStore(data.resolve("blobs"))
                        .put("def handler(event): pass".getBytes(UTF_8));
        for (var id = from; id <= to; id++) {
            var event = new CallbackChanged(CallbackChange.CALLBACK_CREATED, snapshot(id, code));
            producer.send(TransactionalProducers.record(EventCodec.encode(event, Instant.EPOCH)));
        }
    }

    private static CallbackSnapshot snapshot(long id, String code) {
        var source = new Source(1, "python", code, null);
        return new CallbackSnapshot(
                id,
                uid(id),
                1,
                "test/" + id,
                "GET",
                source.type(),
                source.revision(),
                code,
                null,
                Limits.DEFAULT,
                Scale.ONE,
                Retry.DEFAULT,
                List.of(),
                1,
                Map.of(),
                "key",
                false,
                new Desired(1, false, "process", 1, 1, source));
    }

    private static String uid(long id) {
        return "callback-" + id;
    }

    /** What was built; told twice, it is here once, but not if it was built twice. */
    private Set<BuildKey> built() {
        return new Topic(kafka.address(), Topics.BUILD)
                .records().stream()
                        .map(BuilderIT::event)
                        .filter(BuildSucceeded.class::isInstance)
                        .map(BuildEvent::build)
                        .collect(Collectors.toSet());
    }

    private static BuildEvent event(ConsumerRecord<String, byte[]> record) {
        var type = new String(record.headers().lastHeader("ce_type").value(), UTF_8);
        return (BuildEvent) EventCodec.decode(type, record.value());
    }

    private static void until(Callable<Boolean> condition) {
        await().atMost(SOON).until(condition);
    }
}
