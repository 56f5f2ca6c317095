package io.callbacks.service.lease;

import com.mongodb.ErrorCategory;
import com.mongodb.MongoWriteException;
import com.mongodb.client.MongoCollection;
import java.time.Duration;
import java.util.Objects;
import java.util.function.LongSupplier;
import org.bson.Document;
import org.jspecify.annotations.Nullable;
import org.springframework.data.mongodb.core.MongoTemplate;

/**
 * The right to act alone, held in MongoDB by one owner at a time. The holder renews it by counting
 * it up; whoever has seen it unchanged for the whole time to live, on its own clock, may take it.
 * Nobody's wall clock matters.
 *
 * <p>A holder that was stopped for longer than the time to live may still believe for a moment that
 * it holds it; what must not happen then has to be fenced where it happens.
 */
public final class Lease {
    private static final String FREE = "";

    private final MongoCollection<Document> leases;
    private final String name;
    private final String owner;
    private final long ttlNanos;
    private final LongSupplier nanoTime;

    private boolean held;
    private long renewedAt;
    private @Nullable Document seen;
    private long seenAt;

    /**
     * @param name what the lease is for
     * @param owner unlike any other owner alive
     * @param ttl how long a lease outlives its holder
     */
    public Lease(MongoTemplate store, String name, String owner, Duration ttl) {
        this(store.getCollection("leases"), name, owner, ttl, System::nanoTime);
    }

    Lease(
            MongoCollection<Document> leases,
            String name,
            String owner,
            Duration ttl,
            LongSupplier nanoTime) {
        this.leases = leases;
        this.name = name;
        this.owner = owner;
        this.ttlNanos = ttl.toNanos();
        this.nanoTime = nanoTime;
    }

    /**
     * Takes the lease if it is free or forsaken, renews it if it is held and a third of its time
     * has passed. Asks MongoDB only when it must.
     *
     * @return whether it is held now
     */
    public synchronized boolean hold() {
        var now = nanoTime.getAsLong();
        if (held && now - renewedAt < ttlNanos / 3) {
            return true;
        }
        held = renew(now);
        if (held) {
            renewedAt = now;
        }
        return held;
    }

    /** Whether it is held, by this holder's own clock; asks nobody. */
    public synchronized boolean isHeld() {
        return held && nanoTime.getAsLong() - renewedAt < ttlNanos;
    }

    /** Gives it back, so that another need not wait. Repeatable. */
    public synchronized void release() {
        held = false;
        leases.updateOne(
                new Document("_id", name).append("owner", owner),
                new Document("$set", new Document("owner", FREE)));
    }

    private boolean renew(long now) {
        var current = leases.find(new Document("_id", name)).first();
        if (current == null) {
            return create();
        }
        var holder = current.getString("owner");
        if (holder.equals(owner) || holder.equals(FREE) || forsaken(current, now)) {
            return claim(current);
        }
        return false;
    }

    private boolean forsaken(Document current, long now) {
        if (!Objects.equals(seen, current)) {
            seen = current;
            seenAt = now;
        }
        return now - seenAt >= ttlNanos;
    }

    private boolean create() {
        try {
            leases.insertOne(new Document("_id", name).append("owner", owner).append("beat", 1L));
            return true;
        } catch (MongoWriteException e) {
            if (e.getError().getCategory() == ErrorCategory.DUPLICATE_KEY) {
                return false;
            }
            throw e;
        }
    }

    private boolean claim(Document current) {
        var beat = current.getLong("beat");
        var claimed =
                leases.updateOne(
                        new Document("_id", name)
                                .append("owner", current.getString("owner"))
                                .append("beat", beat),
                        new Document(
                                "$set", new Document("owner", owner).append("beat", beat + 1)));
        return claimed.getModifiedCount() == 1;
    }
}
