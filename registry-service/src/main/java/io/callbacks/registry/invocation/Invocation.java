package io.callbacks.registry.invocation;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonValue;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.data.annotation.Id;
import org.springframework.data.mongodb.core.mapping.Document;

/**
 * What was told of a call. Of one that was told nothing of there is none.
 *
 * @param id the {@link RecordId} of the call
 * @param step how far it is, see {@link Outcome}
 * @param callbackId null if no callback was found
 * @param status what the function answered, if it did
 * @param changedAt when the registry was told, by its own clock
 * @param endedAt null before its end
 * @param resultPartition where the record of its end is, with {@code resultOffset}
 * @param expired true when it must not be told of any more; it stays for as long as its record
 *     might be taken for that of a call not begun yet
 */
@Document("invocations")
record Invocation(
        @Id String id,
        State state,
        int step,
        @Nullable Long callbackId,
        int tries,
        @Nullable Integer status,
        Instant changedAt,
        @Nullable Instant endedAt,
        @Nullable Integer resultPartition,
        @Nullable Long resultOffset,
        @Nullable Boolean expired) {
    /** How a call goes on; it never goes back. */
    enum State {
        QUEUED,
        RUNNING,
        COMPLETED,
        FAILED,
        CANCELLED;

        @Override
        @JsonValue
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    boolean isExpired() {
        return Boolean.TRUE.equals(expired);
    }

    /** Where its end is told; of one that has ended. */
    RecordId result() {
        return new RecordId(requireNonNull(resultPartition), requireNonNull(resultOffset));
    }
}
