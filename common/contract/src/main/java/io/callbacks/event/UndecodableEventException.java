package io.callbacks.event;

import org.jspecify.annotations.Nullable;

/** A record that is not an event of ours; trying again will not help. */
public final class UndecodableEventException extends RuntimeException {
    public UndecodableEventException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
