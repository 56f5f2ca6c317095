package io.callbacks.registry.validation;

import io.callbacks.event.Retry;
import java.util.LinkedHashSet;
import java.util.List;

/** What a retry may say. */
final class RetryRule {
    private static final int MOST_TRIES = 20;
    private static final int LEAST_STATUS = 400;
    private static final int MOST_STATUS = 599;
    private static final int SHORTEST_DELAY = 50;
    private static final int LONGEST_DELAY = 60_000;

    private RetryRule() {}

    /** Said as a whole: what an object does not name is the default again. */
    static Retry read(Fields fields, Retry present) {
        if (!fields.has("retry")) {
            return present;
        }
        var inner = fields.object("retry");
        return new Retry(
                inner.number("tries", 1, MOST_TRIES, Retry.DEFAULT.tries()),
                statuses(inner),
                inner.number("delay_ms", SHORTEST_DELAY, LONGEST_DELAY, Retry.DEFAULT.delayMs()));
    }

    private static List<Integer> statuses(Fields inner) {
        if (inner.value("statuses") == null) {
            return Retry.DEFAULT.statuses();
        }
        var statuses = new LinkedHashSet<Integer>();
        for (var value : inner.array("statuses", MOST_STATUS - LEAST_STATUS + 1)) {
            if (!value.isInt()
                    || value.intValue() < LEAST_STATUS
                    || value.intValue() > MOST_STATUS) {
                inner.fault(
                        "statuses",
                        "invalid-statuses",
                        "'statuses' must be whole numbers from %d to %d."
                                .formatted(LEAST_STATUS, MOST_STATUS));
                return List.of();
            }
            statuses.add(value.intValue());
        }
        return List.copyOf(statuses);
    }
}
