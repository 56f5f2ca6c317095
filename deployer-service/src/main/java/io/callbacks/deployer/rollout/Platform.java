package io.callbacks.deployer.rollout;

import io.callbacks.event.Failure;
import java.time.Duration;
import java.util.List;
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
     * The deployer is the active one from now on, and what is not its own is removed: all that a
     * former life left but what it goes on with. What cannot be reached now is removed later.
     *
     * @param kept some of {@link #instances}
     */
    void begin(List<RunningInstance> kept);

    /** The deployer is not active any more. What {@link #livesOn} is left as it is. */
    void end();

    /** Whether instances go on when the deployer ends, for its next life to take them over. */
    boolean livesOn();

    /** Sets who is told of ends. Called once, before anything is started. */
    void onEnd(EndListener listener);

    /** Is told when an instance is not there any more that was not stopped. */
    interface EndListener {
        /** It ended by itself, or was ended. */
        void ended(long callbackId, Failure how);

        /** The place lost it, as by a restart of its own; the instance is not to blame. */
        void lost(long callbackId);
    }

    /** What came of a start. */
    sealed interface StartResult {
        /** It takes requests. */
        record Started(RunningInstance instance) implements StartResult {}

        /** Its handler cannot be imported; it is gone. */
        record Failed(Failure failure) implements StartResult {}
    }
}
