package io.callbacks.invoker.trigger;

import io.callbacks.event.Trigger;
import io.callbacks.event.TriggerSeen;
import io.callbacks.event.TriggerSeen.State;
import io.callbacks.invoker.delivery.Delivery;
import io.callbacks.invoker.trigger.TriggerHandler.Given;
import java.time.Clock;

/** A trigger that this invoker consumes for. */
final class RunningTrigger implements AutoCloseable {
    private final long callbackId;
    private final String uid;
    private final Delivery<Given> delivery;
    private final Tally tally;
    private Trigger trigger;

    RunningTrigger(
            long callbackId, String uid, Trigger trigger, Delivery<Given> delivery, Tally tally) {
        this.callbackId = callbackId;
        this.uid = uid;
        this.trigger = trigger;
        this.delivery = delivery;
        this.tally = tally;
        delivery.rest(trigger.paused());
        delivery.start();
    }

    /** Whether it is this one, but perhaps for its rest. */
    boolean is(String otherUid, Trigger other) {
        return uid.equals(otherUid) && other.paused(false).equals(trigger.paused(false));
    }

    /** Rests, or goes on. */
    void rest(Trigger now) {
        trigger = now;
        delivery.rest(now.paused());
    }

    /** How it is doing. */
    TriggerSeen seen(String invoker, Clock clock) {
        var trouble = delivery.trouble();
        trouble.ifPresent(reason -> tally.trouble("cannot-consume", reason));
        var progress = delivery.progress();
        return new TriggerSeen(
                callbackId,
                trigger.name(),
                invoker,
                trouble.isPresent()
                        ? State.TROUBLE
                        : trigger.paused() ? State.PAUSED : State.RUNNING,
                progress.lag(),
                progress.inFlight(),
                tally.completed(),
                tally.failed(),
                tally.last().orElse(null),
                clock.instant());
    }

    @Override
    public void close() {
        delivery.close();
    }
}
