package io.callbacks.deployer.kubernetes;

import io.callbacks.deployer.rollout.Platform.Availability;
import io.callbacks.deployer.rollout.PlatformException;
import io.callbacks.kubernetes.KubernetesCluster;
import io.callbacks.kubernetes.Permission;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Whether instances can run on the cluster, and what must be there before. */
final class Preflight {
    private static final List<Permission> NEEDED =
            Stream.of(Pods.NEEDED, CallbacksPolicy.NEEDED, DisruptionBudgets.NEEDED)
                    .flatMap(List::stream)
                    .toList();
    private static final Duration ANSWERS = Duration.ofSeconds(3);
    private static final Executor THREADS = Thread::startVirtualThread;

    private final KubernetesCluster cluster;
    private final LayerList layers;
    private final CallbacksPolicy policy;
    private final List<String> types;
    private volatile boolean doubted;

    Preflight(
            KubernetesCluster cluster,
            LayerList layers,
            CallbacksPolicy policy,
            List<String> types) {
        this.cluster = cluster;
        this.layers = layers;
        this.policy = policy;
        this.types = types;
    }

    /** Whether it is known which cluster is meant. */
    boolean hasCluster() {
        return cluster.missing().isEmpty();
    }

    /**
     * Makes what instances need.
     *
     * @throws PlatformException if the cluster cannot be used
     */
    void prepare() {
        cluster.trouble(NEEDED).ifPresent(Preflight::fail);
        policy.doubt();
        policy.ensure(layers.base());
        doubted = false;
    }

    private static void fail(String trouble) {
        throw new PlatformException(trouble, null);
    }

    /** Where layers are served may have become known, or have changed. */
    void prepareAgain() {
        policy.ensure(layers.base());
    }

    /** Something went wrong that may be for want of what was there. */
    void doubt() {
        doubted = true;
    }

    /** Asks nothing of the cluster unless there is a reason to. */
    Availability availability(Optional<String> waitedFor) {
        var trouble =
                cluster.missing()
                        .or(() -> waitedFor)
                        .or(this::troubleIfDoubted)
                        .or(layers::trouble);
        return new Availability(
                trouble.isEmpty(), trouble.orElse(CallbacksPolicy.LIMITATION), types);
    }

    private Optional<String> troubleIfDoubted() {
        if (!doubted) {
            return Optional.empty();
        }
        var trouble = troubleInTime();
        doubted = trouble.isPresent();
        return trouble;
    }

    /** A cluster that hangs must not keep the other targets from being told of. */
    private Optional<String> troubleInTime() {
        return CompletableFuture.supplyAsync(() -> cluster.trouble(NEEDED), THREADS)
                .completeOnTimeout(
                        Optional.of(
                                "The Kubernetes cluster at %s does not answer; see that it runs."
                                        .formatted(cluster.address())),
                        ANSWERS.toMillis(),
                        TimeUnit.MILLISECONDS)
                .join();
    }
}
