package io.callbacks.deployer.rollout;

import io.callbacks.deployer.rollout.Platform.StartResult;
import io.callbacks.event.CallbackSnapshot;
import io.callbacks.event.DeploymentObserved.Attempt;
import io.callbacks.event.Failure;
import io.callbacks.event.Route;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings one callback to what should run of it. Called again and again, by one thread at a time;
 * each time it compares what is stored with what its platform really runs, does the next step, and
 * tells what came of it. Where what is wanted cannot run, what served last goes on or is started
 * again.
 */
final class Rollout {
    private static final Logger log = LoggerFactory.getLogger(Rollout.class);
    private static final Duration HEALTHY = Duration.ofMinutes(1);

    private final long callbackId;
    private final RolloutContext context;
    private @Nullable Live live;
    private Backoff backoff;
    private Backoff growth;
    private @Nullable Failure shortage;
    private @Nullable Setup current;
    private @Nullable BuildResult tried;
    private @Nullable Setup refused;
    private @Nullable Failure failure;
    private volatile @Nullable Failure lastEnd;
    private volatile boolean lost;
    private long told;
    private @Nullable Route toldRoute;

    Rollout(long callbackId, RolloutContext context) {
        this.callbackId = callbackId;
        this.context = context;
        this.backoff = new Backoff(context.nanoTime());
        this.growth = new Backoff(context.nanoTime());
    }

    /** Remembers how an instance ended; {@link #reconcile} acts on it. */
    void ended(Failure how) {
        lastEnd = how;
    }

    /** Remembers that its place lost an instance. */
    void lost() {
        lost = true;
    }

    /**
     * Goes on with what a former life had serving, if it serves still: what was told to serve, and
     * nothing older that only finishes what it has.
     *
     * @return the instances; empty if there is nothing to go on with
     * @throws PlatformException if the place cannot be reached
     */
    List<RunningInstance> takeOver(Observed observed) {
        var serving = observed.serving();
        var setup = observed.lastGood();
        if (serving == null || setup == null) {
            return List.of();
        }
        var present =
                context.platform(setup.target()).instances().stream()
                        .filter(i -> i.callbackId() == callbackId)
                        .toList();
        var serves = SideBySide.forAll(present, i -> context.control().serves(i, serving));
        var fit =
                IntStream.range(0, present.size())
                        .filter(serves::get)
                        .mapToObj(present::get)
                        .toList();
        if (!fit.isEmpty()) {
            become(new Live(observed.uid(), serving.generation(), setup, fit), this::announceRoute);
            log.info("Goes on serving: callback={} instances={}", callbackId, fit);
        }
        return fit;
    }

    /**
     * Does what there is to do.
     *
     * @return when to look again at the latest, if there is something to wait for
     * @throws PlatformException if something could not be reached; then nothing is lost by trying
     *     again
     */
    Optional<Duration> reconcile() {
        var found = context.repository().snapshot(callbackId);
        if (found.isEmpty()) {
            return Optional.empty();
        }
        var snapshot = found.get();
        if (snapshot.deleted() || !snapshot.desired().on()) {
            withdraw(snapshot);
            return Optional.empty();
        }
        noticeEnded(snapshot);
        if (live != null && !live.route().equals(toldRoute)) {
            announceRoute(); // Kafka did not take it when it was due
        }
        var wanted = Setup.wanted(snapshot);
        if (!wanted.equals(current)) {
            current = wanted;
            forgetFailure();
            backoff = new Backoff(context.nanoTime());
            forgetShortage();
        }
        renewEnv(snapshot, wanted);
        var again =
                live != null && live.setup().isSameButEnv(wanted)
                        ? confirm(snapshot)
                        : replace(snapshot, wanted);
        return resize(snapshot).or(() -> again);
    }

    // --- what runs already

