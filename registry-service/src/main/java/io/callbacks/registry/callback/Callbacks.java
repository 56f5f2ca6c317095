package io.callbacks.registry.callback;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.callbacks.blob.BlobStore;
import io.callbacks.event.CallbackChange;
import io.callbacks.event.Desired;
import io.callbacks.event.Scale;
import io.callbacks.event.Source;
import io.callbacks.registry.callback.Callback.Env;
import io.callbacks.registry.callback.RegistryException.DuplicatePath;
import io.callbacks.registry.callback.RegistryException.RevisionNotBuilt;
import io.callbacks.registry.callback.RegistryException.TargetUnavailable;
import io.callbacks.registry.callback.RegistryException.UnknownCallback;
import io.callbacks.registry.callback.RegistryException.UnknownRevision;
import io.callbacks.registry.callback.RegistryException.UnknownTrigger;
import io.callbacks.registry.callback.RegistryException.VersionMismatch;
import io.callbacks.registry.status.BuildState;
import io.callbacks.registry.status.Seen;
import io.callbacks.registry.status.SeenRepository;
import io.callbacks.registry.status.Target;
import io.callbacks.registry.status.Targets;
import io.callbacks.registry.validation.CallbackFields;
import io.callbacks.registry.validation.Fault;
import io.callbacks.registry.validation.Fields;
import io.callbacks.registry.validation.InvalidRequestException;
import io.callbacks.registry.validation.PathRule;
import io.callbacks.seal.Sealer;
import io.callbacks.service.outbox.Relay;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What can be done with callbacks. Each change is one conditional update of one document, together
 * with its outbox entry; code and revision are written before it, so that what is published is
 * there.
 */
final class Callbacks {
    private static final int MOST_ON_ONE_MACHINE = 10;

    private final CallbackRepository repository;
    private final SeenRepository seen;
    private final Targets targets;
    private final BlobStore blobs;
    private final Sealer sealer;
    private final Triggers triggers;
    private final Relay<Long> relay;
    private final Clock clock;
    private final String defaultTarget;
    private final @Nullable String command;

    Callbacks(
            CallbackRepository repository,
            SeenRepository seen,
            Targets targets,
            BlobStore blobs,
            Sealer sealer,
            Triggers triggers,
            Relay<Long> relay,
            Clock clock,
            RegistryProperties properties) {
        this.repository = repository;
        this.seen = seen;
        this.targets = targets;
        this.blobs = blobs;
        this.sealer = sealer;
        this.triggers = triggers;
        this.relay = relay;
        this.clock = clock;
        this.defaultTarget = properties.defaultTarget();
        this.command = null;
    }

    private Callbacks(Callbacks all, String command) {
        this.repository = all.repository;
        this.seen = all.seen;
        this.targets = all.targets;
        this.blobs = all.blobs;
        this.sealer = all.sealer;
        this.triggers = all.triggers;
        this.relay = all.relay;
        this.clock = all.clock;
        this.defaultTarget = all.defaultTarget;
        this.command = command;
    }

    /**
     * The same for what a command asks for: what was done for it already is not done again.
     *
     * @param name unlike any other command's
     */
    Callbacks by(String name) {
        return new Callbacks(this, name);
    }

    // --- reading

    /** One that is there. */
    Callback read(long id) {
        return repository
                .find(id)
                .filter(c -> !c.deleted())
                .orElseThrow(() -> new UnknownCallback(id));
    }

    Seen seen(Callback callback) {
        return seen.of(callback.id(), callback.uid());
    }

    String code(Callback callback) {
        return new String(blobs.get(callback.source().sourceDigest()), UTF_8);
    }

    List<Revision> revisions(Callback callback) {
        return repository.revisions(callback.uid());
    }

    // --- changing

    Callback create(JsonNode request) {
        return made().orElseGet(() -> makeUnlessMade(request));
    }

    private Optional<Callback> made() {
        return Optional.ofNullable(command).flatMap(repository::madeBy);
    }

    private Callback makeUnlessMade(JsonNode request) {
        try {
            return make(request);
        } catch (DuplicatePath e) {
            return made().orElseThrow(() -> e); // by another copy of this service, just now
        }
    }

    private Callback make(JsonNode request) {
        var fields = CallbackFields.ofNew(request);
        repository.refuseDuplicate(PathRule.key(fields.method(), fields.path()));
        var uid = Uids.next(clock);
        var source = source(fields, 1, blobs.put(fields.code().orElseThrow().getBytes(UTF_8)));
        var now = clock.instant();
        repository.save(Revision.of(uid, source, now));
        var none = new Env(0, Map.of(), sealer.keyId());
        var env =
                fields.env()
                        .map(values -> env(uid, none, values, false))
                        .orElse(new Env(1, Map.of(), sealer.keyId()));
        var id = repository.nextId();
        var calling = triggers.changed(id, uid, List.of(), fields.triggers());
        var callback =
                remembered(
                        Callback.created(
                                id, uid, fields, source, env, calling, defaultTarget, now));
        repository.insert(callback);
        relay.wake(callback.id());
        return callback;
    }

