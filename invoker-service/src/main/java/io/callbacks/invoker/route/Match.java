package io.callbacks.invoker.route;

import java.util.Map;
import java.util.Set;

/** What a path and a method mean. */
public sealed interface Match {
    /**
     * A callback.
     *
     * @param parameters the values of the path parameters
     */
    record Found(Target target, Map<String, String> parameters) implements Match {}

    /**
     * The path is known, but not with this method.
     *
     * @param allowed those it is known with, in order
     */
    record OtherMethod(Set<String> allowed) implements Match {
        public boolean takes(String method) {
            return allowed.contains(method);
        }
    }

    /** No callback has this path. */
    record UnknownPath() implements Match {}
}