    /** Lets go of instances that are not there any more. */
    private void noticeEnded(CallbackSnapshot snapshot) {
        var before = live;
        if (before == null) {
            return;
        }
        var there =
                context.platform(before.setup().target()).instances().stream()
                        .map(RunningInstance::id)
                        .toList();
        var left = before.instances().stream().filter(i -> there.contains(i.id())).toList();
        if (left.size() == before.instances().size()) {
            return;
        }
        become(left.isEmpty() ? null : before.with(left), this::announceRoute);
        before.instances().stream().filter(i -> !left.contains(i)).forEach(i -> forget(before, i));
        if (lost) {
            lost = false;
            log.info("Instance was lost by its place: callback={}", callbackId);
            return;
        }
        backoff.failed();
        var how =
                Objects.requireNonNullElseGet(
                        lastEnd, () -> StartFailures.ended("it is not there any more", null));
        lastEnd = null;
        log.warn("Instance ended by itself: callback={} reason={}", callbackId, how.message());
        if (backoff.isLoop()) {
            tell(snapshot, new Attempt(snapshot.desired().generation(), "run", how));
        }
    }

    /** Whatever is left of it goes too. */
    private void forget(Live before, RunningInstance instance) {
        context.stopLater(before.setup().target(), instance, Duration.ZERO);
    }

    /**
     * Hands a newer env to what serves; a handler that cannot be imported with it keeps the old
     * one.
     */
    private void renewEnv(CallbackSnapshot snapshot, Setup wanted) {
        var before = live;
        if (before == null || before.setup().envVersion() >= wanted.envVersion()) {
            return;
        }
        var setup = before.setup().withEnvOf(wanted);
        if (tried != null || setup.equals(refused)) {
            return;
        }
        var generation =
                setup.isSameButEnv(wanted) ? snapshot.desired().generation() : before.generation();
        var env = context.opener().open(snapshot.uid(), wanted.envSealed());
        var answers =
                SideBySide.forAll(before.instances(), i -> handEnv(i, wanted, generation, env));
        var taken = answers.stream().filter(EnvAnswer::isTaken).toList();
        var rejecting = answers.stream().filter(answer -> answer.rejected() != null).toList();
        if (taken.isEmpty() && !rejecting.isEmpty()) {
            refused = setup;
            failure = rejecting.getFirst().rejected();
            goOnWith(before, rejecting);
            return;
        }
        goOnWith(before.with(generation, setup), taken);
        if (live != null) {
            announceLive(snapshot, attemptOf(snapshot));
            log.info("Env is live: callback={} env_version={}", callbackId, wanted.envVersion());
        }
    }

    /**
     * What an instance said to another env.
     *
     * @param rejected why its handler cannot be imported with it; then the old one stays
     */
    private record EnvAnswer(
            RunningInstance instance, boolean isTaken, @Nullable Failure rejected) {}

    private EnvAnswer handEnv(
            RunningInstance instance, Setup wanted, long generation, Map<String, String> env) {
        var longest = Duration.ofSeconds(wanted.limits().startupTimeoutSeconds() + 5L);
        try {
            var rejected =
                    context.control().env(instance, wanted.envVersion(), generation, env, longest);
            return new EnvAnswer(instance, rejected.isEmpty(), rejected.orElse(null));
        } catch (PlatformException e) {
            log.warn(
                    "Instance did not take its env and is replaced: callback={} reason={}",
                    callbackId,
                    e.toString());
            return new EnvAnswer(instance, false, null);
        }
    }

    /** Ends the others, which another env than the rest would have. */
    private void goOnWith(Live next, List<EnvAnswer> answers) {
        var left = answers.stream().map(EnvAnswer::instance).toList();
        if (left.size() == next.instances().size()) {
            live = next;
            return;
        }
        live = left.isEmpty() ? null : next.with(left);
        try {
            announceRoute();
        } finally {
            next.instances().stream()
                    .filter(i -> !left.contains(i))
                    .forEach(i -> context.stop(next.setup().target(), i, Duration.ZERO));
        }
    }

    /** What serves is what is wanted, but for an env that failed. */
    private Optional<Duration> confirm(CallbackSnapshot snapshot) {
        var now = Objects.requireNonNull(live);
        var generation = snapshot.desired().generation();
        if (failure != null) {
            tell(snapshot, new Attempt(generation, "start", failure));
            return Optional.empty();
        }
        if (now.generation() != generation) {
            live = now.with(generation, now.setup());
            announceLive(snapshot, attemptOf(snapshot));
        } else {
            tell(snapshot, attemptOf(snapshot));
        }
        return backoff.isLoop() ? Optional.of(HEALTHY) : Optional.empty();
    }

