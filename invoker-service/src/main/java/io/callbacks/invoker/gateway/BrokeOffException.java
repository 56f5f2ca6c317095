package io.callbacks.invoker.gateway;

/** An instance broke off, or answered what is not HTTP. */
final class BrokeOffException extends RuntimeException {
    BrokeOffException(Throwable cause) {
        super(cause.toString(), cause, false, false);
    }
}
