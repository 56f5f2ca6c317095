package io.callbacks.invoker.http;

/** The caller went away before it had sent all of its request: there is nobody left to answer. */
public final class CallerGoneException extends RuntimeException {
    CallerGoneException(Throwable cause) {
        super(cause.toString(), cause, false, false);
    }
}