    /**
     * A crash loop is told of until what was started again has stayed for a while, and that there
     * are too few until there are enough.
     */
    private @Nullable Attempt attemptOf(CallbackSnapshot snapshot) {
        var attempt = observed(snapshot).attempt();
        if (backoff.isLoop()
                && !backoff.isHealthy()
                && attempt != null
                && attempt.stage().equals("run")) {
            return attempt;
        }
        return shortage == null
                ? null
                : new Attempt(snapshot.desired().generation(), "start", shortage);
    }

    // --- what has to be started

    private Optional<Duration> replace(CallbackSnapshot snapshot, Setup wanted) {
        var build = context.repository().build(snapshot.uid(), wanted.revision(), wanted.target());
        if (build.isEmpty()) {
            return live == null ? startLastGood(snapshot, wanted) : Optional.empty();
        }
        if (build.get().failure() != null) {
            tell(
                    snapshot,
                    new Attempt(snapshot.desired().generation(), "build", build.get().failure()));
            return live == null ? startLastGood(snapshot, wanted) : Optional.empty();
        }
        if (live != null && build.get().equals(tried)) { // it failed, and the old one serves
            return Optional.empty(); // only another wish can help, or another build
        }
        if (backoff.left().isPositive()) {
            return Optional.of(backoff.left());
        }
        return startWanted(snapshot, wanted, build.get());
    }

    private Optional<Duration> startWanted(
            CallbackSnapshot snapshot, Setup wanted, BuildResult build) {
        var generation = snapshot.desired().generation();
        return switch (start(snapshot, wanted, generation, build)) {
            case StartResult.Started started -> {
                backoff.started();
                forgetFailure();
                var all = new ArrayList<>(List.of(started.instance()));
                if (live != null) { // those that take over are as many as those they relieve
                    var others = wantedInstances(snapshot, live) - 1;
                    all.addAll(startMore(snapshot, wanted, generation, build, others));
                }
                yield isOvertaken(snapshot, wanted)
                        ? abandon(wanted, all)
                        : switchTo(snapshot, new Live(snapshot.uid(), generation, wanted, all));
            }
            case StartResult.Failed failed -> {
                tried = build;
                failure = failed.failure();
                backoff.failed();
                tell(snapshot, new Attempt(generation, "start", failed.failure()));
                yield live == null
                        ? startLastGood(snapshot, wanted).or(() -> Optional.of(backoff.left()))
                        : Optional.empty();
            }
        };
    }

    private void forgetFailure() {
        tried = null;
        refused = null;
        failure = null;
    }

    /** Whether something else is wanted by now than what was just started. */
    private boolean isOvertaken(CallbackSnapshot snapshot, Setup started) {
        return context.repository()
                .snapshot(callbackId)
                .filter(now -> now.version() > snapshot.version())
                .filter(
                        now ->
                                now.deleted()
                                        || !now.desired().on()
                                        || !Setup.wanted(now).isSameButEnv(started))
                .isPresent();
    }

    private Optional<Duration> abandon(Setup setup, List<RunningInstance> instances) {
        instances.forEach(i -> context.stop(setup.target(), i, Duration.ZERO));
        return Optional.of(Duration.ZERO);
    }

    /** Starts what served last, if what is wanted cannot be started. */
    private Optional<Duration> startLastGood(CallbackSnapshot snapshot, Setup wanted) {
        var good = observed(snapshot).lastGood();
        if (good == null || good.equals(wanted)) {
            return Optional.empty();
        }
        var build = context.repository().build(snapshot.uid(), good.revision(), good.target());
        if (build.isEmpty() || build.get().failure() != null) {
            return Optional.empty();
        }
        var generation = snapshot.desired().generation() - 1;
        if (start(snapshot, good, generation, build.get()) instanceof StartResult.Started started) {
            log.info(
                    "What served last is started again: callback={} revision={}",
                    callbackId,
                    good.revision());
            var attempt = observed(snapshot).attempt();
            live = new Live(snapshot.uid(), generation, good, List.of(started.instance()));
            announceLive(snapshot, attempt);
        }
        return Optional.empty();
    }

    // --- how many

    private int wantedInstances(CallbackSnapshot snapshot, Live now) {
        return context.autoscaler().wanted(snapshot, now.instances().size());
    }

