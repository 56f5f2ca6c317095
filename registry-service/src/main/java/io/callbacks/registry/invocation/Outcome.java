package io.callbacks.registry.invocation;

import io.callbacks.registry.invocation.Invocation.State;
import java.time.Instant;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * What an invoker tells of a call.
 *
 * @param step how far the call is; what tells of one that is further counts
 * @param correlation the id of the event
 * @param place of the record that tells it
 */
record Outcome(
        RecordId invocation,
        State state,
        int step,
        @Nullable Long callbackId,
        int tries,
        @Nullable Integer status,
        Instant at,
        String correlation,
        RecordId place) {
    /** Behind all tries. */
    static final int ENDED = Integer.MAX_VALUE;

    /** As far as a record tells something of a call that can be asked after. */
    static Optional<Outcome> in(ConsumerRecord<byte[], byte[]> record) {
        if (RecordHeaders.text(record, "ce_track").filter("true"::equals).isEmpty()) {
            return Optional.empty();
        }
        var tries = RecordHeaders.smallNumber(record, "ce_tries").orElse(0);
        return RecordHeaders.text(record, "ce_invocation")
                .flatMap(RecordId::read)
                .flatMap(
                        id ->
                                switch (RecordHeaders.text(record, "ce_type").orElse("")) {
                                    // refused because it has begun, which will be told besides
                                    case "cancellation-refused" ->
                                            Optional.of(of(record, id, State.RUNNING, 0, tries));
                                    case "invocation-started" ->
                                            Optional.of(
                                                    of(record, id, State.RUNNING, tries, tries));
                                    case "invocation-completed" ->
                                            Optional.of(
                                                    of(record, id, State.COMPLETED, ENDED, tries));
                                    case "invocation-failed" ->
                                            Optional.of(of(record, id, State.FAILED, ENDED, tries));
                                    case "invocation-cancelled" ->
                                            Optional.of(
                                                    of(record, id, State.CANCELLED, ENDED, tries));
                                    default -> Optional.empty();
                                });
    }

    private static Outcome of(
            ConsumerRecord<byte[], byte[]> record, RecordId id, State state, int step, int tries) {
        return new Outcome(
                id,
                state,
                step,
                RecordHeaders.number(record, "ce_subject").orElse(null),
                tries,
                RecordHeaders.smallNumber(record, "ce_statuscode").orElse(null),
                Instant.ofEpochMilli(Math.max(0, record.timestamp())),
                RecordHeaders.text(record, "ce_correlationid").orElse(""),
                new RecordId(record.partition(), record.offset()));
    }

    boolean hasEnded() {
        return step == ENDED;
    }
}
