package io.callbacks.registry.callback;

import io.callbacks.registry.callback.Callbacks.Changed;
import io.callbacks.registry.status.BuildState;
import io.callbacks.registry.status.Seen;
import io.callbacks.registry.status.SeenRepository;
import io.callbacks.registry.status.Signals;

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
     * Waits as long as this change and the caller's preference say.
     *
     * @return whether the change is live everywhere
     */
    boolean await(Changed change, Prefer prefer) {
        var after = change.after();
        var onlyEnv = onlyEnv(change);
        var patience =
                waitsByItself(change)
                        ? prefer.orUnlessAsync(properties.liveTimeout())
                        : prefer.orNoWait();
        signals.await(
                after.id(), () -> live(after, onlyEnv) || failed(after, seen(after)), patience);
        return live(after, onlyEnv);
    }

    private boolean live(Callback callback, boolean onlyEnv) {
        var now = seen(callback);
        return live(callback, now) || onlyEnv && callback.desired().on() && envLive(callback, now);
    }

    /** Waits for the build of the newest revision to end, as long as the caller wants. */
    void awaitBuild(Callback callback, Prefer prefer) {
        signals.await(callback.id(), () -> built(callback, seen(callback)), prefer.orNoWait());
    }

    /**
     * A change of nothing but env, an undeploy and a delete, where something runs that it is about.
     */
    private boolean waitsByItself(Changed change) {
        var runs = seen(change.after()).serving() != null;
        return runs && (!change.after().desired().on() || onlyEnv(change));
    }

    private static boolean onlyEnv(Changed change) {
        var before = change.before();
        var after = change.after();
        return before.desired().on()
                && before.envVersion() != after.envVersion()
                && before.desired().source().equals(after.desired().source())
                && before.limits().equals(after.limits());
    }

    private Seen seen(Callback callback) {
        return seen.of(callback.id(), callback.uid());
    }

    /** What is wanted serves; or nothing does, where nothing is wanted. */
    private static boolean live(Callback callback, Seen seen) {
        var wish = callback.desired();
        var serving = seen.serving();
        if (!wish.on()) {
            return serving == null;
        }
        return serving != null && serving.generation() >= wish.generation();
    }

    /** An env may be live on an older revision, while a newer one cannot be built. */
    private static boolean envLive(Callback callback, Seen seen) {
        var serving = seen.serving();
        return serving != null && serving.envVersion() >= callback.envVersion();
    }

    private static boolean failed(Callback callback, Seen seen) {
        var wish = callback.desired();
        var attempt = seen.attempt();
        var build = seen.build(wish.revision(), wish.target());
        return wish.on()
                && (attempt != null
                                && attempt.error() != null
                                && attempt.generation() >= wish.generation()
                        || build.filter(b -> b.stage() == BuildState.Stage.FAILED).isPresent());
    }

    private static boolean built(Callback callback, Seen seen) {
        return seen.build(callback.source().revision(), callback.desired().target())
                .filter(b -> b.stage() != BuildState.Stage.BUILDING)
                .isPresent();
    }
}
