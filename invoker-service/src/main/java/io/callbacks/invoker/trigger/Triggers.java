package io.callbacks.invoker.trigger;

import io.callbacks.event.Event;
import io.callbacks.event.Trigger;
import io.callbacks.event.TriggerSeen;
import io.callbacks.event.TriggerSeen.State;
import io.callbacks.event.TriggerSeen.Trouble;
import io.callbacks.invoker.route.Routes;
import io.callbacks.invoker.route.Target;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * Keeps what is consumed equal to what the callbacks ask for, and tells every few seconds how that
 * goes.
 */
final class Triggers implements SmartLifecycle {
    private static final Logger log = LoggerFactory.getLogger(Triggers.class);
    private static final Duration BETWEEN_REPORTS = Duration.ofSeconds(3);

    /** Makes what consumes for a trigger. */
    interface Runner {
        RunningTrigger run(Target target, Trigger trigger);
    }

    private record Key(long callbackId, String name) {}

    private final Routes routes;
    private final Runner runner;
    private final Consumer<Event> reports;
    private final String invoker;
    private final Clock clock;
    private final Map<Key, RunningTrigger> running = new HashMap<>();
    private final Map<Key, Trouble> troubles = new HashMap<>();
    private final Semaphore changes = new Semaphore(0);
    private volatile boolean alive;
    private Thread thread = new Thread(() -> {});

    /**
     * @param invoker unlike any other's
     */
    Triggers(Routes routes, Runner runner, Consumer<Event> reports, String invoker, Clock clock) {
        this.routes = routes;
        this.runner = runner;
        this.reports = reports;
        this.invoker = invoker;
        this.clock = clock;
        routes.onChange(_ -> changes.release());
    }

    @Override
    public void start() {
        alive = true;
        thread = Thread.ofVirtual().name("triggers").start(this::run);
    }

    private void run() {
        var reportAt = System.nanoTime();
        while (alive) {
            try {
                reconcile();
                if (System.nanoTime() - reportAt >= 0) {
                    reportAt = System.nanoTime() + BETWEEN_REPORTS.toNanos();
                    report();
                }
            } catch (RuntimeException e) { // a fault of ours must not end this for ever
                log.error("Triggers are not as they should be", e);
            }
            try {
                if (changes.tryAcquire(1, TimeUnit.SECONDS)) {
                    changes.drainPermits();
                }
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private void reconcile() {
        var wanted = wanted();
        for (var key : List.copyOf(running.keySet())) {
            var now = wanted.get(key);
            var one = running.get(key);
            if (one != null && (now == null || !one.is(now.target().uid(), now.trigger()))) {
                running.remove(key);
                log.info("Trigger ends: callback={} trigger={}", key.callbackId(), key.name());
                Thread.ofVirtual().name("trigger-end").start(one::close);
            }
        }
        wanted.forEach(
                (key, now) -> {
                    var one = running.get(key);
                    if (one != null) {
                        one.rest(now.trigger());
                    } else {
                        begin(key, now);
                    }
                });
    }

    private void begin(Key key, Wanted now) {
        try {
            running.put(key, runner.run(now.target(), now.trigger()));
            troubles.remove(key);
            log.info(
                    "Trigger begins: callback={} trigger={} topic={}",
                    key.callbackId(),
                    key.name(),
                    now.trigger().topic());
        } catch (RuntimeException e) { // tried again with the next look; others begin meanwhile
            if (troubles.put(key, trouble(e)) == null) {
                log.error("Trigger cannot begin: callback={}", key.callbackId(), e);
            }
        }
    }

    private Trouble trouble(RuntimeException e) {
        return new Trouble("cannot-consume", String.valueOf(e.getMessage()), clock.instant());
    }

    private record Wanted(Target target, Trigger trigger) {}

    /** Those of callbacks that are deployed. */
    private Map<Key, Wanted> wanted() {
        var wanted = new HashMap<Key, Wanted>();
        for (var target : targets()) {
            if (target.deployed()) {
                for (var trigger : target.triggers()) {
                    wanted.put(
                            new Key(target.callbackId(), trigger.name()),
                            new Wanted(target, trigger));
                }
            }
        }
        return wanted;
    }

    private List<Target> targets() {
        return routes.current().map(table -> List.copyOf(table.targets())).orElse(List.of());
    }

    private void report() {
        for (var target : targets()) {
            for (var trigger : target.triggers()) {
                var key = new Key(target.callbackId(), trigger.name());
                var one = running.get(key);
                reports.accept(one == null ? idle(key, target) : one.seen(invoker, clock));
            }
        }
    }

    private TriggerSeen idle(Key key, Target target) {
        var trouble = target.deployed() ? troubles.get(key) : null;
        return new TriggerSeen(
                key.callbackId(),
                key.name(),
                invoker,
                trouble == null ? State.NOT_DEPLOYED : State.TROUBLE,
                0,
                0,
                0,
                0,
                trouble,
                clock.instant());
    }

    @Override
    public void stop() {
        alive = false;
        changes.release();
        try {
            thread.join(BETWEEN_REPORTS);
            var ending = new ArrayList<Thread>();
            for (var one : running.values()) {
                ending.add(Thread.ofVirtual().name("trigger-end").start(one::close));
            }
            for (var one : ending) {
                one.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public boolean isRunning() {
        return alive;
    }
}
