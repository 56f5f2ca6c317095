package io.callbacks.deployer.docker;

import static java.util.Objects.requireNonNull;
import static java.util.stream.Collectors.toMap;

import io.callbacks.deployer.docker.Containers.End;
import io.callbacks.deployer.docker.Containers.Happened;
import io.callbacks.deployer.docker.Containers.ImageMissingException;
import io.callbacks.deployer.docker.Containers.ImageUnusableException;
import io.callbacks.deployer.docker.Containers.Listed;
import io.callbacks.deployer.instance.FirstLine;
import io.callbacks.deployer.instance.Front;
import io.callbacks.deployer.instance.Listing;
import io.callbacks.deployer.instance.TendedInstance.State;
import io.callbacks.deployer.rollout.InstanceSpec;
import io.callbacks.deployer.rollout.InstanceTokens;
import io.callbacks.deployer.rollout.Platform;
import io.callbacks.deployer.rollout.PlatformException;
import io.callbacks.deployer.rollout.RunLog;
import io.callbacks.deployer.rollout.RunningInstance;
import io.callbacks.deployer.rollout.StartFailures;
import io.callbacks.event.Failure;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs each instance as a container of its own. The engine's events tell what happens to them; now
 * and then, and each time the engine is reached again, it is looked at what there is.
 */
final class DockerPlatform implements Platform, EngineWatch.Watcher {
    private static final Logger log = LoggerFactory.getLogger(DockerPlatform.class);

    /** How long an engine that is slow may take to make what nobody waits for any more. */
    private static final Duration STILL_MADE = Duration.ofMinutes(10);

    /** As when it was restarted, or taken off its network. */
    private static final End CHANGED = new End("it was changed by hand", true);

    private final Containers containers;
    private final Listing<Listed> listing;
    private final Preflight preflight;
    private final InstanceTokens tokens;
    private final RunLog runLog;
    private final boolean lifeline;
    private final EngineWatch watch;
    private final Map<String, DockerInstance> instances = new ConcurrentHashMap<>();

    /** Those whose start was given up, and when: the engine may make them all the same. */
    private final Map<String, Long> givenUp = new ConcurrentHashMap<>();

    private @Nullable EndListener listener;

    DockerPlatform(
            Containers containers,
            Preflight preflight,
            InstanceTokens tokens,
            RunLog runLog,
            boolean lifeline) {
        this.containers = containers;
        this.listing = new Listing<>(containers::list);
        this.preflight = preflight;
        this.tokens = tokens;
        this.runLog = runLog;
        this.lifeline = lifeline;
        this.watch = new EngineWatch(containers, this);
    }

    @Override
    public String name() {
        return "docker";
    }

    @Override
    public Availability availability() {
        return preflight.availability(watch.engine().trouble());
    }

    @Override
    public boolean livesOn() {
        return !lifeline;
    }

    @Override
    public void onEnd(EndListener listener) {
        this.listener = listener;
    }

    @Override
    public void begin(List<RunningInstance> kept) {
        for (var instance : kept) {
            var front = new Front(instance.id(), instance.callbackId(), runLog);
            instances.putIfAbsent(
                    instance.id(),
                    DockerInstance.takenOver(instance.id(), instance.callbackId(), front));
        }
        watch.engine().begin();
    }

    @Override
    public void end() {
        watch.engine().end();
        instances.values().forEach(DockerInstance::close);
        instances.clear();
    }

    // --- starting

    @Override
    public StartResult start(InstanceSpec spec) {
        var image = spec.image();
        if (image == null) {
            return new StartResult.Failed(imageMissing("none was made of it"));
        }
        watch.engine().require();
        var front = new Front(spec.id(), spec.callbackId(), runLog);
        var instance =
                DockerInstance.toStart(spec.id(), spec.callbackId(), front, FirstLine.of(spec));
        instances.put(spec.id(), instance);
        try {
            var result = start(instance, spec, image);
            if (!(result instanceof StartResult.Started)) {
                discard(instance);
            }
            return result;
        } catch (ImageMissingException e) {
            discard(instance);
            return new StartResult.Failed(imageMissing(e.getMessage()));
        } catch (ImageUnusableException e) {
            discard(instance);
            return new StartResult.Failed(imageUnusable(e.getMessage()));
        } catch (RuntimeException e) {
            preflight.doubt();
            givenUp.put(spec.id(), System.nanoTime());
            discard(instance);
            throw e;
        }
    }

