package io.callbacks.registry.callback;

import static java.util.Objects.requireNonNullElse;

import io.callbacks.event.CallbackChange;
import io.callbacks.event.CallbackSnapshot;
import io.callbacks.event.Desired;
import io.callbacks.event.Limits;
import io.callbacks.event.Retry;
import io.callbacks.event.Scale;
import io.callbacks.event.Source;
import io.callbacks.event.Trigger;
import io.callbacks.registry.validation.CallbackFields;
import io.callbacks.registry.validation.PathRule;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.data.annotation.Id;
import org.springframework.data.mongodb.core.index.Indexed;
import org.springframework.data.mongodb.core.mapping.Document;

/**
 * A callback as it is stored: one document, with what is still to be published of it.
 *
 * @param routeKey method and path without parameter names, unlike any other's; null once deleted
 * @param source the newest wanted revision
 * @param lastRevision the highest number a revision ever had
 * @param madeBy the command that made it; null if none did
 * @param doneFor the last commands that made or changed it
 * @param outbox changes not published yet
 * @param pending true while there are such; absent otherwise, so that a sparse index finds them
 */
@Document("callbacks")
public record Callback(
        @Id long id,
        String uid,
        long version,
        String path,
        String method,
        @Indexed(unique = true, sparse = true) @Nullable String routeKey,
        Source source,
        int lastRevision,
        Limits limits,
        Scale instances,
        Retry retry,
        List<Trigger> triggers,
        long envVersion,
        Map<String, String> envSealed,
        String keyId,
        boolean deleted,
        Desired desired,
        Instant createdAt,
        Instant updatedAt,
        @Indexed(unique = true, sparse = true) @Nullable String madeBy,
        List<String> doneFor,
        List<Entry> outbox,
        @Indexed(sparse = true) @Nullable Boolean pending) {

    /** More than can be begun and not be known to be done, all at once. */
    private static final int REMEMBERED = 20;

    /**
     * A change that waits to be published.
     *
     * @param seq the version it led to
     */
    public record Entry(long seq, CallbackChange type, Instant time) {}

    public Callback {
        instances = requireNonNullElse(instances, Scale.ONE); // not there in documents of old
        retry = requireNonNullElse(retry, Retry.DEFAULT);
        triggers = List.copyOf(requireNonNullElse(triggers, List.of()));
        envSealed = Map.copyOf(envSealed);
        doneFor = List.copyOf(requireNonNullElse(doneFor, List.of()));
        outbox = List.copyOf(outbox);
    }

    /** One that was never there before. */
    static Callback created(
            long id,
            String uid,
            CallbackFields fields,
            Source source,
            Env env,
            List<Trigger> triggers,
            String target,
            Instant now) {
        var desired = new Desired(0, false, target, source.revision(), env.version(), source);
        var entry = new Entry(1, CallbackChange.CALLBACK_CREATED, now);
        return new Callback(
                id,
                uid,
                1,
                fields.path(),
                fields.method(),
                PathRule.key(fields.method(), fields.path()),
                source,
                source.revision(),
                fields.limits(),
                fields.instances(),
                fields.retry(),
                triggers,
                env.version(),
                env.sealed(),
                env.keyId(),
                false,
                desired,
                now,
                now,
                null,
                List.of(),
                List.of(entry),
                true);
    }

    /**
     * An env as it is stored.
     *
     * @param sealed names and sealed values
     */
    record Env(long version, Map<String, String> sealed, String keyId) {}

    Env env() {
        return new Env(envVersion, envSealed, keyId);
    }

    /** The next version, with other fields, source, env and wish; and the reason to publish it. */
    Callback next(
            CallbackFields fields,
            Source to,
            Env env,
            List<Trigger> triggers,
            Desired wish,
            CallbackChange why,
            Instant now) {
        var entries = new ArrayList<>(outbox);
        entries.add(new Entry(version + 1, why, now));
        return new Callback(
                id,
                uid,
                version + 1,
                fields.path(),
                fields.method(),
                deleted ? null : PathRule.key(fields.method(), fields.path()),
                to,
                Math.max(lastRevision, to.revision()),
                fields.limits(),
                fields.instances(),
                fields.retry(),
                triggers,
                env.version(),
                env.sealed(),
                env.keyId(),
                deleted,
                wish,
                createdAt,
                now,
                madeBy,
                doneFor,
                entries,
                true);
    }

    /** The next version, differing in nothing but what should run. */
    Callback next(Desired wish, CallbackChange why, Instant now) {
        return next(source, wish, why, now);
    }

    /** The next version, with another wanted revision. */
    Callback next(Source to, Desired wish, CallbackChange why, Instant now) {
        return next(fields(), to, env(), triggers, wish, why, now);
    }

    /** The last version. */
    Callback deletedNow(Instant now) {
        var generation = desired.generation() + (desired.on() ? 1 : 0);
        var off =
                new Desired(
                        generation,
                        false,
                        desired.target(),
                        desired.revision(),
                        envVersion,
                        desired.source());
        var entries = new ArrayList<>(outbox);
        entries.add(new Entry(version + 1, CallbackChange.CALLBACK_DELETED, now));
        return new Callback(
                id,
                uid,
                version + 1,
                path,
                method,
                null,
                source,
                lastRevision,
                limits,
                instances,
                retry,
                List.of(),
                envVersion,
                Map.of(),
                keyId,
                true,
                off,
                createdAt,
                now,
                madeBy,
                doneFor,
                entries,
                true);
    }

    private CallbackFields fields() {
        return new CallbackFields(
                path,
                method,
                source.type(),
                Optional.empty(),
                source.library(),
                Optional.empty(),
                limits,
                instances,
                retry,
                Optional.empty());
    }

    /** What a request that changes it is judged against. */
    CallbackFields.Present present() {
        return new CallbackFields.Present(
                path,
                method,
                source.type(),
                source.library(),
                envSealed.keySet(),
                limits,
                instances,
                retry,
                triggers);
    }

    /** The trigger of this name. */
    Optional<Trigger> trigger(String name) {
        return triggers.stream().filter(one -> one.name().equals(name)).findFirst();
    }

    /** The next version, with other triggers. */
    Callback next(List<Trigger> others, Instant now) {
        return next(fields(), source, env(), others, desired, CallbackChange.CALLBACK_UPDATED, now);
    }

    /** The same, remembering which command led to it. */
    Callback by(String command) {
        var done = new ArrayList<>(doneFor);
        done.add(command);
        return new Callback(
                id,
                uid,
                version,
                path,
                method,
                routeKey,
                source,
                lastRevision,
                limits,
                instances,
                retry,
                triggers,
                envVersion,
                envSealed,
                keyId,
                deleted,
                desired,
                createdAt,
                updatedAt,
                version == 1 ? command : madeBy,
                done.subList(Math.max(0, done.size() - REMEMBERED), done.size()),
                outbox,
                pending);
    }

    /** What is published of it. */
    public CallbackSnapshot snapshot() {
        return new CallbackSnapshot(
                id,
                uid,
                version,
                path,
                method,
                source.type(),
                source.revision(),
                source.sourceDigest(),
                source.library(),
                limits,
                instances,
                retry,
                triggers,
                envVersion,
                envSealed,
                keyId,
                deleted,
                desired);
    }

    @Override
    public String toString() {
        return "Callback[id=%d, uid=%s, version=%d, env=%s]"
                .formatted(id, uid, version, envSealed.keySet());
    }
}
