package io.callbacks.registry.command;

import io.callbacks.registry.callback.Awaited;
import java.time.Instant;
import java.util.List;
import org.bson.types.Binary;
import org.jspecify.annotations.Nullable;
import org.springframework.data.annotation.Id;
import org.springframework.data.mongodb.core.index.Indexed;
import org.springframework.data.mongodb.core.mapping.Document;

/**
 * What is kept of a command for a day: nothing of what it holds, which may be secret.
 *
 * @param id of its source and id
 * @param name unlike any other command's, also of one with the same id on another day
 * @param correlation its id
 * @param begunAt when it came first
 * @param heard the records it came by
 * @param awaited what is waited for, once it is carried out
 * @param deadline how long
 * @param waiting true while something is; absent otherwise
 * @param result what came of it
 * @param outbox answers not published yet
 * @param pending true while there may be such; absent otherwise
 */
@Document("commands")
record StoredCommand(
        @Id String id,
        String name,
        String correlation,
        @Indexed Instant begunAt,
        List<Long> heard,
        @Nullable Awaited awaited,
        @Nullable Instant deadline,
        @Indexed(sparse = true) @Nullable Boolean waiting,
        @Nullable Result result,
        List<Reply> outbox,
        @Indexed(sparse = true) @Nullable Boolean pending) {
    StoredCommand {
        heard = List.copyOf(heard);
        outbox = List.copyOf(outbox);
    }

    /**
     * An answer that is owed.
     *
     * @param at the record that is answered
     * @param key its key
     */
    record Reply(long at, @Nullable Binary key) {}

    /**
     * What came of it.
     *
     * @param callbackId 0 where there is none
     */
    record Result(
            int status,
            long callbackId,
            @Nullable String contentType,
            @Nullable Binary body,
            Instant time) {}

    /** Whether there is nothing left to do but to wait and to answer. */
    boolean isCarriedOut() {
        return awaited != null || result != null;
    }
}
