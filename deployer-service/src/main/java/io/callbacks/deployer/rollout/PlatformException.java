package io.callbacks.deployer.rollout;

import org.jspecify.annotations.Nullable;

/** A platform cannot be reached or refuses; trying again later may help. */
public final class PlatformException extends RuntimeException {
    public PlatformException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
