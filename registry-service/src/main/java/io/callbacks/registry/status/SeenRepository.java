package io.callbacks.registry.status;

import static org.springframework.data.mongodb.core.query.Criteria.where;
import static org.springframework.data.mongodb.core.query.Query.query;

import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.data.mongodb.core.MongoTemplate;
import org.springframework.data.mongodb.core.query.Update;

/** Keeps what was seen. Changes are compare-and-set, so that no telling is lost to another. */
public final class SeenRepository {
    private final MongoTemplate store;

    public SeenRepository(MongoTemplate store) {
        this.store = store;
    }

    /** What was seen of a callback; nothing if it is another one's, told of before. */
    public Seen of(long callbackId, String uid) {
        return find(callbackId)
                .filter(s -> s.uid().equals(uid))
                .orElseGet(() -> Seen.nothing(callbackId, uid));
    }

    /** What was seen of several, by callback id. */
    public Map<Long, Seen> of(Collection<Long> callbackIds) {
        return store.find(query(where("_id").in(callbackIds)), Seen.class).stream()
                .collect(Collectors.toMap(Seen::callbackId, Function.identity()));
    }

    /**
     * Takes something in.
     *
     * @return whether that changed anything
     */
    boolean change(long callbackId, String uid, UnaryOperator<Seen> taking) {
        while (true) {
            var before = of(callbackId, uid);
            var after = taking.apply(before);
            if (after.equals(before)) {
                return false;
            }
            if (before.change() == 0 ? insert(after) : replace(before, after)) {
                return true;
            }
        }
    }

    private boolean insert(Seen seen) {
        try {
            store.insert(seen);
            return true;
        } catch (DuplicateKeyException e) {
            return false;
        }
    }

    private boolean replace(Seen before, Seen after) {
        var unchanged =
                query(where("_id").is(before.callbackId()).and("change").is(before.change()));
        var fields = new Update();
        fields.set("change", after.change());
        fields.set("observation", after.observation());
        fields.set("builds", after.builds());
        set(fields, "serving", after.serving());
        set(fields, "attempt", after.attempt());
        return store.updateFirst(unchanged, fields, Seen.class).getModifiedCount() == 1;
    }

    private static void set(Update fields, String name, @Nullable Object value) {
        if (value == null) {
            fields.unset(name);
        } else {
            fields.set(name, value);
        }
    }

    private Optional<Seen> find(long callbackId) {
        return Optional.ofNullable(store.findById(callbackId, Seen.class));
    }
}
