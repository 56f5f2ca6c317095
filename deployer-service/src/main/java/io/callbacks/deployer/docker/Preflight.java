package io.callbacks.deployer.docker;

import io.callbacks.deployer.rollout.Platform.Availability;
import io.callbacks.docker.DockerEngine;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/** Whether instances can run on the engine, and what must be there before. */
final class Preflight {
    private static final Duration ANSWERS = Duration.ofSeconds(3);
    private static final Duration PREPARE_AGAIN = Duration.ofMinutes(5);
    private static final Executor THREADS = Thread::startVirtualThread;

    private final DockerEngine engine;
    private final CallbacksNetwork network;
    private final Firewall firewall;
    private final List<String> types;
    private volatile boolean doubted;
    private volatile long preparedAt;

    Preflight(
            DockerEngine engine, CallbacksNetwork network, Firewall firewall, List<String> types) {
        this.engine = engine;
        this.network = network;
        this.firewall = firewall;
        this.types = types;
    }

    /** Makes what instances need: their network, and what keeps them in it. */
    void prepare() {
        network.ensure();
        firewall.ensure();
        preparedAt = System.nanoTime();
        doubted = false;
    }

    /** Something went wrong that may be for want of what was made. */
    void doubt() {
        doubted = true;
    }

    /** Does it again now and then: somebody may have taken it away. */
    void prepareAgain() {
        if (doubted || System.nanoTime() - preparedAt >= PREPARE_AGAIN.toNanos()) {
            prepare();
        }
    }

    /**
     * @param waitedFor why the engine is waited for; empty if it is not
     */
    Availability availability(Optional<String> waitedFor) {
        var trouble = trouble().or(() -> waitedFor);
        return new Availability(
                trouble.isEmpty(), trouble.or(firewall::limitation).orElse(null), types);
    }

    /** An engine that hangs must not keep the other targets from being told of. */
    private Optional<String> trouble() {
        return CompletableFuture.supplyAsync(engine::trouble, THREADS)
                .completeOnTimeout(
                        Optional.of(
                                "The Docker engine at %s does not answer; see that it runs."
                                        .formatted(engine.address())),
                        ANSWERS.toMillis(),
                        TimeUnit.MILLISECONDS)
                .join();
    }
}