    /**
     * Changes what the request speaks of.
     *
     * @param merge whether env is merged and not replaced
     */
    Changed update(long id, JsonNode request, boolean merge, IfMatch ifMatch) {
        return change(
                id,
                ifMatch,
                before ->
                        updated(
                                before,
                                CallbackFields.ofChange(request, before.present(), merge),
                                merge));
    }

    private Callback updated(Callback before, CallbackFields fields, boolean merge) {
        var source = newSource(before, fields);
        var env =
                fields.env()
                        .map(values -> env(before.uid(), before.env(), values, merge))
                        .orElse(before.env());
        var rebuilt = source.revision() != before.source().revision();
        var rerun =
                rebuilt
                        || !fields.limits().equals(before.limits())
                        || env.version() != before.envVersion();
        if (before.desired().on()) {
            requireRoom(fields.instances(), before.desired().target());
        }
        var wish =
                rerun
                        ? wish(
                                before.desired(),
                                rebuilt ? source : before.desired().source(),
                                env.version())
                        : before.desired();
        var samePlace =
                before.path().equals(fields.path()) && before.method().equals(fields.method());
        var calling =
                triggers.changed(before.id(), before.uid(), before.triggers(), fields.triggers());
        var sameRest =
                samePlace
                        && fields.instances().equals(before.instances())
                        && fields.retry().equals(before.retry())
                        && calling.equals(before.triggers());
        if (!rerun && sameRest) {
            return before;
        }
        var onlyEnv = !rebuilt && sameRest && fields.limits().equals(before.limits());
        var why = onlyEnv ? CallbackChange.ENV_UPDATED : CallbackChange.CALLBACK_UPDATED;
        return before.next(fields, source, env, calling, wish, why, clock.instant());
    }

    private Source newSource(Callback before, CallbackFields fields) {
        var digest =
                fields.code()
                        .map(code -> blobs.put(code.getBytes(UTF_8)))
                        .orElse(before.source().sourceDigest());
        var same = source(fields, before.source().revision(), digest);
        if (same.equals(before.source())) {
            return same;
        }
        var next = source(fields, before.lastRevision() + 1, digest);
        repository.save(Revision.of(before.uid(), next, clock.instant()));
        return next;
    }

    private static Source source(CallbackFields fields, int revision, String digest) {
        return new Source(revision, fields.type(), digest, fields.library());
    }

    private Env env(String uid, Env before, Map<String, @Nullable String> values, boolean merge) {
        var sealed = new HashMap<String, String>(merge ? before.sealed() : Map.of());
        values.forEach(
                (name, value) -> {
                    if (value == null) {
                        sealed.remove(name);
                    } else if (value.equals(CallbackFields.MASK)) {
                        sealed.put(name, Objects.requireNonNull(before.sealed().get(name)));
                    } else {
                        sealed.put(name, sealer.seal(uid, name, value));
                    }
                });
        return sealed.equals(before.sealed()) && before.version() > 0
                ? before
                : new Env(before.version() + 1, sealed, sealer.keyId());
    }

    /** What should run after a change: another generation if anything should run at all. */
    private static Desired wish(Desired before, Source source, long envVersion) {
        return new Desired(
                before.generation() + (before.on() ? 1 : 0),
                before.on(),
                before.target(),
                source.revision(),
                envVersion,
                source);
    }

    Changed deploy(DeployRequest request) {
        if (!request.on()) {
            return change(request.callbackId(), IfMatch.ANY, this::undeployed);
        }
        var callback = read(request.callbackId());
        var target = request.target() == null ? callback.desired().target() : request.target();
        if (isDone(callback)) {
            return new Changed(callback, callback);
        }
        requireAvailable(target);
        return change(
                request.callbackId(),
                IfMatch.ANY,
                before -> deployed(before, target, request.revision()));
    }

    private Callback undeployed(Callback before) {
        var was = before.desired();
        if (!was.on()) {
            return before;
        }
        var off =
                new Desired(
                        was.generation() + 1,
                        false,
                        was.target(),
                        was.revision(),
                        was.envVersion(),
                        was.source());
        return before.next(off, CallbackChange.DEPLOYMENT_REQUESTED, clock.instant());
    }

    private Callback deployed(Callback before, String target, @Nullable Integer revision) {
        var source = revision == null ? before.source() : revision(before, revision).source();
        requireRoom(before.instances(), target);
        var was = before.desired();
        if (was.on() && was.target().equals(target) && was.source().equals(source)) {
            return before;
        }
        var on =
                new Desired(
                        was.generation() + 1,
                        true,
                        target,
                        source.revision(),
                        before.envVersion(),
                        source);
        return before.next(on, CallbackChange.DEPLOYMENT_REQUESTED, clock.instant());
    }

