package io.callbacks.registry.invocation;

import com.mongodb.ErrorCategory;
import com.mongodb.MongoWriteException;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.UpdateOptions;
import io.callbacks.registry.status.Signals;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.Optional;
import java.util.function.Predicate;
import org.bson.Document;
import org.springframework.data.mongodb.core.MongoTemplate;

/** Keeps what was told of calls. It only goes forward, in whatever order it is told. */
final class InvocationRepository {
    private static final Duration LOOK_AGAIN = Duration.ofMillis(200);

    private final MongoTemplate store;
    private final Clock clock;
    private final Signals signals = new Signals(LOOK_AGAIN);

    InvocationRepository(MongoTemplate store, Clock clock) {
        this.store = store;
        this.clock = clock;
    }

    private MongoCollection<Document> invocations() {
        return store.getCollection("invocations");
    }

    /** What was told; also of one that has expired. */
    Optional<Invocation> find(RecordId id) {
        return Optional.ofNullable(store.findById(id.toString(), Invocation.class));
    }

    /** Blocks until what was told of a call is so, or the time is over. */
    void await(RecordId id, Predicate<Invocation> condition, Duration time) {
        signals.await(id, () -> find(id).filter(condition).isPresent(), time);
    }

    /**
     * Takes something in.
     *
     * @return whether that was news
     */
    boolean take(Outcome outcome) {
        var id = outcome.invocation();
        var behind =
                new Document("_id", id.toString())
                        .append("step", new Document("$lt", outcome.step()));
        try {
            var taken =
                    invocations()
                            .updateOne(
                                    behind,
                                    new Document("$set", fields(outcome)),
                                    new UpdateOptions().upsert(true));
            if (taken.getModifiedCount() == 0 && taken.getUpsertedId() == null) {
                return false;
            }
        } catch (MongoWriteException e) {
            if (e.getError().getCategory() == ErrorCategory.DUPLICATE_KEY) {
                return false; // as far already
            }
            throw e;
        }
        signals.changed(id);
        return true;
    }

    private Document fields(Outcome outcome) {
        var fields =
                new Document("step", outcome.step())
                        .append("state", outcome.state().name())
                        .append("tries", outcome.tries())
                        .append("changedAt", Date.from(clock.instant()));
        if (outcome.callbackId() != null) {
            fields.append("callbackId", outcome.callbackId());
        }
        if (outcome.hasEnded()) {
            fields.append("endedAt", Date.from(outcome.at()))
                    .append("resultPartition", outcome.place().partition())
                    .append("resultOffset", outcome.place().offset());
            if (outcome.status() != null) {
                fields.append("status", outcome.status());
            }
        }
        return fields;
    }

    /** Lets those expire that ended before. */
    long expire(Instant endedBefore) {
        var due =
                new Document("endedAt", new Document("$lt", Date.from(endedBefore)))
                        .append("expired", null);
        var expired =
                new Document("$set", new Document("expired", true))
                        .append("$unset", new Document("callbackId", "").append("status", ""));
        return invocations().updateMany(due, expired).getModifiedCount();
    }

    /** Removes those of which nothing was told since. */
    long remove(Instant changedBefore) {
        return invocations()
                .deleteMany(
                        new Document("changedAt", new Document("$lt", Date.from(changedBefore))))
                .getDeletedCount();
    }
}
