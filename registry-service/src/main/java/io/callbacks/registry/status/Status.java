package io.callbacks.registry.status;

import io.callbacks.event.Desired;
import io.callbacks.event.Failure;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Where a callback stands: computed from what should run and what was seen, never stored.
 *
 * @param problem what stands in the way, if something does; also of a newer attempt that failed
 *     while an older one serves
 */
public record Status(Name name, @Nullable Problem problem) {
    /** As users see it. */
    public enum Name {
        PENDING,
        BUILDING,
        BUILT,
        DEPLOYING,
        DEPLOYED,
        FAILED,
        UNDEPLOYED;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * A failure and where it happened.
     *
     * @param stage {@code build}, {@code start} or {@code run}
     */
    public record Problem(String stage, Failure failure) {}

    /**
     * Computes it.
     *
     * @param revision the newest wanted one
     */
    public static Status of(Desired desired, int revision, Seen seen) {
        return desired.on()
                ? shouldRun(desired, seen)
                : shouldNotRun(desired.target(), revision, seen);
    }

    private static Status shouldRun(Desired desired, Seen seen) {
        var build = seen.build(desired.revision(), desired.target());
        var problem = problemOf(desired, seen);
        if (seen.serving() != null) {
            return new Status(Name.DEPLOYED, problem);
        }
        if (problem != null) {
            return new Status(Name.FAILED, problem);
        }
        var built = build.filter(b -> b.stage() == BuildState.Stage.BUILT).isPresent();
        return new Status(built ? Name.DEPLOYING : Name.BUILDING, null);
    }

    /** An attempt counts only for what is wanted now. */
    private static @Nullable Problem problemOf(Desired desired, Seen seen) {
        var build = seen.build(desired.revision(), desired.target()).map(BuildState::error);
        if (build.isPresent()) {
            return new Problem("build", build.get());
        }
        var attempt = seen.attempt();
        return attempt != null
                        && attempt.error() != null
                        && attempt.generation() >= desired.generation()
                ? new Problem(attempt.stage(), attempt.error())
                : null;
    }

    private static Status shouldNotRun(String target, int revision, Seen seen) {
        if (seen.serving() != null) {
            return new Status(Name.DEPLOYING, null);
        }
        var build = seen.build(revision, target);
        var problem = build.map(BuildState::error).map(e -> new Problem("build", e)).orElse(null);
        if (seen.observation() > 0) {
            return new Status(Name.UNDEPLOYED, problem);
        }
        var name =
                build.map(
                                b ->
                                        switch (b.stage()) {
                                            case BUILDING -> Name.BUILDING;
                                            case BUILT -> Name.BUILT;
                                            case FAILED -> Name.FAILED;
                                        })
                        .orElse(Name.PENDING);
        return new Status(name, problem);
    }
}
