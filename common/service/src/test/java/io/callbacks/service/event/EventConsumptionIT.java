package io.callbacks.service.event;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.callbacks.event.Event;
import io.callbacks.event.EventCodec;
import io.callbacks.event.Topics;
import io.callbacks.service.outbox.TransactionalProducers;
import io.callbacks.testing.kafka.KafkaNode;
import io.callbacks.testing.kafka.OnKafka;
import io.callbacks.testing.kafka.Topic;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.kafka.support.KafkaHeaders;

/** What is promised of events, on a broker that is a process of its own. */
@TestInstance(Lifecycle.PER_CLASS)
@ExtendWith(OnKafka.class)
class EventConsumptionIT {
    private static final Duration SOON = Duration.ofMinutes(2);

    private final Applied applied = new Applied();
    private KafkaNode kafka;
    private ConfigurableApplicationContext listening;
    private Producer<String, byte[]> producer;

    @BeforeAll
    void start(KafkaNode node) {
        kafka = node;
        listening = ListeningService.start(kafka.address(), "listening", applied::take);
        producer =
                new KafkaProducer<>(
                        Map.of("bootstrap.servers", kafka.address(), "linger.ms", 0),
                        new StringSerializer(),
                        new ByteArraySerializer());
    }

    @AfterAll
    void stop() {
        producer.close();
        listening.close();
    }

    @Test
    void handsOverAgainWhatWasHandledButNotCommitted() throws Exception {
        send(producer, Traffic.event(1, "redelivered", 1));
        assertThat(ListeningService.dies(kafka.address(), "dying", "redelivered")).isTrue();
        var again = new Applied();
        try (var _ = ListeningService.start(kafka.address(), "dying", again::take)) {
            until(() -> again.of("redelivered") == 1);
        }
    }

    @Test
    void losesAndDoublesNothingWhileCopiesJoinAndLeave() throws Exception {
        var all = new Applied();
        var bySecond = new AtomicInteger();
        var first = ListeningService.start(kafka.address(), "rebalanced", all::take);
        var traffic = new Traffic(producer, "rebalanced");
        until(() -> all.of("rebalanced-0") > 10);
        var second =
                ListeningService.start(
                        kafka.address(),
                        "rebalanced",
                        event -> {
                            bySecond.incrementAndGet();
                            all.take(event);
                        });
        until(() -> bySecond.get() > 100);
        first.close();
        var beforeItLeft = traffic.acknowledged();
        until(() -> isAppliedTo(all, traffic, beforeItLeft + 10));
        var last = traffic.stop();
        until(() -> isAppliedTo(all, traffic, last));
        second.close();
        assertThat(all.missedTheOneBefore()).isEmpty();
    }

    @Test
    void goesOnWhenTheBrokerIsBack() throws Exception {
        var traffic = new Traffic(producer, "restarted");
        until(() -> applied.of("restarted-0") > 10);
        kafka.kill();
        var beforeItDied = traffic.acknowledged();
        kafka.startAgain();
        until(() -> isAppliedTo(applied, traffic, beforeItDied + 10));
        var last = traffic.stop();
        until(() -> isAppliedTo(applied, traffic, last));
        assertThat(applied.missedTheOneBefore()).isEmpty();
    }

    @Test
    void movesPoisonAwayWithItsReason() {
        producer.send(record("build-started", "poison"));
        producer.send(record("not-an-event", "{}"));
        producer.send(record(null, "{}"));
        send(producer, Traffic.event(1, "behind-poison", 1));
        until(() -> applied.of("behind-poison") == 1);
        var moved = movedBy("listening");
        assertThat(moved).hasSize(3).allMatch(record -> record.key().equals("1"));
        assertThat(moved.getFirst().value()).asString(UTF_8).isEqualTo("poison");
        assertThat(moved)
                .map(record -> header(record, EventConsumption.DEAD_LETTER_REASON))
                .satisfiesExactly(
                        reason -> assertThat(reason).startsWith("not a BuildStarted"),
                        reason -> assertThat(reason).isEqualTo("unknown ce_type not-an-event"),
                        reason -> assertThat(reason).isEqualTo("no ce_type header"));
    }

    @Test
    void neverSeesWhatWasAborted() {
        var settings = Map.<String, Object>of("bootstrap.servers", kafka.address());
        try (var transactional = TransactionalProducers.open(settings, "aborting")) {
            transactional.beginTransaction();
            send(transactional, Traffic.event(1, "aborted", 1));
            transactional.flush();
            send(producer, Traffic.event(1, "behind-aborted", 1));
            await().during(Duration.ofSeconds(2)).until(() -> applied.of("behind-aborted") == 0);
            transactional.abortTransaction();
            until(() -> applied.of("behind-aborted") == 1);
            transactional.beginTransaction();
            send(transactional, Traffic.event(1, "committed", 1));
            transactional.commitTransaction();
            until(() -> applied.of("committed") == 1);
        }
        assertThat(applied.of("aborted")).isZero();
    }

    private List<ConsumerRecord<String, byte[]>> movedBy(String group) {
        return new Topic(kafka.address(), Topics.deadLetter(Topics.BUILD))
                .records().stream()
                        .filter(
                                r ->
                                        header(r, KafkaHeaders.DLT_ORIGINAL_CONSUMER_GROUP)
                                                .equals(group))
                        .toList();
    }

    private static boolean isAppliedTo(Applied applied, Traffic traffic, int attempt) {
        return traffic.uids().stream().allMatch(uid -> applied.of(uid) >= attempt);
    }

    private static void send(Producer<String, byte[]> producer, Event event) {
        producer.send(TransactionalProducers.record(EventCodec.encode(event, Instant.EPOCH)));
    }

    private static ProducerRecord<String, byte[]> record(@Nullable String type, String value) {
        var record = new ProducerRecord<>(Topics.BUILD, "1", value.getBytes(UTF_8));
        if (type != null) {
            record.headers().add("ce_type", type.getBytes(UTF_8));
        }
        return record;
    }

    private static String header(ConsumerRecord<?, ?> record, String name) {
        return new String(record.headers().lastHeader(name).value(), UTF_8);
    }

    private static void until(Callable<Boolean> condition) {
        await().atMost(SOON).until(condition);
    }
}
