package io.callbacks.deployer.rollout;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * When to start again what ended by itself or could not be started: at once the first time, then
 * after 1 s, doubled up to a minute. Who ran for a minute begins anew.
 */
final class Backoff {
    private static final Duration LONGEST = Duration.ofMinutes(1);
    private static final Duration HEALTHY = Duration.ofMinutes(1);

    private final LongSupplier nanoTime;
    private int failures;
    private boolean hasStarted;
    private long startedAt;
    private long notBefore;

    Backoff(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.startedAt = nanoTime.getAsLong();
        this.notBefore = startedAt;
    }

    void started() {
        hasStarted = true;
        startedAt = nanoTime.getAsLong();
    }

    void failed() {
        if (isHealthy()) {
            failures = 0;
        }
        hasStarted = false;
        failures++;
        notBefore = nanoTime.getAsLong() + pause().toNanos();
    }

    private Duration pause() {
        if (failures == 1) {
            return Duration.ZERO;
        }
        var doubled = Duration.ofSeconds(1L << Math.min(failures - 2, 6));
        return doubled.compareTo(LONGEST) < 0 ? doubled : LONGEST;
    }

    /** Whether what was started last has stayed long enough, and nothing has failed since. */
    boolean isHealthy() {
        return hasStarted && nanoTime.getAsLong() - startedAt >= HEALTHY.toNanos();
    }

    /** Whether it has happened more than once. */
    boolean isLoop() {
        return failures > 1;
    }

    /** How long to wait still; zero or less if it may be now. */
    Duration left() {
        return Duration.ofNanos(notBefore - nanoTime.getAsLong());
    }
}
