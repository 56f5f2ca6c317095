package io.callbacks.deployer.rollout;

import io.callbacks.event.BuildEvent.BuildFailed;
import io.callbacks.event.BuildEvent.BuildStarted;
import io.callbacks.event.BuildEvent.BuildSucceeded;
import io.callbacks.event.CallbackChanged;
import io.callbacks.event.DeploymentObserved;
import io.callbacks.event.Event;
import io.callbacks.event.LoadSeen;
import io.callbacks.event.TargetSeen;
import io.callbacks.event.TriggerSeen;
import io.callbacks.service.lease.Lease;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * The deployer as a whole: takes in events, and acts on what is stored while it holds the lease. Of
 * several one is active; the others wait, and leave the events to it.
 */
final class Deployer implements Consumer<Event>, SmartLifecycle {
    private static final Logger log = LoggerFactory.getLogger(Deployer.class);
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(1);
    private static final Duration ALL_AGAIN = Duration.ofSeconds(10);
    private static final Duration LONGEST_DRAIN = Duration.ofSeconds(10);

    private final DeploymentRepository repository;
    private final Rollouts rollouts;
    private final Autoscaler autoscaler;
    private final Announcer announcer;
    private final Lease lease;
    private final List<Platform> platforms;
    private final EventIntake intake;
    private final TakeOver takeOver;
    private final TargetHeartbeat targets;
    private Thread thread = new Thread(() -> {});
    private volatile boolean running;
    private volatile boolean settled;
    private boolean active;
    private long allAgainAt;

    Deployer(
            DeploymentRepository repository,
            Rollouts rollouts,
            Autoscaler autoscaler,
            Announcer announcer,
            Lease lease,
            List<Platform> platforms,
            EventIntake intake,
            Clock clock) {
        this.repository = repository;
        this.rollouts = rollouts;
        this.autoscaler = autoscaler;
        this.announcer = announcer;
        this.lease = lease;
        this.platforms = platforms;
        this.intake = intake;
        takeOver = new TakeOver(repository, rollouts, announcer, lease::hold, System::nanoTime);
        targets = new TargetHeartbeat(platforms, announcer::target, clock);
        platforms.forEach(p -> p.onEnd(rollouts));
    }

    @Override
    public void accept(Event event) {
        switch (event) {
            case CallbackChanged changed -> {
                repository.take(changed.snapshot());
                rollouts.wake(changed.snapshot().callbackId());
            }
            case BuildSucceeded done -> {
                var b = done.build();
                var id = BuildResult.id(b.uid(), b.revision(), b.platform());
                repository.take(
                        new BuildResult(
                                id,
                                b.callbackId(),
                                b.attempt(),
                                done.layers(),
                                done.image(),
                                null));
                rollouts.wake(b.callbackId());
            }
            case BuildFailed failed -> {
                var b = failed.build();
                var id = BuildResult.id(b.uid(), b.revision(), b.platform());
                repository.take(
                        new BuildResult(
                                id, b.callbackId(), b.attempt(), List.of(), null, failed.error()));
                rollouts.wake(b.callbackId());
            }
            case LoadSeen seen -> {
                autoscaler.take(seen);
                rollouts.wake(seen.callbackId());
            }
            case BuildStarted _, DeploymentObserved _, TargetSeen _, TriggerSeen _ -> {}
        }
    }

    @Override
    public void start() {
        running = true;
        thread = Thread.ofVirtual().name("deployer").start(this::run);
    }

    private void run() {
        while (running) {
            turn();
            pause();
        }
    }

    private synchronized void turn() {
        if (!running) {
            return; // stopped meanwhile
        }
        try {
            if (lease.hold()) {
                act();
            } else if (active) {
                standBy();
            }
            settled = true;
        } catch (RuntimeException e) {
            log.warn("Deployer goes on in a moment: reason={}", e.toString());
        }
    }

    /** Whether it has told what serves no more since its former life, or stands by. */
    boolean isSettled() {
        return settled;
    }

    private void act() {
        if (!active) {
            begin();
        } else {
            takeOver.go();
        }
        intake.open();
        if (System.nanoTime() - allAgainAt >= 0) {
            allAgainAt = System.nanoTime() + ALL_AGAIN.toNanos();
            rollouts.wakeAll();
        }
    }

    private void begin() {
        takeOver.begin(platforms);
        takeOver.go();
        active = true;
        allAgainAt = System.nanoTime();
        rollouts.activate();
        targets.begin();
        repository.concerned().forEach(rollouts::wake);
        log.info("Deployer is active");
    }

    private void standBy() {
        active = false;
        try {
            intake.close();
        } finally {
            end();
            announcer.close();
        }
        log.warn("Deployer lost its lease and stands by");
    }

    private void pause() {
        try {
            Thread.sleep(LOOK_AGAIN);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            running = false;
        }
    }

    private void end() {
        targets.end();
        rollouts.deactivate(LONGEST_DRAIN);
        platforms.forEach(Platform::end);
    }

    /** Ends in good order all instances that do not live on without it. */
    @Override
    public void stop() {
        running = false;
        synchronized (this) { // behind a turn that is under way
            intake.close();
            end();
            announcer.close();
            lease.release();
        }
    }

    @Override
    public boolean isRunning() {
        return running;
    }
}
