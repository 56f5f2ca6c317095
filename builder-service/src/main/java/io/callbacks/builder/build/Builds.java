package io.callbacks.builder.build;

import io.callbacks.blob.BlobStore;
import io.callbacks.builder.build.BuildJob.Result;
import io.callbacks.builder.build.BuildJob.State;
import io.callbacks.builder.build.Sandbox.Install;
import io.callbacks.event.CallbackChanged;
import io.callbacks.event.CallbackSnapshot;
import io.callbacks.event.Event;
import io.callbacks.event.Failure;
import io.callbacks.event.Layer;
import io.callbacks.event.Source;
import io.callbacks.service.outbox.Relay;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * Works on jobs. An event only stores which jobs there are; whoever is free claims one that waits,
 * or that its worker has forsaken, and gives signs of life while working on it.
 */
final class Builds implements Consumer<Event>, SmartLifecycle {
    private static final Logger log = LoggerFactory.getLogger(Builds.class);
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(1);
    private static final Duration SIGN_OF_LIFE = Duration.ofSeconds(3);
    private static final int LONGEST_PAUSE_SECONDS = 30;

    /** Failures that are not the library's fault: a new wish to run the callback tries again. */
    private static final Set<String> PASSING =
            Set.of(
                    "network",
                    "timeout",
                    "disk-full",
                    "installer-missing",
                    "runtime-missing",
                    "target-unavailable");

    private final JobRepository jobs;
    private final Installs installs;
    private final Map<String, Sandbox> sandboxes;
    private final BlobStore blobs;
    private final BuildLogs logs;
    private final Relay<String> relay;
    private final String owner;
    private final Path scratch;
    private final Claims claims;
    private final Semaphore free;
    private final Semaphore woken = new Semaphore(0);
    private final Map<String, BuildJob> working = new ConcurrentHashMap<>();
    private final Map<String, Long> notBefore = new ConcurrentHashMap<>();
    private volatile boolean running;

    Builds(
            JobRepository jobs,
            Installs installs,
            List<Sandbox> sandboxes,
            BlobStore blobs,
            BuildLogs logs,
            Relay<String> relay,
            String owner,
            BuilderProperties properties) {
        this.jobs = jobs;
        this.installs = installs;
        this.sandboxes = new ConcurrentHashMap<>();
        sandboxes.forEach(s -> this.sandboxes.put(s.platform(), s));
        this.blobs = blobs;
        this.logs = logs;
        this.relay = relay;
        this.owner = owner;
        this.scratch = properties.directory().resolve("work");
        this.claims = new Claims(properties.forsakenAfter());
        this.free = new Semaphore(properties.parallel());
    }

    // --- what should be built

    @Override
    public void accept(Event event) {
        if (event instanceof CallbackChanged changed) {
            take(changed.snapshot());
        }
    }

    private void take(CallbackSnapshot snapshot) {
        if (jobs.remember(snapshot)) {
            if (snapshot.deleted()) {
                jobs.remove(snapshot.callbackId());
                logs.remove(snapshot.callbackId());
            }
        }
        // also where it is no news: the last try may have stopped in between
        if (!snapshot.deleted() && jobs.exists(snapshot.callbackId())) {
            want(snapshot, snapshot.newest());
            if (snapshot.desired().on()) {
                want(snapshot, snapshot.desired().source());
            }
            woken.release();
        }
    }

    private void want(CallbackSnapshot snapshot, Source source) {
        var job =
                BuildJob.of(
                        snapshot.callbackId(), snapshot.uid(), source, snapshot.desired().target());
        if (!jobs.add(job) && snapshot.desired().on()) {
            jobs.find(job.id())
                    .filter(
                            j ->
                                    j.state() == State.FAILED
                                            && j.result() != null
                                            && passing(j.result()))
                    .ifPresent(jobs::retry);
        }
    }

    private static boolean passing(Result result) {
        return result.failure() != null && PASSING.contains(result.failure().kind());
    }

    // --- working on it

    @Override
    public void start() {
        running = true;
        Thread.ofVirtual().name("builds").start(this::run);
        Thread.ofVirtual().name("build-signs").start(this::giveSigns);
    }

