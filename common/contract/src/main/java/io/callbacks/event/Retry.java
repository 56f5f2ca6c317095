package io.callbacks.event;

import java.time.Duration;
import java.util.List;

/**
 * What of a call by event is tried again.
 *
 * @param tries most calls of the handler, 1 to 20
 * @param statuses answers that are tried again, 400 to 599
 * @param delayMs pause before the second try in milliseconds, 50 to 60000; doubles with each
 */
public record Retry(int tries, List<Integer> statuses, int delayMs) {
    /** What a callback gets that says nothing. */
    public static final Retry DEFAULT = new Retry(3, List.of(429, 500, 502, 503, 504), 500);

    private static final Duration LONGEST = Duration.ofMinutes(1);
    private static final int MOST_DOUBLINGS = 20;

    public Retry {
        statuses = List.copyOf(statuses);
    }

    /** The pause after so many tries. */
    public Duration delay(int tried) {
        var doubled = Duration.ofMillis((long) delayMs << Math.min(tried - 1, MOST_DOUBLINGS));
        return doubled.compareTo(LONGEST) < 0 ? doubled : LONGEST;
    }
}
