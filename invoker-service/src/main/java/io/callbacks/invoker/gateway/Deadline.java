package io.callbacks.invoker.gateway;

import java.time.Duration;

/**
 * A point in time something must be done by.
 *
 * @param nanos on the clock of {@link System#nanoTime()}
 */
record Deadline(long nanos) {
    static Deadline in(Duration duration) {
        return new Deadline(System.nanoTime() + duration.toNanos());
    }

    /** What is left, never less than nothing. */
    Duration left() {
        return Duration.ofNanos(Math.max(0, nanos - System.nanoTime()));
    }

    boolean isBefore(Deadline other) {
        return nanos - other.nanos < 0;
    }
}
