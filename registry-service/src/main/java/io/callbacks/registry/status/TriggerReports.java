package io.callbacks.registry.status;

import io.callbacks.event.Event;
import io.callbacks.event.TriggerSeen;
import io.callbacks.event.TriggerSeen.State;
import io.callbacks.event.TriggerSeen.Trouble;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** What the invokers tell of triggers. In memory alone: they tell it again and again. */
public final class TriggerReports implements Consumer<Event> {
    static final Duration SILENCE = Duration.ofSeconds(30);

    /** The worst that any invoker tells of counts. */
    private static final List<State> WORST_FIRST =
            List.of(State.TROUBLE, State.RUNNING, State.PAUSED, State.NOT_DEPLOYED);

    private record Id(long callbackId, String trigger, String invoker) {}

    /**
     * What all invokers together tell of a trigger.
     *
     * @param state {@code unknown} if none does
     * @param lastError the newest
     * @param invokers how many tell of it
     * @param seenAt when one did last
     */
    public record Summary(
            String state,
            long lag,
            long inFlight,
            long completed,
            long failed,
            @Nullable Trouble lastError,
            int invokers,
            @Nullable Instant seenAt) {}

    private final Map<Id, TriggerSeen> latest = new ConcurrentHashMap<>();
    private final Clock clock;
    private volatile Instant swept = Instant.EPOCH;

    public TriggerReports(Clock clock) {
        this.clock = clock;
    }

    @Override
    public void accept(Event event) {
        if (event instanceof TriggerSeen seen) {
            latest.merge(
                    new Id(seen.callbackId(), seen.trigger(), seen.invoker()),
                    seen,
                    (before, after) -> after.seenAt().isBefore(before.seenAt()) ? before : after);
            sweep();
        }
    }

    private void sweep() {
        var now = clock.instant();
        if (Duration.between(swept, now).compareTo(SILENCE) >= 0) {
            swept = now;
            latest.values().removeIf(seen -> !counts(seen, now));
        }
    }

    private static boolean counts(TriggerSeen seen, Instant now) {
        return Duration.between(seen.seenAt(), now).compareTo(SILENCE) <= 0;
    }

    /** What is known of a trigger now. */
    public Summary of(long callbackId, String trigger) {
        var now = clock.instant();
        var told =
                latest.values().stream()
                        .filter(s -> s.callbackId() == callbackId && s.trigger().equals(trigger))
                        .filter(s -> counts(s, now))
                        .toList();
        return new Summary(
                state(told),
                sum(told, TriggerSeen::lag),
                sum(told, TriggerSeen::inFlight),
                sum(told, TriggerSeen::completed),
                sum(told, TriggerSeen::failed),
                told.stream()
                        .map(TriggerSeen::lastError)
                        .filter(Objects::nonNull)
                        .max(Comparator.comparing(Trouble::at))
                        .orElse(null),
                told.size(),
                told.stream().map(TriggerSeen::seenAt).max(Comparator.naturalOrder()).orElse(null));
    }

    private static String state(List<TriggerSeen> told) {
        return WORST_FIRST.stream()
                .filter(state -> told.stream().anyMatch(seen -> seen.state() == state))
                .findFirst()
                .map(state -> state.name().toLowerCase(Locale.ROOT).replace('_', '-'))
                .orElse("unknown");
    }

    private static long sum(List<TriggerSeen> told, ToLongFunction<TriggerSeen> part) {
        return told.stream().mapToLong(part).sum();
    }
}
