package io.callbacks.service.outbox;

import java.time.Duration;

/** Pauses that grow while trouble lasts. */
final class Pause {
    private static final Duration SHORTEST = Duration.ofMillis(200);

    private final Duration longest;
    private Duration next = SHORTEST;

    Pause(Duration longest) {
        this.longest = longest;
    }

    void reset() {
        next = SHORTEST;
    }

    void longer() {
        fixed(next);
        next = next.multipliedBy(2).compareTo(longest) < 0 ? next.multipliedBy(2) : longest;
    }

    void fixed(Duration pause) {
        try {
            Thread.sleep(pause);
        } catch (InterruptedException e) {
            throw new IllegalStateException("the relay is never interrupted", e);
        }
    }
}
