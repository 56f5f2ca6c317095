package io.callbacks.invoker.gateway;

import reactor.core.publisher.Mono;

/** Takes calls that are carried out later. */
@FunctionalInterface
public interface Queueing {
    /**
     * Ends with the id by which a call can be asked after, once it cannot be lost any more; in a
     * problem where that cannot be had now.
     */
    Mono<String> accept(LaterCall call);
}
