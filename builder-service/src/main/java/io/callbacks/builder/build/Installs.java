package io.callbacks.builder.build;

import io.callbacks.blob.BlobStore;
import io.callbacks.blob.MissingBlobException;
import io.callbacks.builder.build.Sandbox.Install;
import io.callbacks.builder.build.Sandbox.Outcome;
import io.callbacks.event.Failure;
import io.callbacks.event.Layer;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Installs each library once for each runtime, whoever needs it and however many ask at once: those
 * who come while it is installed share its outcome, those who come later its layer.
 */
final class Installs {
    private static final Duration SIGN_OF_LIFE = Duration.ofSeconds(3);
    private static final Duration LOOK_AGAIN = Duration.ofMillis(200);

    private final InstallRepository repository;
    private final BlobStore blobs;
    private final String owner;
    private final Claims claims;
    private final Map<String, CompletableFuture<Result>> running = new ConcurrentHashMap<>();
    private final ScheduledExecutorService signs =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofVirtual().name("install-signs").factory());

    Installs(InstallRepository repository, BlobStore blobs, String owner, Duration forsakenAfter) {
        this.repository = repository;
        this.blobs = blobs;
        this.owner = owner;
        this.claims = new Claims(forsakenAfter);
    }

    /**
     * What came of asking for a library.
     *
     * @param layer null if it cannot be installed
     * @param failure why it cannot
     * @param cached whether nothing had to be installed for this one
     */
    record Result(@Nullable Layer layer, @Nullable Failure failure, boolean cached) {
        Result shared() {
            return new Result(layer, failure, layer != null);
        }
    }

    Result get(String key, Sandbox sandbox, Install install, BuildLog log) {
        var mine = new CompletableFuture<Result>();
        var other = running.putIfAbsent(key, mine);
        if (other != null) {
            log.waiting();
            return joined(other).shared();
        }
        try {
            var result = reuseOrInstall(key, sandbox, install, log);
            mine.complete(result);
            return result;
        } catch (RuntimeException e) {
            mine.completeExceptionally(e);
            throw e;
        } finally {
            running.remove(key, mine);
        }
    }

    private static Result joined(CompletableFuture<Result> other) {
        try {
            return other.join();
        } catch (CompletionException e) {
            throw new SandboxException("the install this build waited for did not end", e);
        }
    }

    private Result reuseOrInstall(String key, Sandbox sandbox, Install install, BuildLog log) {
        while (true) {
            var record = repository.open(key);
            if (record.layer() != null && isThere(record.layer())) {
                log.reused();
                return new Result(record.layer(), null, true);
            }
            var free =
                    InstallRepository.isFree(record, owner) || claims.forsaken(key, record.beat());
            if (free && repository.claim(record, owner)) {
                claims.forget(key);
                return installed(record, sandbox, install, log);
            }
            log.waiting();
            pause();
        }
    }

    private boolean isThere(Layer layer) {
        try {
            blobs.tree(layer.digest());
            return true;
        } catch (MissingBlobException e) {
            return false;
        }
    }

    private Result installed(
            InstallRecord claimed, Sandbox sandbox, Install install, BuildLog log) {
        var key = claimed.key();
        var beat = new AtomicLong(claimed.beat() + 1);
        var sign =
                signs.scheduleWithFixedDelay(
                        () -> repository.renew(key, owner, beat.incrementAndGet()),
                        SIGN_OF_LIFE.toMillis(),
                        SIGN_OF_LIFE.toMillis(),
                        TimeUnit.MILLISECONDS);
        try {
            return switch (sandbox.install(install, log)) {
                case Outcome.Installed done -> {
                    var tree = blobs.putTree(done.directory());
                    var layer = new Layer(Layer.Role.DEPS, tree.digest(), tree.size());
                    repository.installed(key, owner, layer, claimed.installs() + 1);
                    yield new Result(layer, null, false);
                }
                case Outcome.Rejected rejected -> new Result(null, rejected.failure(), false);
            };
        } finally {
            sign.cancel(false);
            repository.release(key, owner);
        }
    }

    private static void pause() {
        try {
            Thread.sleep(LOOK_AGAIN);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for an install", e);
        }
    }
}
