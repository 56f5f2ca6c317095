package io.callbacks.builder.build;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Judges by this machine's own clock whether whoever claimed something is still alive: a claim that
 * was seen unchanged for long enough is forsaken.
 */
final class Claims {
    private record Sighting(long beat, long since) {}

    private final Map<String, Sighting> sightings = new ConcurrentHashMap<>();
    private final long patience;

    Claims(Duration patience) {
        this.patience = patience.toNanos();
    }

    boolean forsaken(String id, long beat) {
        var now = System.nanoTime();
        var seen =
                sightings.compute(
                        id,
                        (_, before) ->
                                before != null && before.beat() == beat
                                        ? before
                                        : new Sighting(beat, now));
        return now - seen.since() >= patience;
    }

    void forget(String id) {
        sightings.remove(id);
    }
}
