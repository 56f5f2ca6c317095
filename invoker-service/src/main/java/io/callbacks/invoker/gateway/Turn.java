package io.callbacks.invoker.gateway;

import io.callbacks.event.Route;
import java.util.concurrent.atomic.AtomicBoolean;

/** The right to send one request to one instance, until it is given back. */
final class Turn {
    private final Line line;
    private final Route route;
    private final Route.Instance instance;
    private final AtomicBoolean over = new AtomicBoolean();

    Turn(Line line, Route route, Route.Instance instance) {
        this.line = line;
        this.route = route;
        this.instance = instance;
    }

    Route route() {
        return route;
    }

    Route.Instance instance() {
        return instance;
    }

    /** Gives it back. May be repeated. */
    void end() {
        if (over.compareAndSet(false, true)) {
            line.left(instance);
        }
    }
}
