package io.callbacks.deployer.rollout;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Goes on, place by place, with what a former life of the deployer had serving. Nobody shall be
 * sent to what serves no more. But where a place cannot be asked for a moment, as when its engine
 * is not up yet, the callbacks that served there are left as they are: calls reach what serves
 * still.
 */
final class TakeOver {
    private static final Logger log = LoggerFactory.getLogger(TakeOver.class);

    /** Who is away for longer is taken to have lost what served there. */
    static final Duration PATIENCE = Duration.ofMinutes(1);

    private final DeploymentRepository repository;
    private final Rollouts rollouts;
    private final Announcer announcer;
    private final BooleanSupplier active;
    private final LongSupplier nanoTime;
    private final List<Platform> due = new ArrayList<>();
    private final Set<String> awaited = new HashSet<>();
    private long until;

    /** {@code active} renews the right to act, and tells whether it is there. */
    TakeOver(
            DeploymentRepository repository,
            Rollouts rollouts,
            Announcer announcer,
            BooleanSupplier active,
            LongSupplier nanoTime) {
        this.repository = repository;
        this.rollouts = rollouts;
        this.announcer = announcer;
        this.active = active;
        this.nanoTime = nanoTime;
    }

    /** All of it is to be done. */
    void begin(List<Platform> platforms) {
        due.clear();
        due.addAll(platforms);
        until = nanoTime.getAsLong() + PATIENCE.toNanos();
        awaited.clear();
        var names = platforms.stream().map(Platform::name).toList();
        for (var observed : repository.serving()) {
            if (names.contains(observed.target())) {
                rollouts.hold(observed.callbackId());
            } else {
                withdraw(observed);
            }
        }
    }

    /** Does what can be done by now. Repeatable. */
    void go() {
        for (var platform : List.copyOf(due)) {
            if (isDone(platform)) {
                due.remove(platform);
            }
        }
    }

    private boolean isDone(Platform platform) {
        try {
            takeOver(platform);
            return true;
        } catch (PlatformException e) {
            if (nanoTime.getAsLong() - until < 0) {
                await(platform, e);
                return false;
            }
            log.warn("What served is given up: c_type={} reason={}", platform.name(), e.toString());
            giveUp(platform);
            return true;
        }
    }

    /** Said once, however long it takes. */
    private void await(Platform platform, PlatformException why) {
        if (awaited.add(platform.name())) {
            log.warn(
                    "Served callbacks are left as they are for now: c_type={} reason={}",
                    platform.name(),
                    why.getMessage());
        }
    }

    private void takeOver(Platform platform) {
        var kept = new ArrayList<RunningInstance>();
        var servedThere = servedOn(platform);
        for (var observed : servedThere) {
            var goesOn = rollouts.takeOver(observed);
            if (goesOn.isEmpty()) {
                withdraw(observed);
            }
            kept.addAll(goesOn);
            requireActive();
        }
        platform.begin(kept);
        servedThere.forEach(observed -> rollouts.release(observed.callbackId()));
    }

    private void giveUp(Platform platform) {
        var servedThere = servedOn(platform);
        servedThere.forEach(this::withdraw);
        platform.begin(List.of());
        servedThere.forEach(observed -> rollouts.release(observed.callbackId()));
    }

    private List<Observed> servedOn(Platform platform) {
        return repository.serving().stream()
                .filter(observed -> observed.target().equals(platform.name()))
                .toList();
    }

    private void withdraw(Observed observed) {
        var nothing = observed.next(null, observed.attempt(), observed.lastGood());
        announcer.noRouteButObservation(observed.callbackId(), nothing.event());
        repository.save(nothing);
    }

    private void requireActive() {
        if (!active.getAsBoolean()) {
            throw new IllegalStateException("another deployer is active");
        }
    }
}