    /** Brings what serves to as many instances as there should be. */
    private Optional<Duration> resize(CallbackSnapshot snapshot) {
        var now = live;
        if (now == null) {
            return Optional.empty();
        }
        var missing = wantedInstances(snapshot, now) - now.instances().size();
        if (missing > 0) {
            return grow(snapshot, now, missing);
        }
        if (missing < 0) {
            shrink(snapshot, now, -missing);
        }
        if (shortage == null) {
            return Optional.empty();
        }
        forgetShortage();
        return Optional.of(Duration.ZERO); // to tell that it is over
    }

    private void forgetShortage() {
        shortage = null;
        growth = new Backoff(context.nanoTime());
    }

    private Optional<Duration> grow(CallbackSnapshot snapshot, Live now, int missing) {
        var setup = now.setup();
        var build = context.repository().build(snapshot.uid(), setup.revision(), setup.target());
        if (build.isEmpty() || build.get().failure() != null) {
            return Optional.empty();
        }
        var pause = Collections.max(List.of(backoff.left(), growth.left()));
        if (pause.isPositive()) {
            return Optional.of(pause);
        }
        var more = startMore(snapshot, setup, now.generation(), build.get(), missing);
        if (!more.isEmpty()) {
            backoff.started();
        }
        var all = new ArrayList<>(now.instances());
        all.addAll(more);
        live = now.with(all);
        announceLive(snapshot, attemptBeside(snapshot, now));
        log.info("Grown: callback={} instances={}", callbackId, all.size());
        return shortage == null ? Optional.empty() : Optional.of(growth.left());
    }

    /** That what is wanted does not serve is told on, however many there are of what does. */
    private @Nullable Attempt attemptBeside(CallbackSnapshot snapshot, Live now) {
        return now.setup().equals(Setup.wanted(snapshot))
                ? attemptOf(snapshot)
                : observed(snapshot).attempt();
    }

    /** Those that could be started; why there are no more is remembered. */
    private List<RunningInstance> startMore(
            CallbackSnapshot snapshot,
            Setup setup,
            long generation,
            BuildResult build,
            int number) {
        var results =
                SideBySide.forAll(
                        Collections.nCopies(Math.max(0, number), setup),
                        each -> startOne(snapshot, each, generation, build));
        var started = new ArrayList<RunningInstance>();
        Failure failure = null;
        for (var result : results) {
            switch (result) {
                case StartResult.Started one -> started.add(one.instance());
                case StartResult.Failed one -> failure = one.failure();
            }
        }
        if (failure == null) {
            forgetShortage();
        } else {
            shortage = failure;
            growth.failed();
        }
        return started;
    }

    /** One more is not there, if its place is in trouble; those that are there are used. */
    private StartResult startOne(
            CallbackSnapshot snapshot, Setup setup, long generation, BuildResult build) {
        try {
            return start(snapshot, setup, generation, build);
        } catch (PlatformException e) {
            log.warn("One more cannot be started: callback={} reason={}", callbackId, e.toString());
            return new StartResult.Failed(
                    new Failure(
                            "target-trouble",
                            null,
                            "Another instance cannot be started now: " + e.getMessage() + ".",
                            "It is tried again by itself, later each time; those that run go on.",
                            null));
        }
    }

    /** Those that go get no more requests, and finish what they have. */
    private void shrink(CallbackSnapshot snapshot, Live now, int surplus) {
        var left = now.instances().size() - surplus;
        var going = now.instances().subList(left, now.instances().size());
        become(
                now.with(now.instances().subList(0, left)),
                () -> announceLive(snapshot, observed(snapshot).attempt()));
        going.forEach(context.control()::refuse);
        drain(now.with(going));
        log.info("Shrunk: callback={} instances={}", callbackId, left);
    }

    private StartResult start(
            CallbackSnapshot snapshot, Setup setup, long generation, BuildResult build) {
        var id = InstanceNames.next(callbackId, generation);
        var spec =
                new InstanceSpec(
                        id,
                        callbackId,
                        generation,
                        setup.revision(),
                        setup.type(),
                        setup.path(),
                        build.layers(),
                        build.image(),
                        setup.limits(),
                        setup.envVersion(),
                        context.opener().open(snapshot.uid(), setup.envSealed()),
                        context.tokens().of(id));
        return context.start(setup.target(), spec);
    }

