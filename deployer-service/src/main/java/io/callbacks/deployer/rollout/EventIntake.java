package io.callbacks.deployer.rollout;

import java.util.function.Supplier;
import org.springframework.cloud.stream.binding.BindingsLifecycleController;
import org.springframework.cloud.stream.binding.BindingsLifecycleController.State;

/**
 * Lets events in while this deployer is the active one: a record taken by one that stands by would
 * be stored, and nobody would act on it.
 */
final class EventIntake {
    private static final String BINDING = "deployerEvents-in-0";

    private final Supplier<BindingsLifecycleController> bindings;
    private boolean open;

    /**
     * @param bindings asked for when first needed; its consumer is the deployer
     */
    EventIntake(Supplier<BindingsLifecycleController> bindings) {
        this.bindings = bindings;
    }

    /** Repeatable. */
    synchronized void open() {
        if (!open) {
            bindings.get().changeState(BINDING, State.STARTED);
            open = true;
        }
    }

    /** Returns when what came in is stored. Repeatable. */
    synchronized void close() {
        if (open) {
            bindings.get().changeState(BINDING, State.STOPPED);
            open = false;
        }
    }
}
