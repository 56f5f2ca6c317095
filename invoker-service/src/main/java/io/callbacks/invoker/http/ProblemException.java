package io.callbacks.invoker.http;

/**
 * Ends the handling of a request with a problem. Part of the protocol, so it has no stack trace.
 */
public final class ProblemException extends RuntimeException {
    private final transient Problem problem;

    ProblemException(Problem problem) {
        super(problem.detail(), null, false, false);
        this.problem = problem;
    }

    /** The answer. */
    public Problem problem() {
        return problem;
    }
}