    /**
     * First the route, so that requests have somewhere to go; then the old ones turn away; then the
     * news.
     */
    private Optional<Duration> switchTo(CallbackSnapshot snapshot, Live next) {
        var before = live;
        try {
            become(next, this::announceRoute);
        } catch (PlatformException e) {
            next.instances().forEach(i -> context.stop(next.setup().target(), i, Duration.ZERO));
            throw e;
        }
        if (before != null) {
            before.instances().forEach(context.control()::refuse);
        }
        try {
            tell(snapshot, attemptOf(snapshot));
        } finally {
            drain(before);
        }
        log.info(
                "Deployed: callback={} revision={} generation={} target={}",
                callbackId,
                next.setup().revision(),
                next.generation(),
                next.setup().target());
        return backoff.isLoop() ? Optional.of(HEALTHY) : Optional.empty();
    }

    private void drain(@Nullable Live old) {
        if (old == null) {
            return;
        }
        var longest = Duration.ofSeconds(old.setup().limits().timeoutSeconds() + 1L);
        old.instances().forEach(i -> context.stopLater(old.setup().target(), i, longest));
    }

    // --- nothing should run

    private void withdraw(CallbackSnapshot snapshot) {
        var observed = observed(snapshot);
        var before = live;
        if (before != null
                || observed.serving() != null
                || observed.attempt() != null
                || told < observed.observation()) {
            context.announcer().noRoute(callbackId);
            if (before != null) {
                before.instances().forEach(context.control()::refuse);
            }
            live = null;
            try {
                save(
                        observed.serving() == null
                                        && observed.attempt() == null
                                        && observed.lastGood() == null
                                ? observed
                                : observed.next(null, null, null));
            } finally {
                drain(before);
            }
            if (before != null) {
                log.info("Undeployed: callback={}", callbackId);
            }
        }
        forgetFailure();
        forgetShortage();
        if (snapshot.deleted()) {
            context.autoscaler().forget(callbackId);
            context.runLog().remove(callbackId);
            context.repository().clear(callbackId);
        }
    }

    /**
     * Stops all of it, without a word to anybody but the invokers: the deployer itself ends. What
     * lives on without it is left as it is.
     */
    void shutDown() {
        var before = live;
        live = null;
        if (before != null && !context.platform(before.setup().target()).livesOn()) {
            context.announcer().noRoute(callbackId);
            before.instances().forEach(context.control()::refuse);
            drain(before);
        }
    }

    // --- telling

    /** Something else serves once that is told; where it cannot be told, it is as before. */
    private void become(@Nullable Live next, Runnable telling) {
        var before = live;
        live = next;
        try {
            telling.run();
        } catch (RuntimeException e) {
            live = before;
            throw e;
        }
    }

    private void announceRoute() {
        toldRoute = null; // as long as it is not known what Kafka made of it
        if (live == null) {
            context.announcer().noRoute(callbackId);
        } else {
            var route = live.route();
            context.announcer().route(callbackId, route);
            toldRoute = route;
        }
    }

    private Observed observed(CallbackSnapshot snapshot) {
        return context.repository().observed(callbackId, snapshot.uid());
    }

    /** Tells what serves and of an attempt, unless that was told already. */
    private void tell(CallbackSnapshot snapshot, @Nullable Attempt attempt) {
        var next = next(snapshot, attempt);
        if (next.observation() > told) {
            save(next);
        }
    }

    /** Tells route and observation in one step. */
    private void announceLive(CallbackSnapshot snapshot, @Nullable Attempt attempt) {
        var next = next(snapshot, attempt);
        var route = Objects.requireNonNull(live).route();
        context.repository().save(next);
        toldRoute = null;
        context.announcer().routeAndObservation(callbackId, route, next.event());
        toldRoute = route;
        told = next.observation();
    }

    private Observed next(CallbackSnapshot snapshot, @Nullable Attempt attempt) {
        var observed = observed(snapshot);
        var serving = live == null ? null : live.serving();
        var lastGood = live == null ? observed.lastGood() : live.setup();
        var same =
                Objects.equals(serving, observed.serving())
                        && Objects.equals(attempt, observed.attempt())
                        && Objects.equals(lastGood, observed.lastGood());
        return same && observed.observation() > 0
                ? observed
                : observed.next(serving, attempt, lastGood);
    }

    private void save(Observed next) {
        context.repository().save(next);
        context.announcer().observation(next.event());
        told = next.observation();
    }
}
