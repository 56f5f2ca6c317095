package io.callbacks.builder.build;

/** A library that asks for more than packages of the index. */
final class RefusedLibraryException extends RuntimeException {
    RefusedLibraryException(String message) {
        super(message);
    }
}
