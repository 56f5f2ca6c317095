package io.callbacks.docker;

import org.jspecify.annotations.Nullable;

/** The engine cannot be used now; the message says why and what to do about it. */
public final class EngineUnavailableException extends RuntimeException {
    EngineUnavailableException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