    private StartResult start(DockerInstance instance, InstanceSpec spec, String image) {
        containers.create(spec, image);
        instance.hear(
                containers.attach(spec.id(), instance.input(), new OutputLines(instance.front())));
        containers.start(spec.id());
        var longest = Duration.ofSeconds(spec.limits().startupTimeoutSeconds() + 5L);
        var failure = instance.front().awaitReady(longest);
        if (instance.state() != State.STARTING) {
            throw new PlatformException("the engine lost instance " + spec.id(), null);
        }
        if (failure.isPresent()) {
            return new StartResult.Failed(failure.get());
        }
        return ready(instance, spec);
    }

    private StartResult ready(DockerInstance instance, InstanceSpec spec) {
        listing.invalidate();
        var running = instances().stream().filter(i -> i.id().equals(spec.id())).findFirst();
        if (running.isEmpty() || !instance.change(State.STARTING, State.READY)) {
            throw new PlatformException("the engine lost instance " + spec.id(), null);
        }
        instance.front().note("instance " + spec.id() + " started, revision " + spec.revision());
        return new StartResult.Started(running.get());
    }

    private static Failure imageMissing(@Nullable String reason) {
        return new Failure(
                "image-missing",
                null,
                "The image of this revision is not there: " + reason + ".",
                "It is made again by itself, and started then; nothing needs to be done.",
                null);
    }

    private static Failure imageUnusable(@Nullable String reason) {
        return new Failure(
                "image-unusable",
                null,
                "The engine cannot run the image of this revision: " + reason,
                "See that the base image of this type (callbacks.docker.images) has what its language needs.",
                null);
    }

    // --- ending

    @Override
    public void stop(String id, Duration drain) {
        var instance = instances.get(id);
        if (instance == null) {
            containers.removeInstance(id);
            return;
        }
        var wasReady = instance.state() == State.READY;
        if (!instance.beginEnding()) {
            return;
        }
        if (drain.isPositive()) {
            terminate(instance, drain);
        }
        remove(instance);
        if (wasReady) {
            instance.front().note("instance " + id + " stopped");
        }
    }

    private void terminate(DockerInstance instance, Duration drain) {
        try {
            containers.terminate(instance.id());
            instance.awaitOver(drain);
        } catch (PlatformException e) {
            log.warn(
                    "Instance cannot be asked to end: instance={} reason={}",
                    instance.id(),
                    e.getMessage());
        }
    }

    private void discard(DockerInstance instance) {
        instance.beginEnding();
        try {
            remove(instance);
        } catch (PlatformException e) {
            log.warn(
                    "Instance is removed later: instance={} reason={}",
                    instance.id(),
                    e.getMessage());
        }
    }

    /** What cannot be removed now is removed later. */
    private void remove(DockerInstance instance) {
        try {
            containers.removeInstance(instance.id());
            instances.remove(instance.id(), instance);
            instance.awaitLastWords();
        } finally {
            instance.change(State.ENDING, State.LEFT);
            instance.close();
            listing.invalidate();
        }
    }

    // --- what there is

    @Override
    public List<RunningInstance> instances() {
        watch.engine().require();
        return listing.get().stream().filter(Listed::isAlive).map(this::running).toList();
    }

    private RunningInstance running(Listed listed) {
        return new RunningInstance(
                listed.instance(),
                listed.callbackId(),
                requireNonNull(listed.url()),
                tokens.of(listed.instance()));
    }

    // --- what happens

    @Override
    public void connected() {
        preflight.prepare();
        listing.invalidate();
        var there = there();
        sideBySide(unknown(there), stray -> containers.remove(stray.container()));
        sideBySide(instances.values(), i -> compare(i, there.get(i.id()), () -> lost(i)));
    }

    @Override
    public void look() {
        preflight.prepareAgain();
        listing.invalidate();
        var there = there();
        removeGivenUp(unknown(there));
        sideBySide(instances.values(), i -> compare(i, there.get(i.id()), () -> ended(i)));
    }

    private List<Listed> unknown(Map<String, Listed> there) {
        return there.values().stream().filter(i -> !instances.containsKey(i.instance())).toList();
    }

