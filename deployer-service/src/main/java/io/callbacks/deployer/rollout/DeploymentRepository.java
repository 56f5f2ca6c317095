package io.callbacks.deployer.rollout;

import static org.springframework.data.mongodb.core.query.Criteria.where;
import static org.springframework.data.mongodb.core.query.Query.query;

import io.callbacks.event.CallbackSnapshot;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.bson.Document;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.data.mongodb.core.MongoTemplate;
import org.springframework.data.mongodb.core.query.Criteria;
import org.springframework.data.mongodb.core.query.Update;

/** Keeps what should run, what is built, and what was told of both. */
public final class DeploymentRepository {
    private static final String CLEARED = "cleared";

    private final MongoTemplate store;

    DeploymentRepository(MongoTemplate store) {
        this.store = store;
    }

    /** Takes a snapshot if it is newer than the one there. */
    void take(CallbackSnapshot snapshot) {
        var news = new Wish(snapshot.callbackId(), snapshot.version(), snapshot);
        while (true) {
            var known = store.findById(news.callbackId(), Wish.class);
            if (known != null && known.version() >= news.version()) {
                return;
            }
            if (known == null ? inserted(news) : replaced(known, news)) {
                return;
            }
        }
    }

    private boolean replaced(Wish known, Wish news) {
        var unchanged =
                query(where("_id").is(known.callbackId()).and("version").is(known.version()));
        var fields = new Update().set("version", news.version()).set("snapshot", news.snapshot());
        return store.updateFirst(unchanged, fields, Wish.class).getModifiedCount() == 1;
    }

    /** Takes what came of a build if it is newer than what is there. */
    void take(BuildResult result) {
        while (true) {
            var known = store.findById(result.id(), BuildResult.class);
            if (known != null && known.attempt() >= result.attempt()) {
                return;
            }
            if (known == null) {
                if (inserted(result)) {
                    return;
                }
            } else {
                store.save(result);
                return;
            }
        }
    }

    private boolean inserted(Object document) {
        try {
            store.insert(document);
            return true;
        } catch (DuplicateKeyException e) {
            return false;
        }
    }

    Optional<CallbackSnapshot> snapshot(long callbackId) {
        return Optional.ofNullable(store.findById(callbackId, Wish.class)).map(Wish::snapshot);
    }

    /** Whether a callback that was heard of is there still. */
    public boolean exists(long callbackId) {
        return snapshot(callbackId).filter(s -> !s.deleted()).isPresent();
    }

    Optional<BuildResult> build(String uid, int revision, String platform) {
        return Optional.ofNullable(
                store.findById(BuildResult.id(uid, revision, platform), BuildResult.class));
    }

    Observed observed(long callbackId, String uid) {
        var observed = store.findById(callbackId, Observed.class);
        return observed != null && observed.uid().equals(uid)
                ? observed
                : Observed.nothing(callbackId, uid);
    }

    void save(Observed observed) {
        store.save(observed);
    }

    /**
     * Callbacks that should run, of which something was told, or that are deleted and not cleared.
     */
    List<Long> concerned() {
        var wanted = where("snapshot.desired.on").is(true);
        var deleted = where("snapshot.deleted").is(true).and(CLEARED).ne(true);
        var serving = where("serving").exists(true);
        var tried = where("attempt").exists(true);
        return Stream.concat(ids("wishes", wanted, deleted), ids("observed", serving, tried))
                .distinct()
                .toList();
    }

    private Stream<Long> ids(String collection, Criteria... either) {
        var any = query(new Criteria().orOperator(either));
        any.fields().include("_id");
        return store.find(any, Document.class, collection).stream().map(d -> d.getLong("_id"));
    }

    /** Those of which it was told last that something serves. */
    List<Observed> serving() {
        return store.find(query(where("serving").exists(true)), Observed.class);
    }

    /**
     * Forgets the builds of a callback that is deleted, as the last thing there is to do for it.
     */
    void clear(long callbackId) {
        store.remove(query(where("callbackId").is(callbackId)), BuildResult.class);
        var cleared = new Update().set(CLEARED, true);
        store.updateFirst(query(where("_id").is(callbackId)), cleared, Wish.class);
    }
}
