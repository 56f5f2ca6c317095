package io.callbacks.invoker.event;

import io.callbacks.invoker.event.CallSubject.Callee;
import io.callbacks.invoker.gateway.Sendable;
import java.util.Optional;

/** A call that is to be made. */
public interface Order {
    /** Whom to call, as of now. */
    Optional<Callee> callee();

    /** The same in words, for one that is not there. */
    String subject();

    /**
     * What to send.
     *
     * @param attempt counts from 1
     */
    Sendable toSend(Callee callee, int attempt);

    /** Why the callback cannot be called as it is now, in words; empty if it can. */
    default Optional<String> obstacle(Callee callee) {
        return Optional.empty();
    }

    /** The handler is about to be called. */
    default void begins(Callee callee, int attempt) {}
}
