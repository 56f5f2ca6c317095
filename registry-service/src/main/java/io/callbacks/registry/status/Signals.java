package io.callbacks.registry.status;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Lets requests wait for what is told of a callback. Woken in process; looks again every half
 * second besides, for what another copy of the service was told.
 */
public final class Signals {
    private static final Duration LOOK_AGAIN = Duration.ofMillis(500);

    private final Map<Long, CountDownLatch> next = new ConcurrentHashMap<>();

    void changed(long callbackId) {
        var waiting = next.remove(callbackId);
        if (waiting != null) {
            waiting.countDown();
        }
    }

    /**
     * Blocks until the condition holds.
     *
     * @return whether it did within the time
     */
    public boolean await(long callbackId, BooleanSupplier condition, Duration time) {
        var deadline = System.nanoTime() + time.toNanos();
        while (true) {
            var change = next.computeIfAbsent(callbackId, _ -> new CountDownLatch(1));
            if (condition.getAsBoolean()) {
                return true;
            }
            var left = deadline - System.nanoTime();
            if (left <= 0) {
                return false;
            }
            pause(change, Math.min(left, LOOK_AGAIN.toNanos()));
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
