package io.callbacks.invoker.gateway;

import io.callbacks.invoker.gateway.TurnedAway.Reason;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/** Counts requests. Meters are looked up once, not for each request. */
final class GatewayMetrics {
    /** More callbacks than these share one label, so that the number of series is bounded. */
    private static final int MOST_LABELS = 200;

    private static final String[] OUTCOMES = {"abandoned", "1xx", "2xx", "3xx", "4xx", "5xx"};
    private static final Duration[] BUCKETS =
            Arrays.stream(new long[] {2, 5, 10, 25, 50, 100, 250, 500, 1_000, 5_000, 30_000})
                    .mapToObj(Duration::ofMillis)
                    .toArray(Duration[]::new);

    private final MeterRegistry registry;
    private final Map<Long, Counter[]> requests = new ConcurrentHashMap<>();
    private final Counter[] unmatched;
    private final Counter[] others;
    private final Map<Reason, Counter> turnedAway = new EnumMap<>(Reason.class);
    private final LongAdder inFlight = new LongAdder();
    private final Timer latency;

    GatewayMetrics(MeterRegistry registry) {
        this.registry = registry;
        unmatched = counters("none");
        others = counters("other");
        for (var reason : Reason.values()) {
            turnedAway.put(
                    reason,
                    Counter.builder("callbacks.gateway.turned.away")
                            .description("Requests an instance did not take")
                            .tag("reason", reason.name().toLowerCase(Locale.ROOT))
                            .register(registry));
        }
        latency =
                Timer.builder("callbacks.gateway.latency")
                        .description("From the head of a request to the end of its answer")
                        .serviceLevelObjectives(BUCKETS)
                        .register(registry);
        Gauge.builder("callbacks.gateway.in.flight", inFlight, LongAdder::sum)
                .description("Requests not answered yet")
                .register(registry);
    }

    Sample start() {
        inFlight.increment();
        return new Sample();
    }

    void turnedAway(Reason reason) {
        turnedAway.getOrDefault(reason, others[0]).increment();
    }

    private Counter[] of(long callbackId) {
        var known = requests.get(callbackId);
        if (known != null) {
            return known;
        }
        return requests.size() >= MOST_LABELS
                ? others
                : requests.computeIfAbsent(callbackId, id -> counters(Long.toString(id)));
    }

    private Counter[] counters(String callback) {
        return Arrays.stream(OUTCOMES)
                .map(outcome -> counter(callback, outcome))
                .toArray(Counter[]::new);
    }

    private Counter counter(String callback, String outcome) {
        return Counter.builder("callbacks.gateway.requests")
                .description("Requests by callback and class of status")
                .tags("callback", callback, "outcome", outcome)
                .register(registry);
    }

    /** One request under way. */
    final class Sample {
        private final long began = System.nanoTime();
        private Counter[] counters = unmatched;

        void of(long callbackId) {
            counters = GatewayMetrics.this.of(callbackId);
        }

        void answered(int status) {
            latency.record(System.nanoTime() - began, TimeUnit.NANOSECONDS);
            end(counters[status / 100]);
        }

        /** The caller has gone away. */
        void abandoned() {
            end(counters[0]);
        }

        private void end(Counter counter) {
            inFlight.decrement();
            counter.increment();
        }
    }
}
