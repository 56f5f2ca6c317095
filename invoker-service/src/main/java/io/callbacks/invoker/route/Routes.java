package io.callbacks.invoker.route;

import java.util.Optional;
import java.util.function.Consumer;

/** The present table of callbacks. Nothing here blocks. */
public interface Routes {
    /** The newest table; empty until the first one is complete, and never again after that. */
    Optional<RouteTable> current();

    /** Tells {@code listener} of every table after it has become the current one. */
    void onChange(Consumer<RouteTable> listener);
}
