package io.callbacks.event;

import static java.util.Objects.requireNonNull;

/**
 * A read-only directory tree in the blob store.
 *
 * @param role what it holds
 * @param digest its address in the blob store
 * @param size bytes of its files
 */
public record Layer(Role role, String digest, long size) {
    /** What a layer holds. */
    public enum Role {
        /** The installed dependencies. */
        DEPS,
        /** The function's code. */
        CODE
    }

    public Layer {
        requireNonNull(role, "role");
        requireNonNull(digest, "digest");
    }
}
