package io.callbacks.invoker.gateway;

import io.callbacks.invoker.http.Problem;
import java.util.Optional;

/** What came of one try to call a callback. */
public sealed interface Reply {
    /** The handler has not seen the call. */
    record NotReached(Problem problem) implements Reply {}

    /**
     * An answer, of the function or about it.
     *
     * @param problem what went wrong, where the platform says so and not the function; kebab-case
     * @param contentType of the body
     * @param revision what answered; 0 where nothing did
     */
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    record Answer(
            int status,
            Optional<String> problem,
            Optional<String> contentType,
            byte[] body,
            int revision,
            long envVersion)
            implements Reply {
        static Answer of(Problem problem) {
            return new Answer(
                    problem.status(),
                    Optional.of(problem.name()),
                    Optional.empty(),
                    new byte[0],
                    0,
                    0);
        }
    }
}
