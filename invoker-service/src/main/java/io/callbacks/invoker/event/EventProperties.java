package io.callbacks.invoker.event;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * How calls by event are made.
 *
 * @param deduplication how long an event's id is remembered, up to a day; 0: not at all. Takes
 *     about 100 bytes for each event of that time
 * @param patience how long a callback that cannot be called is waited for
 * @param window events of a partition in hand at once, from the first one on that is not done
 * @param bytes most bytes of events in hand
 * @param member name under which a restarted invoker gets its partitions back at once; empty where
 *     invokers come and go under new names
 */
@ConfigurationProperties("callbacks.invoker.events")
record EventProperties(
        @DefaultValue("10m") Duration deduplication,
        @DefaultValue("2m") Duration patience,
        @DefaultValue("10000") int window,
        @DefaultValue("64MB") DataSize bytes,
        @DefaultValue("") String member) {
    private static final Duration LONGEST = Duration.ofDays(1);

    EventProperties {
        if (deduplication.isNegative() || deduplication.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(
                    "callbacks.invoker.events.deduplication must be 0 to 1d, not " + deduplication);
        }
        if (window < 1) {
            throw new IllegalArgumentException(
                    "callbacks.invoker.events.window must be 1 or more, not " + window);
        }
    }
}
