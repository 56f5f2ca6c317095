package io.callbacks.deployer.rollout;

import io.callbacks.event.Failure;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs rollouts: those of different callbacks side by side, those of one callback one after the
 * other. A wake-up during a run leads to another run.
 */
final class Rollouts implements Platform.EndListener {
    private static final Logger log = LoggerFactory.getLogger(Rollouts.class);
    private static final Duration TRY_AGAIN = Duration.ofSeconds(1);

    private final RolloutContext context;
    private final Map<Long, Serial> all = new ConcurrentHashMap<>();
    private final Set<Long> held = ConcurrentHashMap.newKeySet();
    private final ScheduledExecutorService later =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofVirtual().name("rollouts-later").factory());
    private volatile boolean active;

    Rollouts(RolloutContext context) {
        this.context = context;
    }

    /** Lets them run. */
    void activate() {
        active = true;
    }

    /** Leaves a callback as it is, whatever is wanted of it. */
    void hold(long callbackId) {
        held.add(callbackId);
    }

    void release(long callbackId) {
        held.remove(callbackId);
        wake(callbackId);
    }

    /** Looks at a callback soon. */
    void wake(long callbackId) {
        if (active && !held.contains(callbackId)) {
            all.computeIfAbsent(callbackId, Serial::new).wake();
        }
    }

    void wakeAll() {
        all.keySet().forEach(this::wake);
    }

    /**
     * Goes on with what a former life had serving, if it serves still.
     *
     * @return the instances; empty if there is nothing to go on with
     * @throws PlatformException if that cannot be seen now
     */
    List<RunningInstance> takeOver(Observed observed) {
        return all.computeIfAbsent(observed.callbackId(), Serial::new).rollout.takeOver(observed);
    }

    @Override
    public void ended(long callbackId, Failure how) {
        tell(callbackId, rollout -> rollout.ended(how));
    }

    @Override
    public void lost(long callbackId) {
        tell(callbackId, Rollout::lost);
    }

    private void tell(long callbackId, Consumer<Rollout> news) {
        var serial = all.get(callbackId);
        if (serial != null) {
            news.accept(serial.rollout);
            wake(callbackId);
        }
    }

    /** Stops everything and waits until it is gone. */
    void deactivate(Duration longest) {
        active = false;
        all.values().forEach(Serial::shutDown);
        context.drains().await(longest);
        all.clear();
        held.clear();
    }

    private void wakeLater(long callbackId, Duration delay) {
        try {
            later.schedule(
                    () -> wake(callbackId), Math.max(0, delay.toMillis()), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            log.debug("Not looked at again: callback={}", callbackId);
        }
    }

    /** One callback's rollout, run by one thread at a time. */
    private final class Serial {
        private final long callbackId;
        private final Rollout rollout;
        private final AtomicInteger wanted = new AtomicInteger();
        private String waitedFor = "";

        Serial(long callbackId) {
            this.callbackId = callbackId;
            this.rollout = new Rollout(callbackId, context);
        }

        void wake() {
            if (wanted.getAndIncrement() == 0) {
                Thread.ofVirtual().name("rollout-" + callbackId).start(this::run);
            }
        }

        private void run() {
            int seen;
            do {
                seen = wanted.get();
                reconcile();
            } while (!wanted.compareAndSet(seen, 0));
        }

        private synchronized void reconcile() {
            if (!active) {
                return;
            }
            try {
                rollout.reconcile().ifPresent(delay -> wakeLater(callbackId, delay));
                waitedFor = "";
            } catch (PlatformException e) {
                waitFor(String.valueOf(e.getMessage()));
            } catch (RuntimeException e) {
                log.warn(
                        "Rollout goes on in a moment: callback={} reason={}",
                        callbackId,
                        e.toString(),
                        e);
                wakeLater(callbackId, TRY_AGAIN);
            }
        }

        /** Said once, however long it takes. */
        private void waitFor(String reason) {
            if (!reason.equals(waitedFor)) {
                log.warn("Rollout waits: callback={} reason={}", callbackId, reason);
            }
            waitedFor = reason;
            wakeLater(callbackId, TRY_AGAIN);
        }

        private synchronized void shutDown() {
            try {
                rollout.shutDown();
            } catch (RuntimeException e) {
                log.warn(
                        "Callback was not withdrawn in good order: callback={} reason={}",
                        callbackId,
                        e.toString());
            }
        }
    }
}
