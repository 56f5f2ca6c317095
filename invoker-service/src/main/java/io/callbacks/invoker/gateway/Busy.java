package io.callbacks.invoker.gateway;

import java.util.Map;

/** What there is to do now. */
public interface Busy {
    /**
     * Requests in flight or waiting, of those callbacks called before of which there may be more or
     * fewer instances.
     */
    Map<Long, Integer> requests();
}
