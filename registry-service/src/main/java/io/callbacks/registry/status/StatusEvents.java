package io.callbacks.registry.status;

import io.callbacks.event.BuildEvent;
import io.callbacks.event.BuildEvent.BuildFailed;
import io.callbacks.event.BuildEvent.BuildStarted;
import io.callbacks.event.BuildEvent.BuildSucceeded;
import io.callbacks.event.CallbackChanged;
import io.callbacks.event.DeploymentObserved;
import io.callbacks.event.Event;
import io.callbacks.event.LoadSeen;
import io.callbacks.event.TargetSeen;
import io.callbacks.event.TriggerSeen;
import java.util.function.Consumer;

/**
 * Takes in what builder and deployer tell of callbacks. Losing nothing of it is up to Kafka; order
 * is not needed.
 */
final class StatusEvents implements Consumer<Event> {
    private final SeenRepository seen;
    private final Signals signals;

    StatusEvents(SeenRepository seen, Signals signals) {
        this.seen = seen;
        this.signals = signals;
    }

    @Override
    public void accept(Event event) {
        switch (event) {
            case BuildEvent build -> take(build);
            case DeploymentObserved observed -> take(observed);
            case CallbackChanged _, LoadSeen _, TargetSeen _, TriggerSeen _ -> {}
        }
    }

    private void take(DeploymentObserved observed) {
        if (seen.change(observed.callbackId(), observed.uid(), s -> s.with(observed))) {
            signals.changed(observed.callbackId());
        }
    }

    private void take(BuildEvent event) {
        var build = event.build();
        if (seen.change(build.callbackId(), build.uid(), s -> s.with(stateOf(event)))) {
            signals.changed(build.callbackId());
        }
    }

    private static BuildState stateOf(BuildEvent event) {
        var b = event.build();
        return switch (event) {
            case BuildStarted _ ->
                    new BuildState(
                            b.revision(),
                            b.platform(),
                            b.attempt(),
                            BuildState.Stage.BUILDING,
                            0,
                            false,
                            null);
            case BuildSucceeded done ->
                    new BuildState(
                            b.revision(),
                            b.platform(),
                            b.attempt(),
                            BuildState.Stage.BUILT,
                            done.seconds(),
                            done.cached(),
                            null);
            case BuildFailed failed ->
                    new BuildState(
                            b.revision(),
                            b.platform(),
                            b.attempt(),
                            BuildState.Stage.FAILED,
                            failed.seconds(),
                            false,
                            failed.error());
        };
    }
}
