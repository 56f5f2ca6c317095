package io.callbacks.registry.callback;

import static org.springframework.data.mongodb.core.query.Criteria.where;
import static org.springframework.data.mongodb.core.query.Query.query;

import com.mongodb.ErrorCategory;
import com.mongodb.MongoWriteException;
import io.callbacks.registry.callback.RegistryException.DuplicatePath;
import java.util.List;
import java.util.Optional;
import org.bson.Document;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.data.domain.Sort;
import org.springframework.data.mongodb.core.MongoTemplate;
import org.springframework.data.mongodb.core.query.Query;

/** Keeps callbacks and revisions. A change is a compare-and-set on the version. */
final class CallbackRepository {
    private final MongoTemplate store;

    CallbackRepository(MongoTemplate store) {
        this.store = store;
    }

    Optional<Callback> find(long id) {
        return Optional.ofNullable(store.findById(id, Callback.class));
    }

    /** The one that a command made. */
    Optional<Callback> madeBy(String command) {
        return Optional.ofNullable(
                store.findOne(query(where("madeBy").is(command)), Callback.class));
    }

    /** Callbacks that are there, by id, from behind {@code after} on. */
    List<Callback> list(long after, @Nullable String path, @Nullable String method, int limit) {
        var found = where("_id").gt(after).and("deleted").is(false);
        if (path != null) {
            found = found.and("path").is(path);
        }
        if (method != null) {
            found = found.and("method").is(method);
        }
        return store.find(byId(query(found)).limit(limit), Callback.class);
    }

    private static Query byId(Query query) {
        return query.with(Sort.by("_id"));
    }

    /**
     * Stores a new one.
     *
     * @throws DuplicatePath if another has its path and method
     */
    void insert(Callback callback) {
        try {
            store.insert(callback);
        } catch (DuplicateKeyException e) {
            throw duplicate(callback);
        }
    }

    /**
     * Stores the next version if this one is still the present.
     *
     * @return whether it was
     * @throws DuplicatePath if another has its path and method
     */
    boolean replace(Callback before, Callback after) {
        var document = new Document();
        store.getConverter().write(after, document);
        try {
            return store.getCollection("callbacks")
                            .replaceOne(
                                    new Document("_id", before.id())
                                            .append("version", before.version()),
                                    document)
                            .getModifiedCount()
                    == 1;
        } catch (MongoWriteException e) {
            if (e.getError().getCategory() == ErrorCategory.DUPLICATE_KEY) {
                throw duplicate(after);
            }
            throw e;
        }
    }

    /**
     * Looks for another one with this path and method.
     *
     * @throws DuplicatePath if there is one
     */
    void refuseDuplicate(String routeKey) {
        var other = store.findOne(query(where("routeKey").is(routeKey)), Callback.class);
        if (other != null) {
            throw new DuplicatePath(routeKey, other.id());
        }
    }

    private DuplicatePath duplicate(Callback callback) {
        var key = String.valueOf(callback.routeKey());
        var other = store.findOne(query(where("routeKey").is(key)), Callback.class);
        return new DuplicatePath(key, other == null ? 0 : other.id());
    }

    /** The next number; counts up from 1 and never gives one twice. */
    long nextId() {
        var counters = store.getCollection("counters");
        var counter = new Document("_id", "callback");
        while (true) {
            var present = counters.find(counter).first();
            if (present == null) {
                startCounting();
                continue;
            }
            var last = present.getLong("last");
            var taken =
                    counters.updateOne(
                            new Document(counter).append("last", last),
                            new Document("$set", new Document("last", last + 1)));
            if (taken.getModifiedCount() == 1) {
                return last + 1;
            }
        }
    }

    private void startCounting() {
        try {
            store.getCollection("counters")
                    .insertOne(new Document("_id", "callback").append("last", 0L));
        } catch (MongoWriteException e) {
            if (e.getError().getCategory() != ErrorCategory.DUPLICATE_KEY) {
                throw e;
            }
        }
    }

    /** Stores a revision; one that is there already is the same one. */
    void save(Revision revision) {
        store.save(revision);
    }

    Optional<Revision> revision(String uid, int number) {
        return Optional.ofNullable(store.findById(Revision.id(uid, number), Revision.class));
    }

    List<Revision> revisions(String uid) {
        return store.find(
                query(where("uid").is(uid)).with(Sort.by(Sort.Direction.DESC, "source.revision")),
                Revision.class);
    }
}
