package io.callbacks.invoker.gateway;

/** An instance did not take a request; its handler has not seen it. No fault, so no stack trace. */
final class TurnedAway extends RuntimeException {
    /** Why not. */
    enum Reason {
        /** It takes no requests any more, or is another one than was meant. */
        REFUSED,
        /** Its queue is full. */
        NOT_STARTED,
        /** It cannot be connected to. */
        UNREACHABLE
    }

    private final Reason reason;

    TurnedAway(Reason reason) {
        super(reason.name(), null, false, false);
        this.reason = reason;
    }

    Reason reason() {
        return reason;
    }
}