    private Revision revision(Callback callback, int number) {
        return repository
                .revision(callback.uid(), number)
                .orElseThrow(() -> new UnknownRevision(callback.id(), number));
    }

    private void requireAvailable(String name) {
        var target = targets.settled(name);
        if (!target.available()) {
            var available =
                    targets.all().stream().filter(Target::available).map(Target::name).toList();
            throw new TargetUnavailable(name, String.valueOf(target.reason()), available);
        }
    }

    /** One machine takes only so many. */
    private static void requireRoom(Scale instances, String target) {
        if (instances.max() > MOST_ON_ONE_MACHINE && !target.equals("kubernetes")) {
            throw new InvalidRequestException(
                    new Fault(
                            "instances.max",
                            "invalid-max",
                            "'instances.max' is %d; of one callback %s runs %d at most. Lower it, or deploy on kubernetes."
                                    .formatted(instances.max(), target, MOST_ON_ONE_MACHINE)));
        }
    }

    /** Back to a revision that is built. */
    Changed rollback(long id, JsonNode request) {
        read(id);
        var fields = new Fields(request);
        if (!fields.has("revision")) {
            fields.fault(
                    "revision",
                    "invalid-revision",
                    "'revision' is required: the number of the one to go back to.");
        }
        var revision = fields.number("revision", 1, Integer.MAX_VALUE, 1);
        fields.check();
        return change(
                id, IfMatch.ANY, before -> rolledBack(before, revision(before, revision).source()));
    }

    private Callback rolledBack(Callback before, Source to) {
        var target = before.desired().target();
        var built =
                seen(before)
                        .build(to.revision(), target)
                        .filter(b -> b.stage() == BuildState.Stage.BUILT);
        if (built.isEmpty()) {
            throw new RevisionNotBuilt(before.id(), to.revision(), target);
        }
        if (to.equals(before.source()) && to.equals(before.desired().source())) {
            return before;
        }
        var wish = wish(before.desired(), to, before.envVersion());
        return before.next(to, wish, CallbackChange.CALLBACK_UPDATED, clock.instant());
    }

    /** Builds the newest revision anew, as another one: what it stands on may have changed. */
    Changed rebuild(long id) {
        return change(id, IfMatch.ANY, this::rebuilt);
    }

    private Callback rebuilt(Callback before) {
        var was = before.source();
        var again =
                new Source(
                        before.lastRevision() + 1, was.type(), was.sourceDigest(), was.library());
        var now = clock.instant();
        repository.save(Revision.of(before.uid(), again, now));
        var wish = wish(before.desired(), again, before.envVersion());
        return before.next(again, wish, CallbackChange.CALLBACK_UPDATED, now);
    }

    /** Lets a trigger rest, or go on. */
    Changed pause(long id, String name, boolean paused) {
        return change(id, IfMatch.ANY, before -> paused(before, name, paused));
    }

    private Callback paused(Callback before, String name, boolean paused) {
        var trigger = before.trigger(name).orElseThrow(() -> new UnknownTrigger(before.id(), name));
        return trigger.paused() == paused
                ? before
                : before.next(
                        before.triggers().stream()
                                .map(one -> one.equals(trigger) ? one.paused(paused) : one)
                                .toList(),
                        clock.instant());
    }

    /** Removes it for good; one that was there once and is gone stays gone. */
    Changed delete(long id, IfMatch ifMatch) {
        var callback = repository.find(id).orElseThrow(() -> new UnknownCallback(id));
        return callback.deleted()
                ? new Changed(callback, callback)
                : change(id, ifMatch, before -> before.deletedNow(clock.instant()));
    }

    private boolean isDone(Callback callback) {
        return command != null && callback.doneFor().contains(command);
    }

    private Callback remembered(Callback callback) {
        return command == null ? callback : callback.by(command);
    }

    /** A callback before and after a change; the same one if nothing changed. */
    record Changed(Callback before, Callback after) {}

    /** Tries until no other change comes in between. */
    private Changed change(long id, IfMatch ifMatch, UnaryOperator<Callback> changing) {
        while (true) {
            var before = read(id);
            if (isDone(before)) {
                return new Changed(before, before);
            }
            if (!ifMatch.matches(before.version())) {
                throw new VersionMismatch(id, before.version());
            }
            var after = changing.apply(before);
            if (after.version() == before.version()) {
                return new Changed(before, before);
            }
            if (repository.replace(before, remembered(after))) {
                relay.wake(id);
                return new Changed(before, after);
            }
        }
    }
}
