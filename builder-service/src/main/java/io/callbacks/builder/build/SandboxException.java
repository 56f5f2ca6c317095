package io.callbacks.builder.build;

/** The place where dependencies are installed is in trouble; trying again later may help. */
public final class SandboxException extends RuntimeException {
    public SandboxException(String message, Throwable cause) {
        super(message, cause);
    }
}
