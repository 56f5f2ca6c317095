package io.callbacks.builder.build;

import org.jspecify.annotations.Nullable;

/** The place where dependencies are installed is in trouble; trying again later may help. */
public final class SandboxException extends RuntimeException {
    public SandboxException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
