package io.callbacks.invoker.event;

import static org.assertj.core.api.Assertions.assertThat;

import io.callbacks.event.Topics;
import io.callbacks.invoker.delivery.Handler.Former;
import io.callbacks.invoker.testing.Broker;
import io.callbacks.invoker.testing.HandClock;
import io.callbacks.invoker.testing.OnBroker;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(OnBroker.class)
class DoneNotesTests {
    private static final Duration MEMORY = Duration.ofMinutes(10);
    private static final TopicPartition NOTES = new TopicPartition(Topics.INVOCATION_DONE, 0);

    private final Instant now = Instant.now();
    private final HandClock clock = new HandClock(now);
    private final DoneEvents others = partition(5, MEMORY);
    private DoneEvents third = partition(3, MEMORY);
    private DoneEvents fourth = partition(4, MEMORY);
    private final Broker broker;
    private final DoneNotes notes;

    DoneNotesTests(Broker broker) {
        this.broker = broker;
        this.notes = new DoneNotes(KafkaSettings.reader(broker.servers()));
    }

    @BeforeAll
    static void create(Broker broker) {
        broker.create(Topics.INVOCATION_DONE, 1);
    }

    @AfterEach
    void forgetAll() throws Exception {
        try (var admin = Admin.create(Map.of("bootstrap.servers", broker.servers()))) {
            var all = Map.of(NOTES, RecordsToDelete.beforeOffset(-1));
            admin.deleteRecords(all).all().get();
        }
    }

    private static EventId id(int number) {
        return new EventId(number, -number);
    }

    /** A note made so long ago. */
    private ProducerRecord<byte[], byte[]> note(DoneEvents of, int number, Duration ago) {
        var note = of.note(id(number));
        return new ProducerRecord<>(
                note.topic(),
                note.partition(),
                now.minus(ago).toEpochMilli(),
                note.key(),
                note.value());
    }

    @SafeVarargs
    private void send(ProducerRecord<byte[], byte[]>... all) {
        broker.send(Arrays.asList(all));
    }

    private DoneEvents partition(int number, Duration since) {
        var former = new Former(Optional.of(now.minus(since).toEpochMilli()), 0);
        return new DoneEvents(number, MEMORY, former, clock);
    }

    private void tell(Duration since) {
        third = partition(3, since);
        fourth = partition(4, since);
        notes.tell(Map.of(3, third, 4, fourth));
    }

    private boolean knows(DoneEvents events, int number) {
        return !events.isNew(id(number), 0);
    }

    @Test
    void tellEachPartitionItsOwn() {
        send(
                note(third, 1, Duration.ofMinutes(9)),
                note(fourth, 2, Duration.ofMinutes(1)),
                note(others, 3, Duration.ZERO));
        tell(MEMORY);
        assertThat(knows(third, 1)).isTrue();
        assertThat(knows(fourth, 2)).isTrue();
        assertThat(knows(third, 2)).isFalse();
        assertThat(knows(third, 3)).isFalse();
    }

    @Test
    void tellNothingWhereThereIsNothing() {
        tell(MEMORY);
        assertThat(knows(third, 1)).isFalse();
    }

    @Test
    void tellNothingThatIsOlderThanAskedFor() {
        send(note(third, 1, Duration.ofMinutes(90)), note(third, 2, Duration.ofMinutes(50)));
        tell(Duration.ofHours(1));
        assertThat(knows(third, 1)).isFalse();
        assertThat(knows(third, 2)).isTrue();
    }

    /** As when an invoker comes back long after it stopped, and gets again what was not done. */
    @Test
    void areRememberedHoweverOldTheyAreAlsoWhenTheFirstNewEventHasCome() {
        for (int i = 1; i <= 10; i++) {
            send(note(third, i, Duration.ofMinutes(60 - i)));
        }
        tell(Duration.ofHours(1));
        assertThat(third.isNew(id(99), 0)).isTrue();
        for (int i = 1; i <= 10; i++) {
            assertThat(knows(third, i)).as("event %d", i).isTrue();
        }
    }

    @Test
    void countWhenTheyAreCommitted() {
        try (var producer = transactional("aborting")) {
            producer.beginTransaction();
            producer.send(note(third, 1, Duration.ZERO));
            producer.flush();
            producer.abortTransaction();
        }
        send(note(third, 2, Duration.ZERO));
        tell(MEMORY);
        assertThat(knows(third, 1)).isFalse();
        assertThat(knows(third, 2)).isTrue();
    }

    /** What is committed behind it cannot be seen before. */
    @Test
    void waitForATransactionThatIsNotOver() {
        try (var producer = transactional("slow")) {
            producer.beginTransaction();
            producer.send(note(others, 1, Duration.ZERO));
            producer.flush();
            send(note(third, 2, Duration.ZERO));
            var told = CompletableFuture.runAsync(() -> tell(MEMORY));
            assertThat(told).failsWithin(Duration.ofSeconds(1));
            producer.commitTransaction();
            told.orTimeout(20, TimeUnit.SECONDS).join();
        }
        assertThat(knows(third, 2)).isTrue();
    }

    private KafkaProducer<byte[], byte[]> transactional(String id) {
        var settings =
                Map.<String, Object>of(
                        "bootstrap.servers", broker.servers(), "transactional.id", "notes-" + id);
        var producer =
                new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
        producer.initTransactions();
        return producer;
    }
}
