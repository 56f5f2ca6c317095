package io.callbacks.deployer.kubernetes;

import static java.util.Objects.requireNonNull;
import static java.util.stream.Collectors.toMap;

import io.callbacks.deployer.instance.Front;
import io.callbacks.deployer.instance.Output;
import io.callbacks.deployer.instance.TendedInstance.State;
import io.callbacks.deployer.kubernetes.InstancePod.End;
import io.callbacks.deployer.kubernetes.Pods.PodRefusedException;
import io.callbacks.deployer.rollout.InstanceSpec;
import io.callbacks.deployer.rollout.InstanceTokens;
import io.callbacks.deployer.rollout.Platform;
import io.callbacks.deployer.rollout.PlatformException;
import io.callbacks.deployer.rollout.RunLog;
import io.callbacks.deployer.rollout.RunningInstance;
import io.callbacks.deployer.rollout.StartFailures;
import io.callbacks.kubernetes.PodTrouble;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs each instance as a pod of its own, which the cluster does not restart: that is for the
 * rollout. A watch tells what happens to them; it is the same that tells what there is.
 */
final class KubernetesPlatform implements Platform, PodWatch.Watcher {
    private static final Logger log = LoggerFactory.getLogger(KubernetesPlatform.class);
    private static final String KILLED =
            "a process was killed, most likely since all memory was used (memory_mb)";
    private static final Duration SEEN = Duration.ofSeconds(10);
    private static final Duration GOES = Duration.ofSeconds(5);

    private final Pods pods;
    private final DisruptionBudgets budgets;
    private final Preflight preflight;
    private final InstanceTokens tokens;
    private final RunLog runLog;
    private final Duration preparation;
    private final PodWatch watch;
    private final Map<String, PodInstance> instances = new ConcurrentHashMap<>();
    private volatile boolean active;
    private @Nullable EndListener listener;

    KubernetesPlatform(
            Pods pods,
            DisruptionBudgets budgets,
            Preflight preflight,
            InstanceTokens tokens,
            RunLog runLog,
            Duration preparation) {
        this.pods = pods;
        this.budgets = budgets;
        this.preflight = preflight;
        this.tokens = tokens;
        this.runLog = runLog;
        this.preparation = preparation;
        this.watch = new PodWatch(pods, this);
    }

    @Override
    public String name() {
        return "kubernetes";
    }

    /** Where there was no cluster to be found, there may be one by now. */
    @Override
    public Availability availability() {
        if (active && preflight.hasCluster()) {
            watch.cluster().begin();
        }
        return preflight.availability(watch.cluster().trouble());
    }

