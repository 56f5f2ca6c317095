package io.callbacks.registry.invocation;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import io.callbacks.blob.DirectoryBlobStore;
import io.callbacks.embedded.EmbeddedStore;
import io.callbacks.registry.invocation.Invocation.State;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.data.mongodb.core.MongoTemplate;

class HousekeepingTests {
    private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");
    private static final RecordId ID = new RecordId(3, 1042);

    @TempDir private Path directory;
    private final Hand clock = new Hand();
    private EmbeddedStore store;
    private MongoClient client;
    private InvocationRepository invocations;
    private DeadLetterRepository letters;
    private Housekeeping housekeeping;

    @BeforeEach
    void begin() {
        store = EmbeddedStore.start(directory.resolve("store"));
        client = MongoClients.create(store.uri());
        var template = new MongoTemplate(client, "registry");
        invocations = new InvocationRepository(template, clock);
        letters = new DeadLetterRepository(template);
        housekeeping =
                new Housekeeping(
                        invocations,
                        letters,
                        new Bodies(new DirectoryBlobStore(directory.resolve("bodies"))),
                        clock,
                        Duration.ofHours(24));
    }

    @AfterEach
    void end() {
        client.close();
        store.close();
    }

    @Test
    void letsACallExpireADayAfterItsEnd() {
        invocations.take(outcome(State.COMPLETED, Outcome.ENDED));
        tidyAfter(Duration.ofHours(23));
        assertThat(invocations.find(ID)).get().returns(false, Invocation::isExpired);
        tidyAfter(Duration.ofHours(25));
        assertThat(invocations.find(ID)).get().returns(true, Invocation::isExpired);
    }

    @Test
    void takesNoExpiredCallForANewOne() {
        invocations.take(outcome(State.COMPLETED, Outcome.ENDED));
        tidyAfter(Duration.ofDays(7));
        assertThat(invocations.take(outcome(State.COMPLETED, Outcome.ENDED))).isFalse();
        assertThat(invocations.find(ID)).get().returns(true, Invocation::isExpired);
        tidyAfter(Duration.ofDays(8).plusSeconds(1));
        assertThat(invocations.find(ID)).isEmpty();
    }

    @Test
    void keepsACallThatRuns() {
        invocations.take(outcome(State.RUNNING, 1));
        tidyAfter(Duration.ofDays(6));
        assertThat(invocations.find(ID)).get().returns(false, Invocation::isExpired);
    }

    @Test
    void removesLettersAfterTwoWeeks() {
        letters.add(DeadLetter.of(record(BEGIN)));
        letters.add(DeadLetter.of(record(BEGIN)));
        tidyAfter(Duration.ofDays(14).minusSeconds(1));
        assertThat(letters.find(ID)).isPresent();
        tidyAfter(Duration.ofDays(14).plusSeconds(1));
        assertThat(letters.find(ID)).isEmpty();
    }

    @Test
    void takesNoLetterThatIsOlder() {
        clock.now = BEGIN.plus(Duration.ofDays(15));
        new Told(invocations, letters, clock).letter(record(BEGIN));
        assertThat(letters.find(ID)).isEmpty();
    }

    @Test
    void removesBodiesThatNoRecordNamesAnyMore() throws IOException {
        var bodies = new DirectoryBlobStore(directory.resolve("bodies"));
        bodies.put("body".getBytes(UTF_8));
        try (var files = Files.list(directory.resolve("bodies/files"))) {
            Files.setLastModifiedTime(files.findFirst().orElseThrow(), FileTime.from(BEGIN));
        }
        tidyAfter(Duration.ofDays(21).minusSeconds(1));
        assertThat(directory.resolve("bodies/files")).isNotEmptyDirectory();
        tidyAfter(Duration.ofDays(21).plusSeconds(1));
        assertThat(directory.resolve("bodies/files")).isEmptyDirectory();
    }

    @Test
    void goesForwardOnly() {
        assertThat(invocations.take(outcome(State.RUNNING, 2))).isTrue();
        assertThat(invocations.take(outcome(State.RUNNING, 2))).isFalse();
        assertThat(invocations.take(outcome(State.RUNNING, 1))).isFalse();
        assertThat(invocations.take(outcome(State.CANCELLED, Outcome.ENDED))).isTrue();
        assertThat(invocations.take(outcome(State.COMPLETED, Outcome.ENDED))).isFalse();
        assertThat(invocations.find(ID)).get().returns(State.CANCELLED, Invocation::state);
    }

    private void tidyAfter(Duration time) {
        clock.now = BEGIN.plus(time);
        housekeeping.tidy();
    }

    private static Outcome outcome(State state, int step) {
        return new Outcome(ID, state, step, 7L, 1, 200, BEGIN, "A-1", new RecordId(3, 17));
    }

    private static ConsumerRecord<byte[], byte[]> record(Instant at) {
        return new ConsumerRecord<>(
                "callbacks.invocation.dlt",
                ID.partition(),
                ID.offset(),
                at.toEpochMilli(),
                TimestampType.CREATE_TIME,
                0,
                0,
                new byte[0],
                new byte[0],
                new org.apache.kafka.common.header.internals.RecordHeaders(),
                Optional.empty());
    }

    /** A clock that is set by hand. */
    private static final class Hand extends Clock {
        private Instant now = BEGIN;

        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }
}