    /** No others: they may be of whoever is about to take over. */
    private void removeGivenUp(List<Listed> unknown) {
        var longAgo = System.nanoTime() - STILL_MADE.toNanos();
        givenUp.values().removeIf(when -> when - longAgo < 0);
        var strays = unknown.stream().filter(i -> givenUp.containsKey(i.instance())).toList();
        sideBySide(strays, stray -> containers.remove(stray.container()));
    }

    /** What cannot be done now is done the next time. */
    private static <T> void sideBySide(Collection<T> all, Consumer<T> action) {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var each : all) {
                threads.execute(
                        () -> {
                            try {
                                action.accept(each);
                            } catch (PlatformException e) {
                                log.warn("Instance is looked after later: {}", e.getMessage());
                            }
                        });
            }
        }
    }

    private Map<String, Listed> there() {
        return listing.get().stream()
                .collect(toMap(Listed::instance, Function.identity(), (one, _) -> one));
    }

    private void compare(DockerInstance instance, @Nullable Listed there, Runnable isGone) {
        switch (instance.state()) {
            case STARTING -> {
                if (there != null && there.hasEnded()) {
                    isGone.run();
                }
            }
            case READY -> {
                if (there == null || !there.isAlive()) {
                    isGone.run();
                } else if (there.isPaused()) {
                    unpause(instance);
                } else if (!instance.isHeard()) {
                    hearAgain(instance);
                }
            }
            case LEFT -> removeLater(instance);
            case ENDING -> {}
        }
    }

    private void removeLater(DockerInstance instance) {
        if (instance.change(State.LEFT, State.ENDING)) {
            discard(instance);
        }
    }

    /** Whose input ended with the connection has been told to end. */
    private void hearAgain(DockerInstance instance) {
        if (lifeline) {
            lost(instance);
            return;
        }
        var since = runLog.last(instance.callbackId()).orElse(Instant.EPOCH);
        instance.front().hearAfter(since);
        instance.hear(containers.follow(instance.id(), since, new OutputLines(instance.front())));
    }

    @Override
    public void happened(Happened event) {
        var instance = instances.get(event.instance());
        if (instance == null) {
            return;
        }
        listing.invalidate();
        switch (event.what()) {
            case "oom" ->
                    instance.front().note("a process was killed: all memory was used (memory_mb)");
            case "kill" -> instance.signalled();
            case "pause" -> Thread.startVirtualThread(() -> unpause(instance));
            case "die", "destroy" -> {
                instance.over();
                Thread.startVirtualThread(() -> ended(instance));
            }
            default -> {} // the engine takes "pause" for a part of a name
        }
    }

    private void unpause(DockerInstance instance) {
        instance.front().note("instance " + instance.id() + " was paused by hand, and goes on");
        containers.unpause(instance.id());
        listing.invalidate();
    }

    /** It is not what it was, and perhaps nobody here wanted that. */
    private void ended(DockerInstance instance) {
        try {
            var end = containers.end(instance.id()).orElse(CHANGED);
            instance.awaitLastWords();
            ended(instance, end);
        } catch (PlatformException e) {
            log.warn("The engine cannot tell how it ended: instance={}", instance.id());
            lost(instance);
        }
    }

    private void ended(DockerInstance instance, End end) {
        if (instance.change(State.READY, State.ENDING)) {
            var failure = StartFailures.ended(end.how(), instance.front().tail());
            discard(instance);
            instance.front().note("instance " + instance.id() + ": " + failure.message());
            requireNonNull(listener).ended(instance.callbackId(), failure);
        } else if (instance.state() == State.STARTING) {
            if (end.byHand() || instance.wasSignalled()) { // as by an engine that goes down
                instance.change(State.STARTING, State.ENDING);
            }
            instance.front().ended(end.how());
        }
    }

    /** The engine was restarted, and it is not to blame. */
    private void lost(DockerInstance instance) {
        if (instance.change(State.STARTING, State.ENDING)) {
            instance.front().ended("the engine was restarted");
        } else if (instance.change(State.READY, State.ENDING)) {
            instance.front().note("instance " + instance.id() + " was lost with the engine");
            discard(instance);
            requireNonNull(listener).lost(instance.callbackId());
        }
    }
}
