package io.callbacks.registry.callback;

import io.callbacks.registry.callback.Callbacks.Changed;

/**
 * What it takes for a call to have ended. Says all of it, so that it can be kept.
 *
 * @param end what kind of end it is
 * @param on whether something shall run
 * @param generation the one to serve
 * @param revision the one to be built
 * @param onlyEnv whether the new env alone will do, on whatever serves
 */
public record Awaited(
        long callbackId,
        String uid,
        End end,
        boolean on,
        long generation,
        int revision,
        String target,
        long envVersion,
        boolean onlyEnv) {

    /** When a call has ended. */
    public enum End {
        /** The newest revision is built, or cannot be. */
        BUILT,
        /** The change is live, or cannot be. */
        LIVE,
        /** Nothing runs any more of what is deleted. */
        GONE
    }

    static Awaited built(Callback callback) {
        return of(callback, End.BUILT, callback.source().revision(), false);
    }

    static Awaited live(Changed change) {
        var after = change.after();
        return of(after, End.LIVE, after.desired().revision(), onlyEnv(change));
    }

    static Awaited gone(Changed change) {
        var after = change.after();
        return of(after, End.GONE, after.desired().revision(), false);
    }

    private static Awaited of(Callback callback, End end, int revision, boolean onlyEnv) {
        var wish = callback.desired();
        return new Awaited(
                callback.id(),
                callback.uid(),
                end,
                wish.on(),
                wish.generation(),
                revision,
                wish.target(),
                callback.envVersion(),
                onlyEnv);
    }

    private static boolean onlyEnv(Changed change) {
        var before = change.before();
        var after = change.after();
        return before.desired().on()
                && before.envVersion() != after.envVersion()
                && before.desired().source().equals(after.desired().source())
                && before.limits().equals(after.limits());
    }
}
