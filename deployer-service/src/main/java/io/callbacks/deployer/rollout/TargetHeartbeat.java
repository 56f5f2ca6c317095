package io.callbacks.deployer.rollout;

import io.callbacks.event.TargetSeen;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells, while the deployer is active, which targets can be deployed on. On a thread of its own: a
 * place that hangs must not cost the deployer its lease. Thread-safe.
 */
final class TargetHeartbeat {
    private static final Logger log = LoggerFactory.getLogger(TargetHeartbeat.class);
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(1);

    private final List<Platform> platforms;
    private final Consumer<TargetSeen> listener;
    private final Clock clock;
    private volatile String waitedFor = "";
    private @Nullable Thread thread;

    TargetHeartbeat(List<Platform> platforms, Consumer<TargetSeen> listener, Clock clock) {
        this.platforms = List.copyOf(platforms);
        this.listener = listener;
        this.clock = clock;
    }

    synchronized void begin() {
        if (thread == null) {
            thread = Thread.ofVirtual().name("target-heartbeat").start(this::run);
        }
    }

    /** Nothing is told any more once it returns. */
    synchronized void end() {
        if (thread != null) {
            thread.interrupt();
            thread = null;
        }
    }

    private void run() {
        var views = platforms.stream().map(this::view).toList();
        while (isMine()) {
            views.forEach(this::look);
            pause();
        }
    }

    private TargetView view(Platform platform) {
        return new TargetView(platform.name(), platform::availability, clock, System::nanoTime);
    }

    private synchronized boolean isMine() {
        return thread == Thread.currentThread();
    }

    private void look(TargetView view) {
        try {
            view.look().ifPresent(this::tell);
        } catch (RuntimeException e) {
            view.untold();
            waitFor(e.toString());
        }
    }

    /** Said once, however long it takes. */
    private void waitFor(String reason) {
        if (isMine() && !reason.equals(waitedFor)) {
            log.warn("Targets are told of in a moment: reason={}", reason);
        }
        waitedFor = reason;
    }

    private synchronized void tell(TargetSeen seen) {
        if (isMine()) {
            listener.accept(seen);
            waitedFor = "";
        }
    }

    private static void pause() {
        try {
            Thread.sleep(LOOK_AGAIN);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
