package io.callbacks.builder.testing;

import io.callbacks.event.CallbackChange;
import io.callbacks.event.CallbackChanged;
import io.callbacks.event.CallbackSnapshot;
import io.callbacks.event.Desired;
import io.callbacks.event.Limits;
import io.callbacks.event.Retry;
import io.callbacks.event.Scale;
import io.callbacks.event.Source;
import java.util.List;
import java.util.Map;

/** What a registry would tell of a callback that is to run, with its newest revision. */
public final class Snapshots {
    private Snapshots() {}

    public static CallbackSnapshot of(
            long callbackId, long version, String target, Source source, boolean deleted) {
        return new CallbackSnapshot(
                callbackId,
                uid(callbackId),
                version,
                "things",
                "ANY",
                source.type(),
                source.revision(),
                source.sourceDigest(),
                source.library(),
                Limits.DEFAULT,
                Scale.ONE,
                Retry.DEFAULT,
                List.of(),
                1,
                Map.of(),
                "key",
                deleted,
                new Desired(version, !deleted, target, source.revision(), 1, source));
    }

    public static String uid(long callbackId) {
        return "00000000-0000-7000-8000-%012d".formatted(callbackId);
    }

    public static CallbackChanged changed(CallbackSnapshot snapshot) {
        return new CallbackChanged(
                snapshot.deleted()
                        ? CallbackChange.CALLBACK_DELETED
                        : CallbackChange.DEPLOYMENT_REQUESTED,
                snapshot);
    }
}
