package io.callbacks.invoker.http;

/** The caller went away before all was sent, by it or to it: there is nobody left to answer. */
public final class CallerGoneException extends RuntimeException {
    CallerGoneException(Throwable cause) {
        super(cause.toString(), cause, false, false);
    }
}
