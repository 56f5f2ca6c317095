package io.callbacks.deployer.docker;

import io.callbacks.deployer.docker.Containers.Listed;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What containers there are, asked of the engine once for all who want to know at about the same
 * time.
 */
final class Listing {
    private static final Duration FRESH = Duration.ofSeconds(1);

    private final Containers containers;
    private final AtomicLong changes = new AtomicLong();
    private List<Listed> known = List.of();
    private long knownChanges = -1;
    private long knownUntil;

    Listing(Containers containers) {
        this.containers = containers;
    }

    /** What is known may be wrong from now on. */
    void invalidate() {
        changes.incrementAndGet();
    }

    /** Not older than a second, nor than the last change that was told. */
    synchronized List<Listed> get() {
        var now = changes.get();
        if (knownChanges != now || System.nanoTime() - knownUntil >= 0) {
            known = containers.list();
            knownChanges = now;
            knownUntil = System.nanoTime() + FRESH.toNanos();
        }
        return known;
    }
}
