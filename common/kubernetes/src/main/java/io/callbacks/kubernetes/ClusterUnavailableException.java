package io.callbacks.kubernetes;

import org.jspecify.annotations.Nullable;

/** The cluster cannot be used now; the message says why and what to do about it. */
public final class ClusterUnavailableException extends RuntimeException {
    ClusterUnavailableException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
