package io.callbacks.invoker.http;

/** The chunks of a body are malformed: where it ends, nobody knows. */
final class BrokenBodyException extends RuntimeException {
    BrokenBodyException() {
        super("malformed chunks", null, false, false);
    }
}
