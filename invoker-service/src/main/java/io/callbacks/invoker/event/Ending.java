package io.callbacks.invoker.event;

import io.callbacks.invoker.event.CallSubject.Callee;
import io.callbacks.invoker.gateway.Reply.Answer;
import java.util.Optional;
import java.util.OptionalLong;

/** What came of a call by event in the end. */
public sealed interface Ending {
    /** The function answered. */
    record Completed(Callee callee, Answer answer, int tries) implements Ending {}

    /**
     * It did not, or not in a way that counts.
     *
     * @param problem why, kebab-case
     * @param reason why, a sentence
     * @param tries how often the handler was called
     * @param answer the last one, if there was one
     */
    record Failed(
            String problem,
            String reason,
            int tries,
            Optional<Callee> callee,
            Optional<Answer> answer)
            implements Ending {
        /** Which callback it was for, where that is known. */
        OptionalLong callbackId() {
            return callee.map(it -> OptionalLong.of(it.target().callbackId()))
                    .orElse(OptionalLong.empty());
        }
    }

    /** It was called off before it began. */
    record Cancelled() implements Ending {}
}
