package io.callbacks.registry.invocation;

import static org.springframework.data.mongodb.core.query.Criteria.where;
import static org.springframework.data.mongodb.core.query.Query.query;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.data.domain.Sort;
import org.springframework.data.domain.Sort.Direction;
import org.springframework.data.mongodb.core.MongoTemplate;
import org.springframework.data.mongodb.core.query.Criteria;
import org.springframework.data.mongodb.core.query.Update;

/** Keeps dead letters. */
final class DeadLetterRepository {
    private static final String POSITION = "position";
    private static final String ID = "_id";
    private static final String OPEN = "open";
    private static final String TURN = "turn";
    private static final String CLAIMED_AT = "claimedAt";

    private final MongoTemplate store;

    DeadLetterRepository(MongoTemplate store) {
        this.store = store;
    }

    /** Takes one in; one that is known stays as it is. */
    void add(DeadLetter letter) {
        try {
            store.insert(letter);
        } catch (DuplicateKeyException e) {
            // told again
        }
    }

    /** Also one that was replayed. */
    Optional<DeadLetter> find(RecordId id) {
        return Optional.ofNullable(store.findById(id.toString(), DeadLetter.class));
    }

    /** Those that are listed, the latest first, from before {@code position} on. */
    List<DeadLetter> before(@Nullable String position, @Nullable Long callbackId, int limit) {
        var found = listed(callbackId);
        return sorted(
                position == null ? found : found.and(POSITION).lt(position), Direction.DESC, limit);
    }

    /** Those that are listed, the earliest first, from behind {@code position} on. */
    List<DeadLetter> after(String position, String last, @Nullable Long callbackId, int limit) {
        var found = listed(callbackId).and(POSITION).gt(position).lte(last);
        return sorted(found, Direction.ASC, limit);
    }

    private static Criteria listed(@Nullable Long callbackId) {
        var found = where(OPEN).is(true);
        return callbackId == null ? found : found.and("callbackId").is(callbackId);
    }

    private List<DeadLetter> sorted(Criteria found, Direction direction, int limit) {
        var inOrder = query(found).with(Sort.by(direction, POSITION)).limit(limit);
        return store.find(inOrder, DeadLetter.class);
    }

    /**
     * Sets out to replay one.
     *
     * @return whether nobody else has done so since it was read
     */
    boolean claim(DeadLetter letter, Instant now) {
        var unchanged = where(ID).is(letter.id()).and(OPEN).is(true).and(TURN).is(letter.turn());
        var claim = new Update().set(TURN, letter.turn() + 1).set(CLAIMED_AT, now);
        return isChanged(unchanged, claim);
    }

    /** Gives up a claim: it may not have been published. */
    void release(DeadLetter claimed) {
        var mine = where(ID).is(claimed.id()).and(OPEN).is(true).and(TURN).is(claimed.turn() + 1);
        isChanged(mine, new Update().unset(CLAIMED_AT));
    }

    /** Takes one off the list that somebody set out to replay. */
    void replayed(RecordId id, RecordId invocation) {
        var claimed = where(ID).is(id.toString()).and(OPEN).is(true).and(TURN).gt(0);
        isChanged(claimed, new Update().set(OPEN, false).set("replayedAs", invocation.toString()));
    }

    private boolean isChanged(Criteria which, Update change) {
        return store.updateFirst(query(which), change, DeadLetter.class).getModifiedCount() == 1;
    }

    /** Removes those that failed before. */
    long remove(Instant failedBefore) {
        return store.remove(query(where("failedAt").lt(failedBefore)), DeadLetter.class)
                .getDeletedCount();
    }
}
