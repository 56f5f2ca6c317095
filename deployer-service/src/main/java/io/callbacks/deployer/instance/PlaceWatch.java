package io.callbacks.deployer.instance;

import io.callbacks.deployer.rollout.PlatformException;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether the place that instances run in is heard, and the thread that listens to it: again and
 * again, for as long as it is wanted. Thread-safe.
 */
public final class PlaceWatch {
    private static final Logger log = LoggerFactory.getLogger(PlaceWatch.class);
    private static final Duration CONNECTS = Duration.ofSeconds(5);
    private static final Duration SOON = Duration.ofSeconds(2);

    private enum State {
        IDLE,
        CONNECTING,
        CONNECTED,
        LOST
    }

    private final String place;
    private final Runnable listening;
    private final Duration again;
    private State state = State.IDLE;
    private String trouble = "it does not answer yet";
    private @Nullable Thread thread;

    /**
     * @param place what is listened to, as in "the engine"
     * @param listening calls {@link #connected} once it is heard, and returns or throws {@link
     *     PlatformException} when it is not heard any more
     * @param again how long it takes a rest then
     */
    public PlaceWatch(String place, Runnable listening, Duration again) {
        this.place = place;
        this.listening = listening;
        this.again = again;
    }

    public synchronized void begin() {
        if (state == State.IDLE) {
            state = State.CONNECTING;
            thread = Thread.ofVirtual().name(place + "-watch").start(this::run);
        }
    }

    public synchronized void end() {
        state = State.IDLE;
        if (thread != null) {
            thread.interrupt();
            thread = null;
        }
    }

    /**
     * Returns if the place is heard, so that what is told of it is not behind; or if nobody wants
     * to hear it.
     *
     * @throws PlatformException if it is not there
     */
    public synchronized void require() {
        awaitConnected(CONNECTS);
        if (state == State.CONNECTING || state == State.LOST) {
            throw new PlatformException("the %s is waited for: %s".formatted(place, trouble), null);
        }
    }

    /** Why the place is waited for; empty if it is not. */
    public synchronized Optional<String> trouble() {
        awaitConnected(SOON);
        return state == State.LOST ? Optional.of(trouble) : Optional.empty();
    }

    private synchronized void awaitConnected(Duration longest) {
        var deadline = System.nanoTime() + longest.toNanos();
        while (state == State.CONNECTING && System.nanoTime() < deadline) {
            try {
                wait(longest.toMillis());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new PlatformException("interrupted while waiting for the " + place, e);
            }
        }
    }

    private void run() {
        while (isMine()) {
            try {
                listening.run();
            } catch (PlatformException e) {
                lost(String.valueOf(e.getMessage()));
            } catch (RuntimeException e) {
                log.error("The {} cannot be watched", place, e);
                lost(e.toString());
            }
            pause(again);
        }
    }

    /** Whether the thread that asks is still the one that shall listen. */
    public synchronized boolean isMine() {
        return thread == Thread.currentThread();
    }

    public synchronized boolean isLost() {
        return state == State.LOST;
    }

    /** Says that it is heard, for the first time or again. */
    public synchronized void connected() {
        if (isMine()) {
            if (state == State.LOST) {
                log.info("The {} is there again", place);
            }
            state = State.CONNECTED;
            notifyAll();
        }
    }

    /** Says that it is not heard for now. */
    public synchronized void lost(String reason) {
        if (isMine()) {
            if (state != State.LOST) {
                log.warn("The {} is waited for: reason={}", place, reason);
            }
            state = State.LOST;
            trouble = reason;
            notifyAll();
        }
    }

    /** Lets some time pass; less if it is not to listen any more. */
    public static void pause(Duration time) {
        try {
            Thread.sleep(time);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
