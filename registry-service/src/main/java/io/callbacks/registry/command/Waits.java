package io.callbacks.registry.command;

import io.callbacks.registry.callback.Awaited;
import io.callbacks.registry.callback.Management;
import io.callbacks.service.outbox.Relay;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * Waits for what commands have led to, and answers; takes up what this or another copy of the
 * service was waiting for when it ended. Old commands are forgotten here too.
 */
final class Waits implements SmartLifecycle {
    private static final Logger log = LoggerFactory.getLogger(Waits.class);
    private static final Duration KEPT = Duration.ofDays(1);
    private static final Duration BETWEEN_SWEEPS = Duration.ofSeconds(5);
    private static final int SWEEPS_BETWEEN_REMOVALS = 60;

    private final CommandRepository repository;
    private final Management management;
    private final Relay<String> relay;
    private final Clock clock;
    private final Map<String, Thread> waiting = new ConcurrentHashMap<>();
    private Thread sweeping = new Thread(() -> {});
    private volatile boolean running;

    Waits(CommandRepository repository, Management management, Relay<String> relay, Clock clock) {
        this.repository = repository;
        this.management = management;
        this.relay = relay;
        this.clock = clock;
    }

    /** Waits until the end or the deadline and answers then; returns at once. */
    void begin(String command, Awaited awaited, Instant deadline) {
        var thread =
                Thread.ofVirtual()
                        .name("command-wait-" + command)
                        .unstarted(() -> await(command, awaited, deadline));
        if (running && waiting.putIfAbsent(command, thread) == null) {
            thread.start();
        }
    }

    private void await(String command, Awaited awaited, Instant deadline) {
        try {
            var left = Duration.between(clock.instant(), deadline);
            management.await(awaited, left.isNegative() ? Duration.ZERO : left);
            repository.settle(command, Commands.result(management.answer(awaited), clock));
            relay.wake(command);
        } catch (RuntimeException e) {
            log.warn(
                    "Stopped waiting, to be taken up again: command={} reason={}",
                    command,
                    e.toString());
        } finally {
            waiting.remove(command);
        }
    }

    @Override
    public void start() {
        running = true;
        sweeping = Thread.ofVirtual().name("command-waits").start(this::sweep);
    }

    private void sweep() {
        for (var sweep = 0; running; sweep++) {
            try {
                takeUp(sweep == 0);
                if (sweep % SWEEPS_BETWEEN_REMOVALS == 0) {
                    repository.removeOld(clock.instant().minus(KEPT));
                }
            } catch (RuntimeException e) {
                log.warn("Commands are looked at again soon: reason={}", e.toString());
            }
            pause();
        }
    }

    /** What is overdue; all of it when this copy of the service has just begun. */
    private void takeUp(boolean all) {
        var overdue = clock.instant().minus(BETWEEN_SWEEPS);
        for (var command : repository.waiting()) {
            var awaited = command.awaited();
            var deadline = command.deadline();
            if (awaited != null && deadline != null && (all || deadline.isBefore(overdue))) {
                begin(command.id(), awaited, deadline);
            }
        }
    }

    private void pause() {
        try {
            Thread.sleep(BETWEEN_SWEEPS);
        } catch (InterruptedException e) {
            running = false; // nothing else interrupts it
        }
    }

    @Override
    public void stop() {
        running = false;
        sweeping.interrupt();
        waiting.values().forEach(Thread::interrupt);
    }

    @Override
    public boolean isRunning() {
        return running;
    }
}
