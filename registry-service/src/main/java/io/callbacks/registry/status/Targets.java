package io.callbacks.registry.status;

import io.callbacks.event.Event;
import io.callbacks.event.TargetSeen;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.springframework.data.mongodb.core.MongoTemplate;

/** Where callbacks can run. */
public final class Targets implements Consumer<Event> {
    /** All there are, in the order shown. */
    public static final List<String> NAMES = List.of("process", "docker", "kubernetes");

    /** Three heartbeats. */
    static final Duration SILENCE = Duration.ofSeconds(30);

    /** A deployer that is replaced or restarts is back by then, and does what was asked for. */
    static final Duration PATIENCE = Duration.ofMinutes(2);

    private static final String UNHEARD =
            "The deployer has not been heard from; see that deployer-service runs and reaches Kafka.";

    private final MongoTemplate store;
    private final Clock clock;

    public Targets(MongoTemplate store, Clock clock) {
        this.store = store;
        this.clock = clock;
    }

    @Override
    public void accept(Event event) {
        if (event instanceof TargetSeen seen) {
            take(seen);
        }
    }

    private void take(TargetSeen seen) {
        store.save(
                new Target(
                        seen.target(),
                        seen.available(),
                        seen.reason(),
                        seen.runtimes(),
                        clock.instant()));
    }

    /** All of them, as of now. */
    public List<Target> all() {
        return NAMES.stream().map(this::named).toList();
    }

    /**
     * One of {@link #NAMES}; not available if the deployer fell silent. For as long as it may only
     * have been replaced, what was told last counts.
     */
    public Target named(String name) {
        var known = store.findById(name, Target.class);
        if (known == null) {
            return unheard(name);
        }
        var silence = Duration.between(known.heardAt(), clock.instant());
        if (silence.compareTo(PATIENCE) >= 0) {
            return unheard(name);
        }
        return known.available() && silence.compareTo(SILENCE) >= 0
                ? silent(known, silence)
                : known;
    }

    private Target unheard(String name) {
        return new Target(name, false, UNHEARD, List.of(), clock.instant());
    }

    private static Target silent(Target known, Duration silence) {
        var reason =
                "The deployer has not been heard from for %d s; what is asked for happens when it is back."
                        .formatted(silence.toSeconds());
        return new Target(known.name(), true, reason, known.runtimes(), known.heardAt());
    }

    /** Waits a little for a deployer that has just started. */
    public Target settled(String name) {
        var deadline = System.nanoTime() + Duration.ofSeconds(5).toNanos();
        var target = named(name);
        while (Objects.equals(target.reason(), UNHEARD) && System.nanoTime() < deadline) {
            pause();
            target = named(name);
        }
        return target;
    }

    private static void pause() {
        try {
            Thread.sleep(Duration.ofMillis(100));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for the deployer", e);
        }
    }
}
