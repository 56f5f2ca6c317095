package io.callbacks.registry.invocation;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.springframework.data.annotation.Id;
import org.springframework.data.mongodb.core.index.Indexed;
import org.springframework.data.mongodb.core.mapping.Document;

/**
 * A call that failed for good, as it is stored; what it holds stays in Kafka.
 *
 * @param id the {@link RecordId} of its record
 * @param position its place among all: later ones are greater
 * @param problem the name of what failed
 * @param topic where it came from, with {@code partition} and {@code offset}
 * @param trigger by which trigger, if by one
 * @param open whether it is listed; one that was replayed is not, but stays so that it is not taken
 *     for new when it is told again
 * @param turn counts the claims
 * @param claimedAt when somebody set out to replay it; null if nobody is about to
 * @param replayedAs the invocation it became
 */
@Document("deadLetters")
record DeadLetter(
        @Id String id,
        @Indexed(unique = true) String position,
        @Nullable Long callbackId,
        String problem,
        String reason,
        int tries,
        @Nullable String topic,
        @Nullable Integer partition,
        @Nullable Long offset,
        @Nullable String trigger,
        Instant failedAt,
        boolean open,
        int turn,
        @Nullable Instant claimedAt,
        @Nullable String replayedAs) {
    static final String INVALID = "invalid-event";

    /** Longer than it takes to publish one; whoever claimed it before that is gone. */
    static final Duration CLAIM = Duration.ofMinutes(1);

    private static final String HEADER = "callbacks-dlt-";
    private static final int LONGEST_REASON = 2_000;

    static DeadLetter of(ConsumerRecord<byte[], byte[]> record) {
        var place = new RecordId(record.partition(), record.offset());
        var failedAt = Math.max(0, record.timestamp());
        var reason = RecordHeaders.text(record, HEADER + "reason").orElse("");
        return new DeadLetter(
                place.toString(),
                "%015d-%09d-%018d".formatted(failedAt, place.partition(), place.offset()),
                RecordHeaders.number(record, HEADER + "callback").orElse(null),
                RecordHeaders.text(record, HEADER + "problem").orElse("unknown"),
                reason.substring(0, Math.min(reason.length(), LONGEST_REASON)),
                RecordHeaders.smallNumber(record, HEADER + "tries").orElse(0),
                RecordHeaders.text(record, HEADER + "topic").orElse(null),
                RecordHeaders.smallNumber(record, HEADER + "partition").orElse(null),
                RecordHeaders.number(record, HEADER + "offset").orElse(null),
                RecordHeaders.text(record, HEADER + "trigger").orElse(null),
                Instant.ofEpochMilli(failedAt),
                true,
                0,
                null,
                null);
    }

    /** Whether the value of the record was too large to be kept. */
    static boolean isTruncated(ConsumerRecord<byte[], byte[]> record) {
        return RecordHeaders.text(record, HEADER + "truncated").isPresent();
    }

    /** When the record that could not be handled was sent, where the letter says it. */
    static Optional<Instant> sentAt(ConsumerRecord<byte[], byte[]> record) {
        return RecordHeaders.number(record, HEADER + "timestamp").map(Instant::ofEpochMilli);
    }

    RecordId recordId() {
        return RecordId.of(id);
    }

    /** Whether somebody is about to replay it. */
    boolean isClaimed(Instant now) {
        return claimedAt != null && claimedAt.isAfter(now.minus(CLAIM));
    }

    /** The id of the event it becomes, always the same: who calls functions takes it once. */
    String eventId() {
        return "dead-letter-" + id;
    }

    /** What it was called when it was called. */
    String invocation() {
        var place = partition + "-" + offset;
        return trigger == null ? place : trigger + "-" + place;
    }
}
