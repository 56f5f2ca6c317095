package io.callbacks.event;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How a trigger is doing, as one invoker sees it. Repeated while the trigger exists and the invoker
 * lives.
 *
 * @param trigger its name
 * @param invoker unlike any other invoker running
 * @param state what it does there
 * @param lag records of the partitions this invoker has that are not done yet
 * @param inFlight calls
 * @param completed records that the function answered, since this invoker consumes for it
 * @param failed records that ended as dead letters, since then
 * @param lastError what went wrong last
 * @param seenAt when this was looked at
 */
public record TriggerSeen(
        long callbackId,
        String trigger,
        String invoker,
        State state,
        long lag,
        int inFlight,
        long completed,
        long failed,
        @Nullable Trouble lastError,
        Instant seenAt)
        implements Event {
    public TriggerSeen {
        requireNonNull(trigger, "trigger");
        requireNonNull(invoker, "invoker");
        requireNonNull(state, "state");
        requireNonNull(seenAt, "seen_at");
    }

    /** What an invoker does for a trigger. */
    public enum State {
        RUNNING,
        PAUSED,
        NOT_DEPLOYED,
        /** It tries in vain to consume. */
        TROUBLE
    }

    /**
     * What went wrong.
     *
     * @param problem kebab-case
     */
    public record Trouble(String problem, String message, Instant at) {
        public Trouble {
            requireNonNull(problem, "problem");
            requireNonNull(message, "message");
            requireNonNull(at, "at");
        }
    }

    @Override
    public String topic() {
        return Topics.TRIGGER;
    }

    @Override
    public String key() {
        return Long.toString(callbackId);
    }

    @Override
    public String type() {
        return "trigger-seen";
    }

    @Override
    public String source() {
        return "/invoker";
    }

    @Override
    public String id() {
        return invoker + "/" + callbackId + "/" + trigger + "/" + seenAt;
    }
}
