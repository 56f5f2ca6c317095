package io.callbacks.registry.outbox;

import io.callbacks.event.CallbackChanged;
import io.callbacks.registry.callback.Callback;
import io.callbacks.service.outbox.Outbox;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.bson.Document;
import org.springframework.data.mongodb.core.MongoTemplate;
import org.springframework.data.mongodb.core.query.Criteria;
import org.springframework.data.mongodb.core.query.Query;

/**
 * What is to be published of callbacks. Several waiting changes of one callback are one event,
 * since every event carries the whole of it.
 */
final class CallbackOutbox implements Outbox<Long> {
    private static final String CALLBACKS = "callbacks";

    private final MongoTemplate store;

    CallbackOutbox(MongoTemplate store) {
        this.store = store;
    }

    @Override
    public List<Long> waiting(int limit) {
        return store.getCollection(CALLBACKS)
                .find(new Document("pending", true))
                .projection(new Document("_id", 1))
                .limit(limit)
                .map(d -> d.getLong("_id"))
                .into(new ArrayList<>());
    }

    @Override
    public List<Waiting<Long>> render(Collection<Long> ids) {
        return store.find(Query.query(Criteria.where("_id").in(ids)), Callback.class).stream()
                .filter(c -> !c.outbox().isEmpty())
                .map(CallbackOutbox::latest)
                .toList();
    }

    private static Waiting<Long> latest(Callback callback) {
        var entry = callback.outbox().getLast();
        var event = new CallbackChanged(entry.type(), callback.snapshot());
        return new Waiting<>(callback.id(), callback.version(), event, entry.time());
    }

    @Override
    public void published(List<Waiting<Long>> sent) {
        var callbacks = store.getCollection(CALLBACKS);
        for (var fact : sent) {
            var upTo = new Document("seq", new Document("$lte", fact.sequence()));
            callbacks.updateOne(
                    new Document("_id", fact.id()),
                    new Document("$pull", new Document("outbox", upTo)));
            callbacks.updateOne(
                    new Document("_id", fact.id()).append("outbox", List.of()),
                    new Document("$unset", new Document("pending", "")));
        }
    }
}
