package io.callbacks.invoker.event;

import io.callbacks.invoker.gateway.TestCalls;
import java.time.Duration;

/** Makes callers for tests of other packages. */
public final class TestCallers {
    private TestCallers() {}

    /** Some that wait for no callback, unless they are told to. */
    public static Callers impatient(TestCalls calls) {
        return new Callers(calls.calls, calls.routes, Duration.ZERO);
    }
}
