package io.callbacks.deployer.docker;

import io.callbacks.deployer.docker.Containers.Happened;
import io.callbacks.deployer.rollout.PlatformException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Hears what happens to instances, and connects again where the engine goes away. */
final class EngineWatch {
    private static final Logger log = LoggerFactory.getLogger(EngineWatch.class);
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(10);
    private static final Duration CONNECT_AGAIN = Duration.ofSeconds(1);
    private static final Duration CONNECTS = Duration.ofSeconds(5);
    private static final Duration SOON = Duration.ofSeconds(2);

    private enum State {
        IDLE,
        CONNECTING,
        CONNECTED,
        LOST
    }

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
    private State state = State.IDLE;
    private String trouble = "it does not answer yet";
    private @Nullable Thread thread;

    EngineWatch(Containers containers, Watcher watcher) {
        this.containers = containers;
        this.watcher = watcher;
    }

    synchronized void begin() {
        if (state == State.IDLE) {
            state = State.CONNECTING;
            thread = Thread.ofVirtual().name("docker-watch").start(this::run);
        }
    }

    synchronized void end() {
        state = State.IDLE;
        if (thread != null) {
            thread.interrupt();
            thread = null;
        }
    }

    /**
     * Returns if events are heard, so that what is told of the engine is not behind.
     *
     * @throws PlatformException if the engine is not there
     */
    synchronized void require() {
        awaitConnected(CONNECTS);
        if (state == State.CONNECTING || state == State.LOST) {
            throw new PlatformException("the engine is waited for: " + trouble, null);
        }
    }

    /** Why the engine is waited for; null if it is not. */
    synchronized @Nullable String trouble() {
        awaitConnected(SOON);
        return state == State.LOST ? trouble : null;
    }

    private synchronized void awaitConnected(Duration longest) {
        var deadline = System.nanoTime() + longest.toNanos();
        while (state == State.CONNECTING && System.nanoTime() < deadline) {
            try {
                wait(longest.toMillis());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new PlatformException("interrupted while waiting for the engine", e);
            }
        }
    }

    private void run() {
        while (isMine()) {
            try {
                listen();
            } catch (PlatformException e) {
                lost(String.valueOf(e.getMessage()));
            } catch (RuntimeException e) {
                log.error("Engine cannot be watched", e);
                lost(e.toString());
            }
            pause();
        }
    }

    private void listen() {
        try (var events = containers.events(watcher::happened)) {
            watcher.connected();
            connected();
            while (isMine() && !events.awaitOver(LOOK_AGAIN)) {
                watcher.look();
            }
        }
        lost("it closed the connection");
    }

    private synchronized boolean isMine() {
        return thread == Thread.currentThread();
    }

    private synchronized void connected() {
        if (isMine()) {
            if (state == State.LOST) {
                log.info("Engine is there again");
            }
            state = State.CONNECTED;
            notifyAll();
        }
    }

    private synchronized void lost(String reason) {
        if (isMine()) {
            if (state != State.LOST) {
                log.warn("Engine is waited for: reason={}", reason);
            }
            state = State.LOST;
            trouble = reason;
            notifyAll();
        }
    }

    private static void pause() {
        try {
            Thread.sleep(CONNECT_AGAIN);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
