package io.callbacks.invoker.event;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;

/** Counts calls by event. */
final class EventMetrics {
    private final Counter completed;
    private final Counter failed;
    private final Counter cancelled;
    private final Counter invalid;
    private final Counter repeated;

    EventMetrics(MeterRegistry registry) {
        completed = counter(registry, "completed");
        failed = counter(registry, "failed");
        cancelled = counter(registry, "cancelled");
        invalid = counter(registry, "invalid");
        repeated = counter(registry, "repeated");
    }

    private static Counter counter(MeterRegistry registry, String outcome) {
        return Counter.builder("callbacks.events.invocations")
                .description("Calls by event, by what came of them")
                .tag("outcome", outcome)
                .register(registry);
    }

    void ended(Ending ending) {
        switch (ending) {
            case Ending.Completed _ -> completed.increment();
            case Ending.Failed _ -> failed.increment();
            case Ending.Cancelled _ -> cancelled.increment();
        }
    }

    void invalid() {
        invalid.increment();
    }

    void repeated() {
        repeated.increment();
    }
}
