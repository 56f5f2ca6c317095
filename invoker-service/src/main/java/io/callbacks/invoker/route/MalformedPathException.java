package io.callbacks.invoker.route;

/** A path that is refused rather than repaired. */
public final class MalformedPathException extends RuntimeException {
    private final String reason;

    MalformedPathException(String reason) {
        super(reason, null, false, false);
        this.reason = reason;
    }

    /** What is wrong with it, for the caller. */
    public String reason() {
        return reason;
    }
}