    @Override
    public void stop() {
        running = false;
        woken.release();
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    private void run() {
        while (running) {
            try {
                jobs.unfinished().forEach(this::workOn);
            } catch (RuntimeException e) {
                log.warn("Jobs cannot be read, trying again: reason={}", e.toString());
            }
            pause(LOOK_AGAIN);
        }
    }

    private void pause(Duration longest) {
        try {
            if (woken.tryAcquire(longest.toMillis(), TimeUnit.MILLISECONDS)) {
                woken.drainPermits();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void workOn(BuildJob job) {
        if (running && isToBeDone(job) && free.tryAcquire()) {
            Thread.ofVirtual().name("build-" + job.id()).start(() -> claimAndBuild(job));
        }
    }

    private boolean isToBeDone(BuildJob job) {
        if (working.containsKey(job.id())
                || notBefore.getOrDefault(job.id(), Long.MIN_VALUE) > System.nanoTime()) {
            return false;
        }
        return job.state() == State.WAITING
                || owner.equals(job.owner())
                || claims.forsaken(job.id(), job.beat());
    }

    private void claimAndBuild(BuildJob seen) {
        try {
            if (working.putIfAbsent(seen.id(), seen) == null && jobs.claim(seen, owner)) {
                relay.wake(seen.id());
                jobs.find(seen.id()).ifPresent(this::build);
            }
        } catch (RuntimeException e) {
            log.warn(
                    "Build was not possible now, trying again: job={} reason={}",
                    seen.id(),
                    e.toString());
        } finally {
            working.remove(seen.id());
            claims.forget(seen.id());
            free.release();
            woken.release();
        }
    }

    private void build(BuildJob job) {
        working.put(job.id(), job);
        var begin = System.nanoTime();
        try (var jobLog = logs.open(job)) {
            jobLog.started(job);
            try {
                var result = result(job, jobLog, begin);
                jobLog.ended(result);
                if (jobs.finish(job, result)) {
                    notBefore.remove(job.id());
                    log.info(
                            "Build ended: callback={} revision={} platform={} ok={} seconds={}",
                            job.callbackId(),
                            job.source().revision(),
                            job.platform(),
                            result.failure() == null,
                            result.seconds());
                }
            } catch (SandboxException | UncheckedIOException e) {
                jobLog.failed("Not possible now, it will be tried again: " + e.getMessage());
                putOff(job, e);
            }
        }
        relay.wake(job.id());
    }

    private void putOff(BuildJob job, RuntimeException why) {
        var seconds = Math.min(LONGEST_PAUSE_SECONDS, 1 << Math.min(job.attempt(), 5));
        notBefore.put(job.id(), System.nanoTime() + Duration.ofSeconds(seconds).toNanos());
        jobs.release(job);
        log.warn("Build put off: job={} seconds={} reason={}", job.id(), seconds, why.toString());
    }

    private Result result(BuildJob job, BuildLog jobLog, long begin) {
        var sandbox = sandboxes.get(job.platform());
        if (sandbox == null) {
            return failed(Failures.targetUnavailable(job.platform()), begin);
        }
        var type = job.source().type();
        var runtime = sandbox.runtime(type);
        if (runtime.isEmpty()) {
            return failed(Failures.runtimeMissing(type), begin);
        }
        var layers = new ArrayList<Layer>();
        var cached = true;
        var library = Libraries.normal(type, job.source().library());
        if (!library.isEmpty()) {
            var install =
                    new Install(type, library, () -> !running || !jobs.exists(job.callbackId()));
            var installed =
                    installs.get(Libraries.key(runtime.get(), library), sandbox, install, jobLog);
            if (installed.layer() == null) {
                return failed(Objects.requireNonNull(installed.failure()), begin);
            }
            layers.add(installed.layer());
            cached = installed.cached();
        }
        layers.add(CodeLayer.make(job.source(), blobs, scratch));
        return new Result(layers, secondsSince(begin), cached, null);
    }

    private static Result failed(Failure failure, long begin) {
        return new Result(List.of(), secondsSince(begin), false, failure);
    }

    private static double secondsSince(long begin) {
        return Math.round((System.nanoTime() - begin) / 1e6) / 1e3;
    }

    private void giveSigns() {
        long beats = 0;
        while (running) {
            beats++;
            for (var job : working.values()) {
                renew(job, beats);
            }
            try {
                Thread.sleep(SIGN_OF_LIFE);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private void renew(BuildJob job, long beats) {
        try {
            jobs.renew(job, job.beat() + beats);
        } catch (RuntimeException e) {
            log.warn(
                    "No sign of life could be given, the next one may: job={} reason={}",
                    job.id(),
                    e.toString());
        }
    }
}
