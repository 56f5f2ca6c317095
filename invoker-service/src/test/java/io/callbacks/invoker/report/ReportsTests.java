package io.callbacks.invoker.report;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.awaitility.Awaitility.await;

import io.callbacks.embedded.FreePorts;
import io.callbacks.event.Event;
import io.callbacks.event.EventCodec;
import io.callbacks.event.LoadSeen;
import io.callbacks.event.Topics;
import io.callbacks.event.TriggerSeen;
import io.callbacks.event.TriggerSeen.State;
import io.callbacks.event.TriggerSeen.Trouble;
import io.callbacks.invoker.testing.Broker;
import io.callbacks.invoker.testing.Delivered;
import io.callbacks.invoker.testing.HandClock;
import io.callbacks.invoker.testing.OnBroker;
import io.callbacks.testing.kafka.Topic;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(OnBroker.class)
class ReportsTests {
    private static final Instant NOW = Delivered.AT;
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final LoadSeen LOAD = new LoadSeen(7, "me", 1.5, NOW);

    private final HandClock clock = new HandClock(NOW);
    private final Broker broker;
    private final Reports reports;

    ReportsTests(Broker broker) {
        this.broker = broker;
        this.reports = new Reports(broker.servers(), clock);
    }

    @BeforeAll
    static void create(Broker broker) {
        broker.create(Topics.LOAD, 1);
        broker.create(Topics.TRIGGER, 1);
    }

    @AfterEach
    void close() {
        reports.close();
    }

    private List<ConsumerRecord<String, byte[]>> told() {
        return new Topic(broker.servers(), Topics.TRIGGER).records();
    }

    private static Event event(ConsumerRecord<String, byte[]> record) {
        var type = new String(record.headers().lastHeader("ce_type").value(), UTF_8);
        return EventCodec.decode(type, record.value());
    }

    @Test
    void areEventsKeyedByTheCallback() {
        var trouble = new Trouble("timeout", "Too slow.", NOW);
        var seen = new TriggerSeen(7, "orders", "me", State.RUNNING, 1, 2, 3, 4, trouble, NOW);
        clock.advance(Duration.ofSeconds(1));
        reports.accept(seen);
        await().atMost(SOON).until(() -> !told().isEmpty());
        assertThat(told()).extracting(ReportsTests::event).containsExactly(seen);
        assertThat(told()).extracting(ConsumerRecord::key).containsExactly("7");
        assertThat(Delivered.texts(told().getFirst().headers()))
                .containsEntry("ce_specversion", "1.0")
                .containsEntry("ce_time", "2026-01-02T03:04:06.123Z");
    }

    @Test
    void areLostWithoutWaitingForLongWhereThereIsNoKafka() {
        try (var lost = new Reports("127.0.0.1:" + FreePorts.one(), clock)) {
            assertThat(CompletableFuture.runAsync(() -> lost.accept(LOAD)))
                    .succeedsWithin(Duration.ofSeconds(6));
        }
    }

    @Test
    void areLostWhereKafkaHasNoAddress() {
        try (var lost = new Reports("nowhere", clock)) {
            assertThatCode(() -> lost.accept(LOAD)).doesNotThrowAnyException();
        }
    }

    @Test
    void areClosedAsOftenAsOneLikes() {
        reports.close();
        reports.accept(LOAD);
        reports.close();
        assertThatCode(reports::close).doesNotThrowAnyException();
    }
}
