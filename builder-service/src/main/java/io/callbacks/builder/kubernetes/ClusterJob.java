package io.callbacks.builder.kubernetes;

import static java.util.Objects.requireNonNull;

import io.callbacks.builder.build.SandboxException;
import io.callbacks.builder.install.Ended.End;
import io.callbacks.builder.install.OutputLines;
import io.callbacks.builder.install.Tail;
import io.callbacks.kubernetes.KubernetesCluster;
import io.callbacks.kubernetes.PodTrouble;
import io.callbacks.kubernetes.PodTrouble.Kind;
import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A Job that is gone when it is closed, with all that runs in it. */
final class ClusterJob implements AutoCloseable {
    /** The exit code of an install whose result the builder did not get. */
    private static final int NOT_BROUGHT = 70;

    private static final Logger log = LoggerFactory.getLogger(ClusterJob.class);
    private static final Duration LOOK = Duration.ofMillis(500);
    private static final Duration UNSEEN = Duration.ofSeconds(5);
    private static final int KILLED = 137;
    private static final Pattern OWN_STORAGE =
            Pattern.compile("ephemeral local storage|local ephemeral storage");

    private final KubernetesClient client;
    private final Job job;
    private final String name;
    private final Duration preparation;
    private final Duration timeout;
    private final Runnable removal;

    /**
     * {@code timeout} counts from when it has a node and an image, until then {@code preparation}.
     */
    ClusterJob(
            KubernetesClient client,
            Job job,
            Duration preparation,
            Duration timeout,
            Runnable removal) {
        this.client = client;
        this.job = job;
        this.name = job.getMetadata().getName();
        this.preparation = preparation;
        this.timeout = timeout;
        this.removal = removal;
    }

    /** Runs it to its end. */
    End run(Consumer<String> output) {
        return run(output, Optional::empty);
    }

    /** Runs it to its end, or until the verdict is given, which is asked every half second. */
    End run(Consumer<String> output, Supplier<Optional<End>> verdict) {
        try (var watch = new PodWatch(client, job)) {
            var given = awaitStart(watch, verdict);
            return given.isPresent() ? given.get() : end(watch, output, verdict);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SandboxException("interrupted while " + name + " ran", e);
        }
    }

    // --- until it runs

    private Optional<End> awaitStart(PodWatch watch, Supplier<Optional<End>> verdict)
            throws InterruptedException {
        var begin = System.nanoTime();
        while (!isStarted(watch)) {
            var given = verdict.get();
            if (given.isPresent()) {
                return given;
            }
            throwIfHopeless(watch, Duration.ofNanos(System.nanoTime() - begin));
            watch.awaitChange(LOOK);
        }
        return Optional.empty();
    }

    private static boolean isStarted(PodWatch watch) {
        return watch.pod()
                .flatMap(ClusterJob::state)
                .filter(state -> state.getRunning() != null || state.getTerminated() != null)
                .isPresent();
    }

    private static Optional<ContainerState> state(Pod pod) {
        return pod.getStatus().getContainerStatuses().stream()
                .map(status -> requireNonNull(status.getState()))
                .findFirst();
    }

    private void throwIfHopeless(PodWatch watch, Duration waited) {
        var pod = watch.pod();
        if (pod.isEmpty() && waited.compareTo(UNSEEN) > 0) {
            refusal().ifPresent(why -> fail("the cluster makes no pod for it: " + why));
        }
        var trouble = pod.flatMap(PodTrouble::of);
        trouble.filter(t -> !t.mayPass()).ifPresent(t -> fail(t.message()));
        if (waited.compareTo(preparation) > 0) {
            fail(
                    "it did not begin within %d s: %s"
                            .formatted(
                                    preparation.toSeconds(),
                                    trouble.map(PodTrouble::message).orElse("no reason is given")));
        }
    }

    /** Why there is no pod, such as a quota. */
    private Optional<String> refusal() {
        return client
                .v1()
                .events()
                .withFields(Map.of("involvedObject.name", name, "reason", "FailedCreate"))
                .list()
                .getItems()
                .stream()
                .map(Event::getMessage)
                .findFirst();
    }

    private static void fail(String why) {
        throw new SandboxException("the install cannot be run: " + why, null);
    }

    // --- while it runs

    private End end(PodWatch watch, Consumer<String> output, Supplier<Optional<End>> verdict)
            throws InterruptedException {
        var tail = new Tail(output);
        var pod = watch.pod().orElseThrow(ClusterJob::endedFromOutside);
        try (var lines = new OutputLines(tail);
                var podLog = new PodLog(client, pod, lines)) {
            var given = awaitEnd(watch, verdict);
            if (given.isEmpty() || given.get() == End.DONE) {
                podLog.awaitEnd();
            }
            lines.close();
            return given.isPresent() ? given.get() : end(watch, tail.lines());
        }
    }

    /** An end that was given to it; empty if it ended by itself. */
    private Optional<End> awaitEnd(PodWatch watch, Supplier<Optional<End>> verdict)
            throws InterruptedException {
        var deadline = System.nanoTime() + timeout.toNanos();
        while (true) {
            var given = verdict.get(); // before what has become of its pod
            if (given.isPresent() || terminated(watch).isPresent()) {
                return given;
            }
            if (System.nanoTime() - deadline > 0) {
                return Optional.of(End.TIMED_OUT);
            }
            watch.awaitChange(LOOK);
        }
    }

    private static Optional<ContainerStateTerminated> terminated(PodWatch watch) {
        var pod = watch.pod().orElseThrow(ClusterJob::endedFromOutside);
        return state(pod).map(ContainerState::getTerminated);
    }

    private static SandboxException endedFromOutside() {
        return new SandboxException("the pod of the build was ended from outside", null);
    }

    private static End end(PodWatch watch, List<String> tail) {
        var pod = watch.pod().orElseThrow(ClusterJob::endedFromOutside);
        var trouble = PodTrouble.of(pod);
        if (trouble.isPresent() && isOfItsOwnSize(trouble.get())) {
            return End.TOO_LARGE;
        }
        trouble.ifPresent(t -> fail(t.message()));
        if (pod.getMetadata().getDeletionTimestamp() != null) {
            throw endedFromOutside();
        }
        return end(terminated(watch).orElseThrow(), tail);
    }

    private static boolean isOfItsOwnSize(PodTrouble trouble) {
        return trouble.kind() == Kind.EVICTED
                && (trouble.message().contains("EmptyDir")
                        || OWN_STORAGE.matcher(trouble.message()).find());
    }

    private static End end(ContainerStateTerminated how, List<String> tail) {
        if (how.getExitCode() == NOT_BROUGHT) {
            throw new SandboxException(tail.isEmpty() ? "no result came" : tail.getLast(), null);
        }
        if (how.getExitCode() == KILLED || "OOMKilled".equals(how.getReason())) {
            return End.OUT_OF_MEMORY;
        }
        return how.getExitCode() == 0 ? End.DONE : End.FAILED;
    }

    @Override
    public void close() {
        try {
            removal.run();
        } catch (KubernetesClientException e) { // it is found again by its labels
            log.warn("Left behind: job={} reason={}", name, KubernetesCluster.reason(e));
        }
    }
}
