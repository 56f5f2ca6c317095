package io.callbacks.registry.outbox;

import com.mongodb.client.model.Projections;
import io.callbacks.event.CallbackChange;
import java.time.Clock;
import java.util.Date;
import org.bson.Document;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.data.mongodb.core.MongoTemplate;

/**
 * Lets all snapshots be published again when the registry starts: Kafka may have lost acknowledged
 * records with its machine. A snapshot told twice does no harm.
 */
final class Republisher implements SmartLifecycle {
    private static final Logger log = LoggerFactory.getLogger(Republisher.class);

    private final MongoTemplate store;
    private final Clock clock;
    private volatile boolean running;

    Republisher(MongoTemplate store, Clock clock) {
        this.store = store;
        this.clock = clock;
    }

    @Override
    public void start() {
        running = true;
        Thread.ofVirtual().name("registry-republish").start(this::markAll);
    }

    private void markAll() {
        var callbacks = store.getCollection("callbacks");
        long marked = 0;
        for (var callback :
                callbacks.find().projection(Projections.include("version", "deleted", "pending"))) {
            if (!running) {
                return;
            }
            if (callback.get("pending") == null) {
                var entry = entry(callback);
                marked +=
                        callbacks
                                .updateOne(
                                        new Document("_id", callback.get("_id"))
                                                .append("version", callback.get("version")),
                                        new Document("$push", new Document("outbox", entry))
                                                .append("$set", new Document("pending", true)))
                                .getModifiedCount();
            }
        }
        log.debug("Publishing all snapshots again: callbacks={}", marked);
    }

    private Document entry(Document callback) {
        var why =
                callback.getBoolean("deleted", false)
                        ? CallbackChange.CALLBACK_DELETED
                        : CallbackChange.CALLBACK_UPDATED;
        return new Document("seq", callback.get("version"))
                .append("type", why.name())
                .append("time", Date.from(clock.instant()));
    }

    @Override
    public void stop() {
        running = false;
    }

    @Override
    public boolean isRunning() {
        return running;
    }
}
