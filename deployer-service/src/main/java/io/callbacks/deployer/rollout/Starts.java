package io.callbacks.deployer.rollout;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;

/**
 * Lets only some starts of a target go on at once, so that each gets its share of it. One target
 * that is slow, as a cluster without room, keeps no other waiting.
 */
final class Starts {
    private final int atOnce;
    private final Map<String, Semaphore> targets = new ConcurrentHashMap<>();

    Starts(int atOnce) {
        this.atOnce = atOnce;
    }

    /** Waits for its turn, and does it. */
    <T> T oneOf(String target, Supplier<T> start) {
        var turns = targets.computeIfAbsent(target, _ -> new Semaphore(atOnce));
        turns.acquireUninterruptibly();
        try {
            return start.get();
        } finally {
            turns.release();
        }
    }
}
