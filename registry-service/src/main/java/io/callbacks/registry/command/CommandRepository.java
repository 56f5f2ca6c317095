package io.callbacks.registry.command;

import io.callbacks.registry.callback.Awaited;
import io.callbacks.registry.command.StoredCommand.Reply;
import io.callbacks.registry.command.StoredCommand.Result;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import org.bson.Document;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.data.mongodb.core.MongoTemplate;
import org.springframework.data.mongodb.core.query.BasicQuery;

/** Keeps commands. What came of one is written once. */
final class CommandRepository {
    static final String COMMANDS = "commands";
    private static final int REMEMBERED = 100;

    private final MongoTemplate store;

    CommandRepository(MongoTemplate store) {
        this.store = store;
    }

    /**
     * Stores a command, unless it is there.
     *
     * @return what is there now
     */
    StoredCommand begun(StoredCommand command) {
        try {
            return store.insert(command);
        } catch (DuplicateKeyException e) {
            var known = store.findById(command.id(), StoredCommand.class);
            return known == null ? begun(command) : known; // just removed
        }
    }

    /** Owes another answer, unless it was given to this record already. */
    void owe(String id, Reply reply) {
        var heard = new Document("$each", List.of(reply.at())).append("$slice", -REMEMBERED);
        update(
                new Document("_id", id).append("heard", new Document("$ne", reply.at())),
                new Document("$push", new Document("heard", heard).append("outbox", written(reply)))
                        .append("$set", new Document("pending", true)));
    }

    /** It is carried out; its answer is waited for. */
    void wait(String id, Awaited awaited, Instant deadline) {
        var waiting =
                new Document("awaited", written(awaited))
                        .append("deadline", Date.from(deadline))
                        .append("waiting", true);
        update(new Document("_id", id).append("result", null), new Document("$set", waiting));
    }

    /** Settles what came of it, unless that is settled. */
    void settle(String id, Result result) {
        update(
                new Document("_id", id).append("result", null),
                new Document(
                                "$set",
                                new Document("result", written(result)).append("pending", true))
                        .append("$unset", new Document("waiting", "")));
    }

    private void update(Document filter, Document change) {
        store.getCollection(COMMANDS).updateOne(filter, change);
    }

    private @Nullable Object written(Object value) {
        var document = new Document();
        store.getConverter().write(value, document);
        document.remove("_class");
        return document;
    }

    /** All that are waited for. */
    List<StoredCommand> waiting() {
        return store.find(new BasicQuery(new Document("waiting", true)), StoredCommand.class);
    }

    /** Removes what is answered and was begun before this time. */
    void removeOld(Instant before) {
        store.getCollection(COMMANDS)
                .deleteMany(
                        new Document("begunAt", new Document("$lt", Date.from(before)))
                                .append("result", new Document("$exists", true))
                                .append("pending", new Document("$exists", false)));
    }
}
