package io.callbacks.invoker.load;

import io.callbacks.event.LoadSeen;
import io.callbacks.invoker.gateway.Busy;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * Looks ten times a second at how busy callbacks are and tells the average every second: as long as
 * there is something to do, and then for two minutes, so that an idle callback and an invoker that
 * is gone are not the same.
 */
final class LoadReport implements SmartLifecycle {
    private static final Logger log = LoggerFactory.getLogger(LoadReport.class);
    private static final Duration LOOK = Duration.ofMillis(100);
    private static final int LOOKS = 10;
    private static final Duration IDLE = Duration.ofMinutes(2);
    private static final long LONG_AGO = IDLE.toNanos();

    private final Busy busy;
    private final Consumer<? super LoadSeen> reports;
    private final String invoker;
    private final Clock clock;
    private final Map<Long, Long> busyAt = new HashMap<>();
    private volatile boolean running;
    private Thread thread = new Thread(() -> {});

    /**
     * @param invoker unlike any other's
     */
    LoadReport(Busy busy, Consumer<? super LoadSeen> reports, String invoker, Clock clock) {
        this.busy = busy;
        this.reports = reports;
        this.invoker = invoker;
        this.clock = clock;
    }

    @Override
    public void start() {
        running = true;
        thread = Thread.ofVirtual().name("load").start(this::run);
    }

    private void run() {
        while (running) {
            try {
                tell(look());
            } catch (RuntimeException e) {
                log.error("Load is not told this time", e);
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    /** Sums of so many looks. */
    private Map<Long, Integer> look() throws InterruptedException {
        var sums = new HashMap<Long, Integer>();
        for (int i = 0; i < LOOKS; i++) {
            Thread.sleep(LOOK);
            busy.requests().forEach((id, requests) -> sums.merge(id, requests, Integer::sum));
        }
        return sums;
    }

    private void tell(Map<Long, Integer> sums) {
        var now = System.nanoTime();
        busyAt.keySet().retainAll(sums.keySet());
        sums.forEach(
                (id, sum) -> {
                    if (sum > 0) {
                        busyAt.put(id, now);
                    }
                    if (now - busyAt.getOrDefault(id, now - LONG_AGO) < IDLE.toNanos()) {
                        var average = (double) sum / LOOKS;
                        reports.accept(new LoadSeen(id, invoker, average, clock.instant()));
                    }
                });
    }

    @Override
    public void stop() {
        running = false;
        thread.interrupt();
        try {
            thread.join(LOOK);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public boolean isRunning() {
        return running;
    }
}
