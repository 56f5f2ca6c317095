package io.callbacks.builder.build;

import io.callbacks.builder.build.Sandbox.Install;
import io.callbacks.builder.build.Sandbox.Outcome;
import io.callbacks.event.Failure;
import io.callbacks.event.Layer;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Installs each library once for each runtime, whoever needs it and however many ask at once: those
 * who come while it is installed share its outcome, those who come later its layer.
 */
final class Installs {
    private static final long LOOK_AGAIN_MILLIS = 200;

    private final InstallRepository repository;
    private final String owner;
    private final Claims claims;
    private final Semaphore free;
    private final Map<String, CompletableFuture<Result>> running = new ConcurrentHashMap<>();
    private final Map<String, AtomicLong> beats = new ConcurrentHashMap<>();

    Installs(InstallRepository repository, String owner, BuilderProperties properties) {
        this.repository = repository;
        this.owner = owner;
        this.claims = new Claims(properties.forsakenAfter());
        this.free = new Semaphore(properties.parallel());
    }

    /** What came of asking for a library. */
    sealed interface Result {
        /**
         * It is there.
         *
         * @param cached whether nothing had to be installed for this one
         */
        record Ready(Layer layer, boolean cached) implements Result {}

        /** It cannot be installed. */
        record Failed(Failure failure) implements Result {}

        /** Whoever asked does not want it any more. */
        record Cancelled() implements Result {}
    }

    /** Blocks until the library is there, or cannot be, or is not wanted any more. */
    Result get(String key, Sandbox sandbox, Install install, BuildLog buildLog) {
        while (!install.cancelled().getAsBoolean()) {
            var mine = new CompletableFuture<Result>();
            var other = running.putIfAbsent(key, mine);
            if (other == null) {
                return first(key, mine, sandbox, install, buildLog);
            }
            buildLog.waiting();
            switch (joined(other, install)) {
                case Result.Ready ready -> {
                    return new Result.Ready(ready.layer(), true);
                }
                case Result.Failed failed -> {
                    return failed;
                }
                case Result.Cancelled _ -> {} // the other one gave up: now it is this one's turn
            }
        }
        return new Result.Cancelled();
    }

    private Result first(
            String key,
            CompletableFuture<Result> mine,
            Sandbox sandbox,
            Install install,
            BuildLog buildLog) {
        Result result = new Result.Cancelled();
        try {
            result = reuseOrInstall(key, sandbox, install, buildLog);
            return result;
        } finally {
            running.remove(key, mine);
            mine.complete(result);
        }
    }

    private static Result joined(CompletableFuture<Result> other, Install install) {
        while (!install.cancelled().getAsBoolean()) {
            try {
                return other.get(LOOK_AGAIN_MILLIS, TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                // not yet
            } catch (ExecutionException e) {
                throw new IllegalStateException("an install is never completed by a failure", e);
            } catch (InterruptedException e) {
                throw interrupted(e);
            }
        }
        return new Result.Cancelled();
    }

    private Result reuseOrInstall(String key, Sandbox sandbox, Install install, BuildLog buildLog) {
        var told = false;
        while (!install.cancelled().getAsBoolean()) {
            var record = repository.open(key);
            if (record.layer() != null && sandbox.holds(record.layer())) {
                buildLog.reused();
                return new Result.Ready(record.layer(), true);
            }
            var free =
                    InstallRepository.isFree(record, owner) || claims.forsaken(key, record.beat());
            if (free && repository.claim(record, owner)) {
                claims.forget(key);
                return claimed(record, sandbox, install, buildLog);
            }
            if (!told) {
                buildLog.waiting();
                told = true;
            }
            pause();
        }
        return new Result.Cancelled();
    }

    private Result claimed(
            InstallRecord record, Sandbox sandbox, Install install, BuildLog buildLog) {
        beats.put(record.key(), new AtomicLong(record.beat() + 1));
        try {
            if (!isTurn(install)) {
                return new Result.Cancelled();
            }
            try {
                return installed(record, sandbox.install(install, buildLog));
            } finally {
                free.release();
            }
        } finally {
            beats.remove(record.key());
            repository.release(record.key(), owner);
        }
    }

    /** Waits until one of the installs that may go on at once is free. */
    private boolean isTurn(Install install) {
        try {
            while (!install.cancelled().getAsBoolean()) {
                if (free.tryAcquire(LOOK_AGAIN_MILLIS, TimeUnit.MILLISECONDS)) {
                    return true;
                }
            }
            return false;
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private Result installed(InstallRecord record, Outcome outcome) {
        return switch (outcome) {
            case Outcome.Installed done -> {
                repository.installed(record.key(), owner, done.layer(), record.installs() + 1);
                yield new Result.Ready(done.layer(), false);
            }
            case Outcome.Rejected rejected -> new Result.Failed(rejected.failure());
            case Outcome.Cancelled _ -> new Result.Cancelled();
        };
    }

    /** Tells the other copies that what this one installs is worked on. */
    void giveSigns() {
        beats.forEach((key, beat) -> repository.renew(key, owner, beat.incrementAndGet()));
    }

    private static void pause() {
        try {
            Thread.sleep(LOOK_AGAIN_MILLIS);
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private static IllegalStateException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new IllegalStateException("interrupted while waiting for an install", e);
    }
}
