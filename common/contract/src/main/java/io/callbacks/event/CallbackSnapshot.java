package io.callbacks.event;

import static java.util.Objects.requireNonNull;
import static java.util.Objects.requireNonNullElse;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The whole of a callback as of one version. A consumer takes a snapshot if its version is higher
 * than the one it has.
 *
 * @param callbackId the number users call it by; never used again
 * @param uid its identity (a UUIDv7)
 * @param version grows with each change
 * @param path route template without a leading slash, such as {@code shop/items/{id}}
 * @param method an HTTP method, or {@code ANY}
 * @param type language of the newest wanted revision
 * @param revision the newest wanted revision
 * @param sourceDigest its code in the blob store
 * @param library its dependencies
 * @param limits what an instance may use
 * @param instances how many there may be; absent in snapshots of old: one
 * @param retry what of a call by event is tried again; absent in snapshots of old: the default
 * @param triggers topics that call it; absent in snapshots of old: none
 * @param envVersion grows with each change of env
 * @param envSealed env names and sealed values
 * @param keyId the key they are sealed with
 * @param deleted whether it is gone for good
 * @param desired what should run
 */
public record CallbackSnapshot(
        long callbackId,
        String uid,
        long version,
        String path,
        String method,
        String type,
        int revision,
        String sourceDigest,
        @Nullable String library,
        Limits limits,
        Scale instances,
        Retry retry,
        List<Trigger> triggers,
        long envVersion,
        Map<String, String> envSealed,
        String keyId,
        boolean deleted,
        Desired desired) {
    public CallbackSnapshot {
        requireNonNull(uid, "uid");
        requireNonNull(path, "path");
        requireNonNull(method, "method");
        requireNonNull(type, "type");
        requireNonNull(sourceDigest, "source_digest");
        requireNonNull(limits, "limits");
        instances = requireNonNullElse(instances, Scale.ONE);
        retry = requireNonNullElse(retry, Retry.DEFAULT);
        triggers = List.copyOf(requireNonNullElse(triggers, List.of()));
        envSealed = Map.copyOf(envSealed);
        requireNonNull(keyId, "key_id");
        requireNonNull(desired, "desired");
    }

    /** What the newest wanted revision is built from. */
    @JsonIgnore
    public Source newest() {
        return new Source(revision, type, sourceDigest, library);
    }

    @Override
    public String toString() {
        return "CallbackSnapshot[callbackId=%d, uid=%s, version=%d, method=%s, path=%s, revision=%d, env=%s, deleted=%b, desired=%s]"
                .formatted(
                        callbackId,
                        uid,
                        version,
                        method,
                        path,
                        revision,
                        envSealed.keySet(),
                        deleted,
                        desired);
    }
}
