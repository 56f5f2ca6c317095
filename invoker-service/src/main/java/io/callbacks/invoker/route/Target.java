package io.callbacks.invoker.route;

import io.callbacks.event.Limits;
import io.callbacks.event.Route;
import io.callbacks.event.Scale;
import java.util.Optional;

/**
 * A callback as the gateway sees it: what the registry wants of it, and what runs.
 *
 * @param method an HTTP method, or {@code ANY}
 * @param instances how many there may be
 * @param generation the newest desired generation known
 * @param on whether that one should run
 * @param route where its instances answer
 */
public record Target(
        long callbackId,
        PathTemplate template,
        String method,
        Limits limits,
        Scale instances,
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
        return new Target(callbackId, template, method, limits, instances, generation, on, found);
    }
}
