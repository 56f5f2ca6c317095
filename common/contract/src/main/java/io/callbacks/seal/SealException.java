package io.callbacks.seal;

import org.jspecify.annotations.Nullable;

/** A key is missing or broken, or a value was not sealed for where it is opened. */
public final class SealException extends RuntimeException {
    public SealException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
