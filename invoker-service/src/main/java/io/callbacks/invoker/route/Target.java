package io.callbacks.invoker.route;

import io.callbacks.event.Limits;
import io.callbacks.event.Retry;
import io.callbacks.event.Route;
import io.callbacks.event.Scale;
import io.callbacks.event.Trigger;
import java.util.List;
import java.util.Optional;

/**
 * A callback as the gateway sees it: what the registry wants of it, and what runs.
 *
 * @param uid its identity
 * @param method an HTTP method, or {@code ANY}
 * @param instances how many there may be
 * @param retry what of a call by event is tried again
 * @param triggers topics that call it
 * @param generation the newest desired generation known
 * @param on whether that one should run
 * @param route where its instances answer
 */
public record Target(
        long callbackId,
        String uid,
        PathTemplate template,
        String method,
        Limits limits,
        Scale instances,
        Retry retry,
        List<Trigger> triggers,
        long generation,
        boolean on,
        Optional<Route> route) {
    /**
     * Whether requests may be served. A route of a later generation than the one known to be wanted
     * tells that the snapshot here is the older of the two.
     */
    public boolean deployed() {
        return on || route.filter(newer -> newer.generation() > generation).isPresent();
    }

    Target withRoute(Optional<Route> found) {
        return new Target(
                callbackId,
                uid,
                template,
                method,
                limits,
                instances,
                retry,
                triggers,
                generation,
                on,
                found);
    }
}
