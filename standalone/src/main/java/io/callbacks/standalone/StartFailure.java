package io.callbacks.standalone;

/** Why the platform cannot start, in one line that says how to mend it. */
final class StartFailure extends RuntimeException {
    StartFailure(String message) {
        super(message);
    }

    StartFailure(String message, Throwable cause) {
        super(message, cause);
    }
}
