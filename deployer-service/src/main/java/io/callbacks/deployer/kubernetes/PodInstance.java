package io.callbacks.deployer.kubernetes;

import io.callbacks.deployer.instance.Front;
import io.callbacks.deployer.instance.Output;
import io.callbacks.deployer.instance.TendedInstance;
import io.callbacks.kubernetes.PodTrouble;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A pod, and what is known of its beginning. */
final class PodInstance extends TendedInstance {
    private final CompletableFuture<Boolean> begun = new CompletableFuture<>();
    private final CompletableFuture<InstancePod> alive = new CompletableFuture<>();
    private volatile @Nullable InstancePod seen;
    private volatile boolean tellsSecrets = true;
    private boolean wasHeard;

    private PodInstance(String id, long callbackId, Front front, State state) {
        super(id, callbackId, front, state);
    }

    static PodInstance toStart(String id, long callbackId, Front front) {
        return new PodInstance(id, callbackId, front, State.STARTING);
    }

    static PodInstance takenOver(String id, long callbackId, Front front) {
        return new PodInstance(id, callbackId, front, State.READY);
    }

    /** Takes note of what the cluster tells. */
    void see(InstancePod pod) {
        seen = pod;
        if (pod.isAlive()) {
            alive.complete(pod);
        }
    }

    /** What keeps it from running, as far as the cluster told. */
    Optional<PodTrouble> trouble() {
        return Optional.ofNullable(seen).flatMap(InstancePod::trouble);
    }

    // --- its beginning

    /** Its container runs, or never will. */
    void begun() {
        begun.complete(true);
    }

    /** Waits until its container runs, or never will; whether that was in time. */
    boolean awaitBegun(Duration longest) {
        return begun.copy()
                .completeOnTimeout(false, longest.toMillis(), TimeUnit.MILLISECONDS)
                .join();
    }

    /** Its pod as the cluster tells that it can be called; empty if it does not in time. */
    Optional<InstancePod> awaitAlive(Duration longest) {
        return Optional.ofNullable(
                alive.copy()
                        .completeOnTimeout(null, longest.toMillis(), TimeUnit.MILLISECONDS)
                        .join());
    }

    /** Listens to it if nobody does, and once if it has ended. */
    synchronized void listen(boolean hasEnded, Supplier<Output> follow) {
        if (!isHeard() && !(hasEnded && wasHeard)) {
            hear(follow.get());
            wasHeard = true;
        }
    }

    /** Whether its Secret holds what it was told. */
    boolean tellsSecrets() {
        return tellsSecrets;
    }

    void secretsAreGone() {
        tellsSecrets = false;
    }
}
