package io.callbacks.event;

import org.jspecify.annotations.Nullable;

/**
 * How many instances of a callback there may be.
 *
 * @param min kept however little there is to do, 1 to {@code max}
 * @param max never more, {@code min} to 100
 * @param targetConcurrency requests in flight or waiting that an instance should have, 1 to the
 *     limit of what it takes at once; null for 70 % of that limit
 */
public record Scale(int min, int max, @Nullable Integer targetConcurrency) {
    /** What a callback gets that says nothing. */
    public static final Scale ONE = new Scale(1, 1, null);

    private static final double BELOW_THE_LIMIT = 0.7;

    /**
     * How many instances it takes to have as much to do each as each should.
     *
     * @param busy requests in flight or waiting
     * @param concurrency requests an instance takes at once
     */
    public int instances(double busy, int concurrency) {
        var each =
                targetConcurrency == null
                        ? Math.max(1, concurrency * BELOW_THE_LIMIT)
                        : Math.min(targetConcurrency, concurrency); // which may have become less
        return Math.clamp((long) Math.ceil(busy / each), min, max);
    }
}
