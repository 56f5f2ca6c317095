package io.callbacks.builder.log;

/** There is no such callback or build. */
final class UnknownLogException extends RuntimeException {
    private final String problem;

    UnknownLogException(String problem, String message) {
        super(message);
        this.problem = problem;
    }

    /** The kebab-case name of the problem. */
    String problem() {
        return problem;
    }
}
