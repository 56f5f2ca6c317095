package io.callbacks.deployer.rollout;

import io.callbacks.deployer.rollout.Platform.Availability;
import io.callbacks.event.TargetSeen;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What there is to tell of one target: at a steady pace how it is, and at once what has changed. A
 * target that is away for a moment, as when its engine restarts, stays available: what is asked for
 * meanwhile happens afterwards.
 */
final class TargetView {
    static final Duration EVERY = Duration.ofSeconds(10);

    /** What was available counts as such for so long after. */
    static final Duration GRACE = Duration.ofSeconds(30);

    private final String name;
    private final Supplier<Availability> place;
    private final Clock clock;
    private final LongSupplier nanoTime;
    private boolean available;
    private @Nullable Long availableAt;
    private @Nullable Long toldAt;
    private @Nullable Availability told;

    TargetView(String name, Supplier<Availability> place, Clock clock, LongSupplier nanoTime) {
        this.name = name;
        this.place = place;
        this.clock = clock;
        this.nanoTime = nanoTime;
    }

    /** What is to be told now. Asks the place only where something may be new. */
    Optional<TargetSeen> look() {
        var now = nanoTime.getAsLong();
        var due = toldAt == null || now - toldAt >= EVERY.toNanos();
        if (available && !due) {
            return Optional.empty();
        }
        var seen = graced(place.get(), now);
        if (!due && seen.equals(told)) {
            return Optional.empty();
        }
        told = seen;
        toldAt = now;
        return Optional.of(
                new TargetSeen(
                        name, seen.available(), seen.reason(), seen.runtimes(), clock.instant()));
    }

    private Availability graced(Availability seen, long now) {
        available = seen.available();
        if (available) {
            availableAt = now;
        }
        return availableAt != null && now - availableAt < GRACE.toNanos()
                ? new Availability(true, seen.reason(), seen.runtimes())
                : seen;
    }

    /** It was not heard: is told again. */
    void untold() {
        toldAt = null;
    }
}
