package io.callbacks.builder.build;

import io.callbacks.blob.BlobStore;
import io.callbacks.builder.build.BuildJob.Result;
import io.callbacks.builder.build.BuildJob.State;
import io.callbacks.builder.build.Sandbox.Install;
import io.callbacks.builder.build.Sandbox.Revision;
import io.callbacks.event.CallbackChanged;
import io.callbacks.event.CallbackSnapshot;
import io.callbacks.event.Event;
import io.callbacks.event.Failure;
import io.callbacks.event.Layer;
import io.callbacks.event.Source;
import io.callbacks.service.outbox.Relay;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
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
    private static final Duration LONGEST_STOP = Duration.ofSeconds(12);
    private static final int LONGEST_PAUSE_SECONDS = 30;

    /** Many more than install at once: those that wait for the same install hold nobody up. */
    private static final int AT_ONCE = 64;

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
    private final Path work;
    private final Claims claims;
    private final Semaphore free = new Semaphore(AT_ONCE);
    private final Semaphore woken = new Semaphore(0);
    private final Map<String, Work> inHand = new ConcurrentHashMap<>();
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
        this.sandboxes =
                sandboxes.stream()
                        .collect(Collectors.toMap(Sandbox::platform, Function.identity()));
        this.blobs = blobs;
        this.logs = logs;
        this.relay = relay;
        this.owner = owner;
        this.work = properties.work();
        this.claims = new Claims(properties.forsakenAfter());
    }

    /** A job that this copy works on or is about to claim. */
    private static final class Work {
        private final long callbackId;
        private volatile @Nullable BuildJob claimed;
        private volatile boolean lost;

        Work(long callbackId) {
            this.callbackId = callbackId;
        }
    }

    // --- what should be built

    @Override
    public void accept(Event event) {
        if (event instanceof CallbackChanged changed && jobs.remember(changed.snapshot())) {
            take(changed.snapshot());
        }
    }

    /** May be called again for the same snapshot: the last time it may have stopped in between. */
    private void take(CallbackSnapshot snapshot) {
        if (snapshot.deleted()) {
            forget(snapshot.callbackId());
            return;
        }
        want(snapshot, snapshot.newest());
        if (snapshot.desired().on()) {
            want(snapshot, snapshot.desired().source());
        }
        woken.release();
    }

    private void forget(long callbackId) {
        jobs.remove(callbackId);
        inHand.values().stream()
                .filter(w -> w.callbackId == callbackId)
                .forEach(w -> w.lost = true);
        logs.remove(callbackId);
    }

    private void want(CallbackSnapshot snapshot, Source source) {
        var job =
                BuildJob.of(
                        snapshot.callbackId(), snapshot.uid(), source, snapshot.desired().target());
        if (!jobs.add(job) && snapshot.desired().on()) {
            jobs.find(job.id()).filter(Builds::mayPass).ifPresent(jobs::retry);
        }
    }

    private static boolean mayPass(BuildJob job) {
        var result = job.result();
        return job.state() == State.FAILED
                && result != null
                && result.failure() != null
                && PASSING.contains(result.failure().kind());
    }

    // --- working on it

    @Override
    public void start() {
        running = true;
        Thread.ofVirtual().name("builds").start(this::run);
        Thread.ofVirtual().name("build-signs").start(this::giveSigns);
    }

    /** Cancels what goes on, puts it back and waits for that. */
    @Override
    public void stop() {
        running = false;
        woken.release();
        try {
            if (free.tryAcquire(AT_ONCE, LONGEST_STOP.toMillis(), TimeUnit.MILLISECONDS)) {
                free.release(AT_ONCE);
            } else {
                log.warn("Builds did not stop in time: jobs={}", inHand.keySet());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
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
        if (!isToBeDone(job) || !free.tryAcquire()) {
            return;
        }
        var mine = new Work(job.callbackId());
        if (running && inHand.putIfAbsent(job.id(), mine) == null) {
            Thread.ofVirtual().name("build-" + job.id()).start(() -> claimAndBuild(job, mine));
        } else {
            free.release();
        }
    }

    private boolean isToBeDone(BuildJob job) {
        var due = notBefore.get(job.id());
        if (inHand.containsKey(job.id()) || due != null && System.nanoTime() - due < 0) {
            return false;
        }
        return job.state() == State.WAITING
                || owner.equals(job.owner())
                || claims.forsaken(job.id(), job.beat());
    }

    private void claimAndBuild(BuildJob seen, Work mine) {
        notBefore.remove(seen.id());
        try {
            var claimed = jobs.claim(seen, owner);
            if (claimed.isPresent()) {
                relay.wake(seen.id());
                mine.claimed = claimed.get();
                build(claimed.get(), mine);
            }
        } catch (RuntimeException e) {
            putOff(mine.claimed == null ? seen : mine.claimed, e);
        } finally {
            inHand.remove(seen.id());
            claims.forget(seen.id());
            free.release();
            woken.release();
        }
    }

    private void build(BuildJob job, Work mine) {
        var begin = System.nanoTime();
        try (var jobLog = logs.open(job)) {
            jobLog.started(job);
            try {
                var result = result(job, mine, jobLog, begin);
                result.ifPresent(jobLog::ended);
                end(job, result);
            } catch (RuntimeException e) {
                jobLog.failed("not possible now, it will be tried again: " + e.getMessage());
                throw e;
            }
        } finally {
            if (!jobs.exists(job.callbackId())) {
                logs.remove(job.callbackId());
            }
        }
        relay.wake(job.id());
    }

    private void end(BuildJob job, Optional<Result> result) {
        if (result.isEmpty()) {
            jobs.release(job);
        } else if (jobs.finish(job, result.get())) {
            log.info(
                    "Build ended: callback={} revision={} platform={} ok={} seconds={}",
                    job.callbackId(),
                    job.source().revision(),
                    job.platform(),
                    result.get().failure() == null,
                    result.get().seconds());
        }
    }

    /** Whatever was in the way may be gone later. */
    private void putOff(BuildJob job, RuntimeException why) {
        var seconds = Math.min(LONGEST_PAUSE_SECONDS, 1 << Math.min(job.attempt(), 5));
        notBefore.put(job.id(), System.nanoTime() + Duration.ofSeconds(seconds).toNanos());
        log.warn("Build put off: job={} seconds={} reason={}", job.id(), seconds, why.toString());
        try {
            jobs.release(job);
        } catch (RuntimeException e) {
            // it is still this copy's, which takes it up again
            log.warn("Build cannot be put back: job={} reason={}", job.id(), e.toString());
        }
    }

    /** What came of it; empty if it was cancelled. */
    private Optional<Result> result(BuildJob job, Work mine, BuildLog jobLog, long begin) {
        var sandbox = sandboxes.get(job.platform());
        if (sandbox == null) {
            return failed(Failures.targetUnavailable(job.platform()), begin);
        }
        var type = job.source().type();
        var runtime = sandbox.runtime(type);
        if (runtime.isEmpty()) {
            return failed(Failures.runtimeMissing(type, job.platform()), begin);
        }
        String library;
        try {
            library = Libraries.normal(type, job.source().library());
        } catch (RefusedLibraryException e) {
            return failed(Failures.refused(e), begin);
        }
        if (library.isEmpty()) {
            return succeeded(job, sandbox, Optional.empty(), true, begin);
        }
        var install = new Install(type, library, () -> !running || mine.lost);
        var key = Libraries.key(runtime.get(), library);
        return switch (installs.get(key, sandbox, install, jobLog)) {
            case Installs.Result.Ready ready ->
                    succeeded(job, sandbox, Optional.of(ready.layer()), ready.cached(), begin);
            case Installs.Result.Failed failed -> failed(failed.failure(), begin);
            case Installs.Result.Cancelled _ -> Optional.empty();
        };
    }

    private Optional<Result> succeeded(
            BuildJob job,
            Sandbox sandbox,
            Optional<Layer> dependencies,
            boolean cached,
            long begin) {
        var layers = new ArrayList<Layer>();
        dependencies.ifPresent(layers::add);
        var code = CodeLayer.make(job.source(), blobs, work);
        layers.add(code);
        var source = job.source();
        var image =
                sandbox.image(
                        new Revision(
                                job.callbackId(),
                                job.uid(),
                                source.revision(),
                                source.type(),
                                dependencies,
                                code));
        return Optional.of(
                new Result(layers, image.orElse(null), secondsSince(begin), cached, null));
    }

    private static Optional<Result> failed(Failure failure, long begin) {
        return Optional.of(new Result(List.of(), null, secondsSince(begin), false, failure));
    }

    private static double secondsSince(long begin) {
        return Math.round((System.nanoTime() - begin) / 1e6) / 1e3;
    }

    // --- signs of life

    private void giveSigns() {
        long beats = 0;
        while (running) {
            beats++;
            for (var mine : inHand.values()) {
                renew(mine, beats);
            }
            try {
                installs.giveSigns();
                Thread.sleep(SIGN_OF_LIFE);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            } catch (RuntimeException e) {
                log.warn("No sign of an install could be given: reason={}", e.toString());
            }
        }
    }

    private void renew(Work mine, long beats) {
        var job = mine.claimed;
        try {
            if (job != null && !jobs.renew(job, job.beat() + beats)) {
                mine.lost = true;
            }
        } catch (RuntimeException e) {
            log.warn(
                    "No sign of life could be given, the next one may: job={} reason={}",
                    job == null ? null : job.id(),
                    e.toString());
        }
    }
}
