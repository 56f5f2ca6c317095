package io.callbacks.registry.status;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Lets requests wait for what is told of something. Woken in process; looks again now and then
 * besides, for what another copy of the service was told.
 */
public final class Signals {
    private final Map<Object, CountDownLatch> next = new ConcurrentHashMap<>();
    private final Duration lookAgain;

    public Signals(Duration lookAgain) {
        this.lookAgain = lookAgain;
    }

    /** Wakes who waits for news of this. */
    public void changed(Object id) {
        var waiting = next.remove(id);
        if (waiting != null) {
            waiting.countDown();
        }
    }

    /**
     * Blocks until the condition holds.
     *
     * @return whether it did within the time
     */
    public boolean await(Object id, BooleanSupplier condition, Duration time) {
        var deadline = System.nanoTime() + time.toNanos();
        while (true) {
            var change = next.computeIfAbsent(id, _ -> new CountDownLatch(1));
            if (condition.getAsBoolean()) {
                return true;
            }
            var left = deadline - System.nanoTime();
            if (left <= 0) {
                return false;
            }
            pause(change, Math.min(left, lookAgain.toNanos()));
        }
    }

    private static void pause(CountDownLatch change, long nanos) {
        try {
            var _ = change.await(nanos, TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting", e);
        }
    }
}
