package io.callbacks.service.event;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.callbacks.embedded.EmbeddedBroker;
import io.callbacks.event.BuildEvent.BuildKey;
import io.callbacks.event.BuildEvent.BuildStarted;
import io.callbacks.event.Event;
import io.callbacks.event.EventCodec;
import io.callbacks.event.Topics;
import io.callbacks.service.outbox.TransactionalProducers;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.health.contributor.Status;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.messaging.Message;

@TestInstance(Lifecycle.PER_CLASS)
class EventConsumptionTests {
    private static final Duration SOON = Duration.ofSeconds(30);

    private EmbeddedBroker broker;
    private ConfigurableApplicationContext context;
    private KafkaProducer<String, byte[]> producer;
    private Received received;

    @BeforeAll
    void startConsumer(@TempDir Path directory) {
        broker = EmbeddedBroker.start(directory);
        context =
                new SpringApplicationBuilder(App.class)
                        .web(WebApplicationType.NONE)
                        .properties(
                                "spring.config.name=callbacks-service",
                                "spring.application.name=test",
                                "spring.cloud.function.definition=testEvents",
                                "spring.cloud.stream.bindings.testEvents-in-0.destination="
                                        + Topics.BUILD,
                                "spring.cloud.stream.bindings.testEvents-in-0.group=test")
                        .run(
                                "--callbacks.kafka=" + broker.address(),
                                "--management.endpoint.health.group.readiness.include=events");
        received = context.getBean(Received.class);
        producer =
                new KafkaProducer<>(
                        // one by one: of several to a topic that has just been made the first may
                        // be
                        // refused, and the next one taken
                        Map.of(
                                "bootstrap.servers",
                                broker.address(),
                                "max.in.flight.requests.per.connection",
                                1),
                        new StringSerializer(),
                        new ByteArraySerializer());
    }

    @AfterAll
    void stop() {
        producer.close();
        context.close();
        broker.close();
    }

    @Test
    void handsEventsOverInOrderOnVirtualThreads() {
        send(event("order", 1));
        send(event("order", 2));
        await().atMost(SOON).until(() -> received.of("order").size() == 2);
        assertThat(received.of("order")).containsExactly(event("order", 1), event("order", 2));
        assertThat(received.onVirtualThreads).isTrue();
    }

    @Test
    void movesWhatCannotBeDecodedAwayAndGoesOn() {
        producer.send(raw("build-started", "garbage"));
        producer.send(raw(null, "{}"));
        producer.send(new ProducerRecord<>(Topics.BUILD, "1", null));
        send(event("behind", 1));
        await().atMost(SOON).until(() -> !received.of("behind").isEmpty());
        assertThat(deadLetters(2))
                .map(record -> header(record, EventConsumption.DEAD_LETTER_REASON))
                .satisfiesExactlyInAnyOrder(
                        reason -> assertThat(reason).startsWith("not a BuildStarted"),
                        reason -> assertThat(reason).isEqualTo("no ce_type header"));
    }

    @Test
    void triesAgainUntilTroubleIsOverAndTellsOfIt() {
        received.trouble.set(true);
        send(event("trouble", 1));
        send(event("trouble", 2));
        await().atMost(Duration.ofMinutes(1)).until(() -> status().equals(Status.DOWN));
        received.trouble.set(false);
        await().atMost(SOON).until(() -> received.of("trouble").size() == 2);
        assertThat(received.of("trouble"))
                .containsExactly(event("trouble", 1), event("trouble", 2));
        await().atMost(SOON).until(() -> status().equals(Status.UP));
    }

    private Status status() {
        return requireNonNull(context.getBean(FailingRecords.class).health()).getStatus();
    }

    private static BuildStarted event(String uid, int attempt) {
        return new BuildStarted(new BuildKey(1, uid, 1, "process", attempt));
    }

    private void send(Event event) {
        producer.send(TransactionalProducers.record(EventCodec.encode(event, Instant.EPOCH)));
    }

    private static ProducerRecord<String, byte[]> raw(@Nullable String type, String value) {
        var record = new ProducerRecord<>(Topics.BUILD, "1", value.getBytes(UTF_8));
        if (type != null) {
            record.headers().add("ce_type", type.getBytes(UTF_8));
        }
        return record;
    }

    private List<ConsumerRecord<String, byte[]>> deadLetters(int count) {
        try (var consumer =
                new KafkaConsumer<>(
                        Map.<String, Object>of(
                                "bootstrap.servers",
                                broker.address(),
                                "auto.offset.reset",
                                "earliest"),
                        new StringDeserializer(),
                        new ByteArrayDeserializer())) {
            consumer.assign(
                    consumer.partitionsFor(Topics.deadLetter(Topics.BUILD)).stream()
                            .map(p -> new TopicPartition(p.topic(), p.partition()))
                            .toList());
            var found = new CopyOnWriteArrayList<ConsumerRecord<String, byte[]>>();
            await().atMost(SOON)
                    .until(
                            () -> {
                                consumer.poll(Duration.ofMillis(100)).forEach(found::add);
                                return found.size() >= count;
                            });
            return found;
        }
    }

    private static String header(ConsumerRecord<?, ?> record, String name) {
        return new String(record.headers().lastHeader(name).value(), UTF_8);
    }

    @SpringBootConfiguration(proxyBeanMethods = false)
    @EnableAutoConfiguration(
            excludeName = {
                "org.springframework.boot.mongodb.autoconfigure.MongoAutoConfiguration",
                "org.springframework.boot.data.mongodb.autoconfigure.DataMongoAutoConfiguration"
            })
    @Import(EventConsumption.class)
    static class App {
        @Bean
        Received received() {
            return new Received();
        }

        @Bean
        Consumer<Message<byte[]>> testEvents(Received received) {
            return EventMessages.consumer(received);
        }
    }

    static final class Received implements Consumer<Event> {
        private final List<BuildStarted> events = new CopyOnWriteArrayList<>();
        private final AtomicBoolean trouble = new AtomicBoolean();
        private volatile boolean onVirtualThreads;

        @Override
        public void accept(Event event) {
            if (trouble.get()) {
                throw new IllegalStateException("no store");
            }
            onVirtualThreads = Thread.currentThread().isVirtual();
            events.add((BuildStarted) event);
        }

        List<BuildStarted> of(String uid) {
            return events.stream().filter(e -> e.build().uid().equals(uid)).toList();
        }
    }
}
