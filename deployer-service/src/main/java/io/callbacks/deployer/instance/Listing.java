package io.callbacks.deployer.instance;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/** What there is, asked once for all who want to know at about the same time. */
public final class Listing<T> {
    private static final Duration FRESH = Duration.ofSeconds(1);

    private final Supplier<List<T>> source;
    private final AtomicLong changes = new AtomicLong();
    private List<T> known = List.of();
    private long knownChanges = -1;
    private long knownUntil;

    public Listing(Supplier<List<T>> source) {
        this.source = source;
    }

    /** What is known may be wrong from now on. */
    public void invalidate() {
        changes.incrementAndGet();
    }

    /** Not older than a second, nor than the last change that was told. */
    public synchronized List<T> get() {
        var now = changes.get();
        if (knownChanges != now || System.nanoTime() - knownUntil >= 0) {
            known = source.get();
            knownChanges = now;
            knownUntil = System.nanoTime() + FRESH.toNanos();
        }
        return known;
    }
}
