package io.callbacks.builder.install;

import java.util.List;

/**
 * How an installing program ended.
 *
 * @param tail the last lines it printed
 */
public record Ended(End end, List<String> tail) {
    /** How it ended. */
    public enum End {
        DONE,
        FAILED,
        TIMED_OUT,
        TOO_LARGE,
        OUT_OF_MEMORY,
        CANCELLED
    }

    public Ended {
        tail = List.copyOf(tail);
    }
}
