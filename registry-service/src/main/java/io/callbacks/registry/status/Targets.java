package io.callbacks.registry.status;

import io.callbacks.event.TargetSeen;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.springframework.data.mongodb.core.MongoTemplate;

/** Where callbacks can run. */
public final class Targets {
    /** All there are, in the order shown. */
    public static final List<String> NAMES = List.of("process", "docker", "kubernetes");

    /** Three heartbeats. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final String UNHEARD =
            "The deployer has not been heard from; see that deployer-service runs and reaches Kafka.";

    private final MongoTemplate store;
    private final Clock clock;

    public Targets(MongoTemplate store, Clock clock) {
        this.store = store;
        this.clock = clock;
    }

    void take(TargetSeen seen) {
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

    /** One of {@link #NAMES}; not available if the deployer fell silent. */
    public Target named(String name) {
        var known = store.findById(name, Target.class);
        return known != null && known.heardAt().isAfter(clock.instant().minus(PATIENCE))
                ? known
                : new Target(name, false, UNHEARD, List.of(), clock.instant());
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
