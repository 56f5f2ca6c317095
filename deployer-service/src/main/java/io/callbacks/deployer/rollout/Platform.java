package io.callbacks.deployer.rollout;

import io.callbacks.event.Failure;
import java.time.Duration;
import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Runs instances of callbacks in one place: local processes, a Docker engine, a Kubernetes cluster.
 * Every method blocks, may be repeated without harm, and throws {@link PlatformException} when the
 * place cannot be reached or refuses.
 */
public interface Platform {
    /** Its name: {@code process}, {@code docker} or {@code kubernetes}. */
    String name();

    /** Whether it can run anything now. */
    Availability availability();

    /**
     * What a platform can do.
     *
     * @param reason why it cannot, and what to do about it; or what is limited
     * @param runtimes what it runs, such as {@code python3.11}
     */
    record Availability(boolean available, @Nullable String reason, List<String> runtimes) {
        public Availability {
            runtimes = List.copyOf(runtimes);
        }
    }

    /** Starts an instance and returns once its handler is imported, or says why it cannot be. */
    StartResult start(InstanceSpec spec);

    /** Drains and removes; one that is not there is not an error. */
    void stop(String instance, Duration drain);

    /** Looks at the place, not at memory: a restarted deployer gets the same answer. */
    List<RunningInstance> instances();

    /**
     * Removes what a former life of the deployer left and cannot be taken over. Called before
     * anything else.
     */
    void clean();

    /**
     * Who is told, with the callback and the reason, when an instance ends that was not stopped.
     * Called once, before anything is started.
     */
    void onEnd(BiConsumer<Long, Failure> listener);

    /** What came of a start. */
    sealed interface StartResult {
        /** It takes requests. */
        record Started(RunningInstance instance) implements StartResult {}

        /** Its handler cannot be imported; it is gone. */
        record Failed(Failure failure) implements StartResult {}
    }
}
