package io.callbacks.deployer.log;

/** There is no such callback. */
final class UnknownCallbackException extends RuntimeException {
    UnknownCallbackException(long id) {
        super("There is no callback " + id + ".");
    }
}
