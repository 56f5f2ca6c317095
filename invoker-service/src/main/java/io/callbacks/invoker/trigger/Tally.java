package io.callbacks.invoker.trigger;

import io.callbacks.event.TriggerSeen.Trouble;
import java.time.Clock;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** What has become of a trigger's records. */
final class Tally {
    private final LongAdder completed = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final Clock clock;
    private volatile @Nullable Trouble last;

    Tally(Clock clock) {
        this.clock = clock;
    }

    void completed(int records) {
        completed.add(records);
    }

    void failed(int records, String problem, String reason) {
        failed.add(records);
        trouble(problem, reason);
    }

    void trouble(String problem, String reason) {
        last = new Trouble(problem, reason, clock.instant());
    }

    long completed() {
        return completed.sum();
    }

    long failed() {
        return failed.sum();
    }

    Optional<Trouble> last() {
        return Optional.ofNullable(last);
    }
}
