package io.callbacks.registry.callback;

import io.callbacks.registry.callback.Awaited.End;
import io.callbacks.registry.status.BuildState;
import io.callbacks.registry.status.Seen;
import io.callbacks.registry.status.SeenRepository;
import io.callbacks.registry.status.Signals;
import java.time.Duration;

/** Tells when a change is live, and waits for it. */
final class Liveness {
    private final SeenRepository seen;
    private final Signals signals;
    private final RegistryProperties properties;

    Liveness(SeenRepository seen, Signals signals, RegistryProperties properties) {
        this.seen = seen;
        this.signals = signals;
        this.properties = properties;
    }

    /**
     * Waits as long as this call and the caller's preference say.
     *
     * @return whether the change is live everywhere
     */
    boolean await(Awaited awaited, Prefer prefer) {
        await(awaited, patience(awaited, prefer));
        return live(awaited);
    }

    /** How long to wait, as this call and the caller's preference say. */
    Duration patience(Awaited awaited, Prefer prefer) {
        return waitsByItself(awaited)
                ? prefer.orUnlessAsync(properties.liveTimeout())
                : prefer.orNoWait();
    }

    /** Waits for the end of a call, for some time at most. */
    void await(Awaited awaited, Duration patience) {
        signals.await(awaited.callbackId(), () -> ended(awaited), patience);
    }

    /** Whether there is nothing to wait for any more. */
    boolean ended(Awaited awaited) {
        var now = seen(awaited);
        return awaited.end() == End.BUILT
                ? built(awaited, now)
                : live(awaited, now) || failed(awaited, now);
    }

    /** Whether the change is live everywhere. */
    boolean live(Awaited awaited) {
        return live(awaited, seen(awaited));
    }

    /**
     * A change of nothing but env, an undeploy and a delete, where something runs that it is about.
     */
    private boolean waitsByItself(Awaited awaited) {
        return awaited.end() != End.BUILT
                && (!awaited.on() || awaited.onlyEnv())
                && seen(awaited).serving() != null;
    }

    private Seen seen(Awaited awaited) {
        return seen.of(awaited.callbackId(), awaited.uid());
    }

    /**
     * What is wanted serves; or nothing does, where nothing is wanted. An env may be live on an
     * older revision, while a newer one cannot be built.
     */
    private static boolean live(Awaited awaited, Seen seen) {
        var serving = seen.serving();
        if (!awaited.on()) {
            return serving == null;
        }
        return serving != null
                && (serving.generation() >= awaited.generation()
                        || awaited.onlyEnv() && serving.envVersion() >= awaited.envVersion());
    }

    private static boolean failed(Awaited awaited, Seen seen) {
        var attempt = seen.attempt();
        var build = seen.build(awaited.revision(), awaited.target());
        return awaited.on()
                && (attempt != null
                                && attempt.error() != null
                                && attempt.generation() >= awaited.generation()
                        || build.filter(b -> b.stage() == BuildState.Stage.FAILED).isPresent());
    }

    private static boolean built(Awaited awaited, Seen seen) {
        return seen.build(awaited.revision(), awaited.target())
                .filter(b -> b.stage() != BuildState.Stage.BUILDING)
                .isPresent();
    }
}
