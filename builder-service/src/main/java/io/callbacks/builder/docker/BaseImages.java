package io.callbacks.builder.docker;

import static java.util.concurrent.TimeUnit.MINUTES;

import com.github.dockerjava.api.command.PullImageResultCallback;
import com.github.dockerjava.api.exception.DockerClientException;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.NotFoundException;
import io.callbacks.builder.build.SandboxException;
import io.callbacks.process.Language;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The images that runtime images stand on: as they are on the engine, else pulled, else, for the
 * defaults alone, one that was made on this machine.
 */
final class BaseImages {
    private static final Logger log = LoggerFactory.getLogger(BaseImages.class);
    private static final long PULL_MINUTES = 10;
    private static final Duration PULL_AGAIN = Duration.ofMinutes(10);

    private final Engine engine;
    private final Map<String, String> references;
    private final Map<String, ReentrantLock> pulls = new ConcurrentHashMap<>();
    private final Map<String, Long> failedAt = new ConcurrentHashMap<>();

    /** {@code references} by type. */
    BaseImages(Engine engine, Map<String, String> references) {
        this.engine = engine;
        this.references = references;
    }

    /**
     * The one of a type; empty if none is named for it, or if there is no such image.
     *
     * @throws SandboxException if that cannot be told now
     */
    Optional<EngineImage> find(String type) {
        var reference = references.get(type);
        if (reference == null) {
            return Optional.empty();
        }
        var local = engine.image(reference);
        return local.isPresent() ? local : fetch(type, reference);
    }

    private Optional<EngineImage> fetch(String type, String reference) {
        var substitute = substitute(type, reference);
        if (substitute.isPresent() && !isPullDue(reference)) {
            return substitute;
        }
        var lock = pulls.computeIfAbsent(reference, _ -> new ReentrantLock());
        lock.lock();
        try {
            var brought = engine.image(reference).isPresent() || pull(reference, substitute);
            return brought ? engine.image(reference) : substitute;
        } finally {
            lock.unlock();
        }
    }

    private Optional<EngineImage> substitute(String type, String reference) {
        return reference.equals(DockerProperties.DEFAULT_IMAGES.get(type))
                ? engine.image("callbacks/base-" + Language.ofType(type).lowerCase() + ":local")
                : Optional.empty();
    }

    private boolean isPullDue(String reference) {
        var failed = failedAt.get(reference);
        return failed == null || System.nanoTime() - failed >= PULL_AGAIN.toNanos();
    }

    private boolean pull(String reference, Optional<EngineImage> substitute) {
        if (substitute.isPresent() && !isPullDue(reference)) {
            return false; // another one has just tried
        }
        try {
            if (!engine.streams()
                    .pullImageCmd(reference)
                    .exec(new Pull())
                    .awaitCompletion(PULL_MINUTES, MINUTES)) {
                throw new DockerClientException(
                        "it takes more than %d min".formatted(PULL_MINUTES));
            }
            log.info("Pulled image={}", reference);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SandboxException("interrupted while " + reference + " was pulled", e);
        } catch (DockerException | DockerClientException e) {
            failedAt.put(reference, System.nanoTime());
            return notPulled(reference, substitute, e);
        }
    }

    private static boolean notPulled(
            String reference, Optional<EngineImage> substitute, RuntimeException why) {
        if (substitute.isEmpty() && !(why instanceof NotFoundException)) {
            throw new SandboxException(
                    "the image %s is not there and cannot be pulled: %s"
                            .formatted(reference, why.getMessage()),
                    why);
        }
        log.warn(
                "Base image cannot be had: image={} instead={} reason={}",
                reference,
                substitute.map(EngineImage::id).orElse("none"),
                why.getMessage());
        return false;
    }

    /** Its failures are thrown to who waits for it; the client's own would log them as well. */
    private static final class Pull extends PullImageResultCallback {
        private volatile @Nullable RuntimeException error;

        @Override
        public void onError(Throwable reason) {
            error =
                    reason instanceof RuntimeException e
                            ? e
                            : new DockerClientException(String.valueOf(reason));
            onComplete();
        }

        @Override
        protected void throwFirstError() {
            if (error != null) {
                throw error;
            }
            super.throwFirstError();
        }
    }
}
