package io.callbacks.deployer.docker;

import io.callbacks.deployer.docker.Containers.Happened;
import io.callbacks.deployer.instance.PlaceWatch;
import java.time.Duration;

/** Hears what happens to instances, and connects again where the engine goes away. */
final class EngineWatch {
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(10);
    private static final Duration CONNECT_AGAIN = Duration.ofSeconds(1);

    /** Acts on what there is to hear. */
    interface Watcher {
        /** Events are heard from now on, for the first time or again; what was before was not. */
        void connected();

        /** Something happened. Must not take long. */
        void happened(Happened event);

        /** Some time has passed. */
        void look();
    }

    private final Containers containers;
    private final Watcher watcher;
    private final PlaceWatch watch = new PlaceWatch("engine", this::listen, CONNECT_AGAIN);

    EngineWatch(Containers containers, Watcher watcher) {
        this.containers = containers;
        this.watcher = watcher;
    }

    PlaceWatch engine() {
        return watch;
    }

    private void listen() {
        try (var events = containers.events(watcher::happened)) {
            watcher.connected();
            watch.connected();
            while (watch.isMine() && !events.awaitOver(LOOK_AGAIN)) {
                watcher.look();
            }
        }
        watch.lost("it closed the connection");
    }
}
