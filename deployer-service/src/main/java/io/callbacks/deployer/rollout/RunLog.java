package io.callbacks.deployer.rollout;

import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Keeps what functions wrote, and what happened to their instances. */
public interface RunLog {
    /** Adds a line. Never waits for a reader. */
    void write(long callbackId, Line line);

    /** When a callback's function wrote what is kept last of it; empty if there is nothing. */
    Optional<Instant> last(long callbackId);

    /** Removes all of a callback. */
    void remove(long callbackId);

    /**
     * A line.
     *
     * @param requestId null if it belongs to no request
     * @param stream {@code stdout}, {@code stderr}, or {@code platform} for what happened to
     *     instances
     */
    record Line(Instant time, @Nullable String requestId, String stream, String message) {}
}
