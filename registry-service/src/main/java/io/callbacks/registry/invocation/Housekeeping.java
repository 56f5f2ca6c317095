package io.callbacks.registry.invocation;

import io.callbacks.event.Topics;
import java.time.Clock;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * Removes what is kept for a time only: calls that ended, dead letters, large bodies. Every copy of
 * the service does it; there is no harm in that.
 */
final class Housekeeping implements SmartLifecycle {
    private static final Logger log = LoggerFactory.getLogger(Housekeeping.class);
    private static final Duration EVERY = Duration.ofMinutes(5);

    /** Clocks differ, and a record may have a time that is not come yet. */
    private static final Duration LEEWAY = Duration.ofDays(1);

    private static final Duration CALLS_KEPT = kept(Topics.INVOCATION);
    private static final Duration LETTERS_KEPT = kept(Topics.deadLetter(Topics.INVOCATION));

    private final InvocationRepository invocations;
    private final DeadLetterRepository letters;
    private final Bodies bodies;
    private final Clock clock;
    private final Duration retention;
    private volatile @Nullable Thread thread;

    /**
     * @param retention how long a call can be asked after once it has ended
     */
    Housekeeping(
            InvocationRepository invocations,
            DeadLetterRepository letters,
            Bodies bodies,
            Clock clock,
            Duration retention) {
        this.invocations = invocations;
        this.letters = letters;
        this.bodies = bodies;
        this.clock = clock;
        this.retention = retention;
    }

    /** How long Kafka keeps the records of a topic. */
    static Duration kept(String topic) {
        return Topics.OPEN.getOrDefault(topic, Duration.ZERO);
    }

    /** Does it once. */
    void tidy() {
        var now = clock.instant();
        var expired = invocations.expire(now.minus(retention));
        var longest = retention.compareTo(CALLS_KEPT) > 0 ? retention : CALLS_KEPT;
        var removed = invocations.remove(now.minus(longest).minus(LEEWAY));
        var lettersRemoved = letters.remove(now.minus(LETTERS_KEPT));
        // a letter names its body for as long as it is there, and the call may have waited before
        var forgotten = bodies.forget(now.minus(CALLS_KEPT).minus(LETTERS_KEPT));
        log.debug(
                "Tidied: expired={} invocations={} letters={} bodies={}",
                expired,
                removed,
                lettersRemoved,
                forgotten);
    }

    @Override
    public void start() {
        thread = Thread.ofVirtual().name("registry-housekeeping").start(this::run);
    }

    private void run() {
        try {
            while (true) {
                Thread.sleep(EVERY);
                tidyOrTellWhyNot();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // stopped
        }
    }

    /** Whatever the store has, it is tried again. */
    private void tidyOrTellWhyNot() {
        try {
            tidy();
        } catch (RuntimeException e) {
            log.warn("Could not tidy, trying again: reason={}", e.toString());
        }
    }

    @Override
    public void stop() {
        var working = thread;
        if (working != null) {
            working.interrupt();
            thread = null;
        }
    }

    @Override
    public boolean isRunning() {
        return thread != null;
    }
}
