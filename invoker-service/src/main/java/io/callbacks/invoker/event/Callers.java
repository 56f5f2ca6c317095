package io.callbacks.invoker.event;

import io.callbacks.invoker.gateway.Calls;
import io.callbacks.invoker.route.Routes;
import java.time.Duration;

/** Carries orders out. */
public final class Callers {
    private static final Duration FOR_EVER = Duration.ofDays(36_500);

    private final Calls calls;
    private final Rooms rooms;
    private final Duration patience;

    Callers(Calls calls, Routes routes, Duration patience) {
        this.calls = calls;
        this.rooms = new Rooms(routes);
        this.patience = patience;
    }

    /** One that has not begun. */
    Calling of(Order order) {
        return new Calling(order, calls, rooms, patience);
    }

    /** One that waits for the callback as long as it takes. */
    public Calling patient(Order order) {
        return new Calling(order, calls, rooms, FOR_EVER);
    }
}
