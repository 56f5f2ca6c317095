package io.callbacks.invoker.event;

import io.callbacks.invoker.delivery.Delivery;
import io.callbacks.invoker.event.Invocations.Given;
import org.springframework.context.SmartLifecycle;

/** Takes calls by event for as long as the invoker runs. */
final class EventDoor implements SmartLifecycle {
    private final Delivery<Given> delivery;
    private volatile boolean running;

    EventDoor(Delivery<Given> delivery) {
        this.delivery = delivery;
    }

    @Override
    public void start() {
        running = true;
        delivery.start();
    }

    @Override
    public void stop() {
        delivery.close();
        running = false;
    }

    @Override
    public boolean isRunning() {
        return running;
    }
}