    @Override
    public boolean livesOn() {
        return true;
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
                    PodInstance.takenOver(instance.id(), instance.callbackId(), front));
        }
        active = true;
        if (preflight.hasCluster()) {
            watch.cluster().begin();
        }
    }

    @Override
    public void end() {
        active = false;
        watch.cluster().end();
        instances.values().forEach(PodInstance::close);
        instances.clear();
    }

    // --- starting

    @Override
    public StartResult start(InstanceSpec spec) {
        watch.cluster().require();
        preflight.prepareAgain();
        var front = new Front(spec.id(), spec.callbackId(), runLog);
        var instance = PodInstance.toStart(spec.id(), spec.callbackId(), front);
        instances.put(spec.id(), instance);
        try {
            var result = start(instance, spec);
            if (!(result instanceof StartResult.Started)) {
                discard(instance);
            }
            return result;
        } catch (PodRefusedException e) {
            discard(instance);
            return new StartResult.Failed(PodFailures.refused(e.getMessage()));
        } catch (RuntimeException e) {
            preflight.doubt();
            discard(instance);
            throw e;
        }
    }

    private StartResult start(PodInstance instance, InstanceSpec spec) {
        pods.create(spec);
        var failure =
                instance.awaitBegun(preparation)
                        ? instance.front().awaitReady(longestStartup(spec))
                        : Optional.of(PodFailures.late(preparation, instance.trouble()));
        if (instance.state() != State.STARTING) {
            throw new PlatformException("the cluster lost instance " + spec.id(), null);
        }
        return failure.<StartResult>map(StartResult.Failed::new)
                .orElseGet(() -> ready(instance, spec));
    }

    private static Duration longestStartup(InstanceSpec spec) {
        return Duration.ofSeconds(spec.limits().startupTimeoutSeconds() + 5L);
    }

    private StartResult ready(PodInstance instance, InstanceSpec spec) {
        var pod = instance.awaitAlive(SEEN);
        if (pod.isEmpty() || !instance.change(State.STARTING, State.READY)) {
            throw new PlatformException("the cluster lost instance " + spec.id(), null);
        }
        emptySecret(instance, pod.get());
        instance.front().note("instance " + spec.id() + " started, revision " + spec.revision());
        return new StartResult.Started(running(pod.get()));
    }

    /** What cannot be done now is done the next time that it is looked at. */
    private void emptySecret(PodInstance instance, InstancePod pod) {
        try {
            pods.emptySecret(pod);
            instance.secretsAreGone();
        } catch (PlatformException e) {
            log.warn("Secret is emptied later: {}", e.getMessage());
        }
    }

    // --- ending

    @Override
    public void stop(String id, Duration drain) {
        var instance = instances.get(id);
        if (instance == null) {
            pods.remove(id, Duration.ZERO);
            return;
        }
        var wasReady = instance.state() == State.READY;
        if (!instance.beginEnding()) {
            return;
        }
        remove(instance, drain);
        if (wasReady) {
            instance.front().note("instance " + id + " stopped");
        }
    }

    private void discard(PodInstance instance) {
        discard(instance, Duration.ZERO);
    }

    private void discard(PodInstance instance, Duration rest) {
        instance.beginEnding();
        try {
            remove(instance, rest);
        } catch (PlatformException e) {
            log.warn(
                    "Instance is removed later: instance={} reason={}",
                    instance.id(),
                    e.getMessage());
        }
    }

    /** What cannot be removed now is removed later. */
    private void remove(PodInstance instance, Duration drain) {
        try {
            pods.remove(instance.id(), drain);
            if (drain.isPositive()) {
                instance.awaitOver(drain.plus(GOES));
                instance.awaitLastWords();
            }
            instances.remove(instance.id(), instance);
        } finally {
            instance.change(State.ENDING, State.LEFT);
            instance.close();
        }
    }

    // --- what there is

    @Override
    public List<RunningInstance> instances() {
        watch.cluster().require();
        var there = there();
        var alive = new ArrayList<>(there.values());
        instances.values().stream()
                .filter(i -> i.state() == State.READY && !there.containsKey(i.id()))
                .flatMap(i -> pods.find(i.id()).stream())
                .forEach(alive::add);
        return alive.stream().filter(InstancePod::isAlive).map(this::running).toList();
    }

    private RunningInstance running(InstancePod pod) {
        return new RunningInstance(
                pod.instance(), pod.callbackId(), pod.url(), tokens.of(pod.instance()));
    }

    private Map<String, InstancePod> there() {
        return watch.pods().stream()
                .collect(toMap(InstancePod::instance, Function.identity(), (one, _) -> one));
    }

    // --- what happens

    @Override
    public void prepare() {
        preflight.prepare();
    }

    @Override
    public void connected() {
        pods.removeSecretsWithoutPods(instances.keySet());
        budgets.doubt();
        look();
    }

    @Override
    public void look() {
        var there = there();
        var strays =
                there.values().stream()
                        .filter(pod -> !instances.containsKey(pod.instance()) && !pod.isGoing())
                        .toList();
        sideBySide(strays, stray -> pods.remove(stray, Duration.ZERO));
        sideBySide(instances.values(), i -> compare(i, Optional.ofNullable(there.get(i.id()))));
        unlessAway(() -> budgets.look(there.values()));
    }

    /** What cannot be done now is done the next time. */
    private static <T> void sideBySide(Collection<T> all, Consumer<T> action) {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            all.forEach(each -> threads.execute(() -> unlessAway(() -> action.accept(each))));
        }
    }

    private static void unlessAway(Runnable action) {
        try {
            action.run();
        } catch (PlatformException e) {
            log.warn("Instance is looked after later: {}", e.getMessage());
        }
    }

    private void compare(PodInstance instance, Optional<InstancePod> there) {
        switch (instance.state()) {
            case STARTING -> there.ifPresent(pod -> attend(instance, pod));
            case READY ->
                    there.or(() -> pods.find(instance.id()))
                            .ifPresentOrElse(
                                    pod -> tend(instance, pod),
                                    () -> ended(instance, End.REMOVED, Duration.ZERO));
            case LEFT -> removeLater(instance);
            case ENDING -> {}
        }
    }

    private void removeLater(PodInstance instance) {
        if (instance.change(State.LEFT, State.ENDING)) {
            discard(instance);
        }
    }

    /** Of one that is ready. */
    private void tend(PodInstance instance, InstancePod pod) {
        if (!pod.isAlive()) {
            attend(instance, pod);
            return;
        }
        instance.listen(false, () -> hearAgain(instance));
        if (instance.tellsSecrets()) {
            emptySecret(instance, pod);
        }
    }

    private Output hearAgain(PodInstance instance) {
        var since = runLog.last(instance.callbackId()).orElse(Instant.EPOCH);
        instance.front().hearAfter(since);
        return follow(instance, since);
    }

    private Output follow(PodInstance instance, Instant since) {
        return pods.follow(instance.id(), since, line -> heard(instance.front(), line));
    }

    /** The cluster does not tell of a process that was killed if it is not a container's first. */
    private static void heard(Front front, String line) {
        front.hear(line);
        if (line.startsWith("{\"event\"")
                && line.contains("worker-ended")
                && line.contains("signal 9")) {
            front.note(KILLED);
        }
    }

    @Override
    public void happened(InstancePod pod) {
        var instance = instances.get(pod.instance());
        if (instance != null) {
            instance.see(pod);
            if (pod.hasEnded()) {
                instance.over();
            }
            Thread.startVirtualThread(() -> unlessAway(() -> attend(instance, pod)));
        }
    }

    @Override
    public void gone(InstancePod pod) {
        var instance = instances.get(pod.instance());
        if (instance != null) {
            instance.over();
            Thread.startVirtualThread(() -> ended(instance, End.REMOVED, Duration.ZERO));
        }
    }

    /** Does what is due by what the cluster tells of a pod; as often as it likes to. */
    private void attend(PodInstance instance, InstancePod pod) {
        if (instance.state() == State.STARTING) {
            attendStart(instance, pod);
        }
        if (pod.hasEnded()) {
            ended(instance, pod.end(), Duration.ZERO);
        } else if (pod.isGoing()) {
            goes(instance, pod);
        }
    }

    private void attendStart(PodInstance instance, InstancePod pod) {
        var failure = PodFailures.ofStart(pod);
        failure.ifPresent(instance.front()::failed);
        if (pod.hasBegun()) {
            instance.listen(pod.hasEnded(), () -> follow(instance, Instant.EPOCH));
        }
        if (pod.hasBegun() || failure.isPresent()) {
            instance.begun();
        }
    }

    /** Somebody tells it to end: the cluster for its own sake, or else a person. */
    private void goes(PodInstance instance, InstancePod pod) {
        var disrupted = pod.trouble().filter(t -> t.kind() == PodTrouble.Kind.DISRUPTED);
        if (disrupted.isPresent()) {
            lost(instance, disrupted.get().message(), pod.rest());
        } else {
            ended(instance, End.REMOVED, pod.rest());
        }
    }

    /** In the time that it was given it may finish what it has; nobody waits for that. */
    private void letGo(PodInstance instance, Duration rest) {
        if (rest.isPositive()) {
            Thread.startVirtualThread(() -> discard(instance, rest));
        } else {
            discard(instance);
        }
    }

    /** Perhaps nobody here wanted that. */
    private void ended(PodInstance instance, End end, Duration rest) {
        instance.awaitLastWords();
        if (instance.change(State.READY, State.ENDING)) {
            var failure = StartFailures.ended(end.how(), instance.front().tail());
            instance.front().note("instance " + instance.id() + ": " + failure.message());
            letGo(instance, rest);
            requireNonNull(listener).ended(instance.callbackId(), failure);
        } else if (instance.state() == State.STARTING) {
            if (end.wasAsked()) {
                instance.change(State.STARTING, State.ENDING);
            }
            instance.front().ended(end.how());
            instance.begun();
        }
    }

    /** The cluster needs its place, and it is not to blame. */
    private void lost(PodInstance instance, String reason, Duration rest) {
        if (instance.change(State.STARTING, State.ENDING)) {
            instance.front().ended(reason);
            instance.begun();
        } else if (instance.change(State.READY, State.ENDING)) {
            instance.front().note("instance " + instance.id() + " was taken away: " + reason);
            letGo(instance, rest);
            requireNonNull(listener).lost(instance.callbackId());
        }
    }
}
