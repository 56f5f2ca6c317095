package io.callbacks.deployer.rollout;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Keeps what functions wrote, and what happened to their instances. */
public interface RunLog {
    /** Adds a line. Never waits for a reader. */
    void write(long callbackId, Line line);

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
