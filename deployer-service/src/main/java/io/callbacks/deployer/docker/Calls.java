package io.callbacks.deployer.docker;

import com.github.dockerjava.api.exception.DockerException;
import io.callbacks.deployer.rollout.PlatformException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Calls to an engine. What it refuses is a {@link DockerException} for the caller to judge; an
 * engine that cannot be reached is a {@link PlatformException}, and so is one that does not answer
 * in time: the client's own time limit does not count on a Unix socket.
 */
final class Calls {
    private static final Duration LONGEST = Duration.ofSeconds(30);

    private Calls() {}

    static <T> T ask(String what, Callable<T> call) {
        return ask(what, LONGEST, call);
    }

    static <T> T ask(String what, Duration longest, Callable<T> call) {
        var task = new FutureTask<>(call);
        Thread.ofVirtual().name("docker-call").start(task);
        try {
            return task.get(longest.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof DockerException refused
                    ? refused
                    : new PlatformException("cannot " + what + ": " + reason(e), e.getCause());
        } catch (TimeoutException e) {
            throw new PlatformException("cannot " + what + ": the engine does not answer", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PlatformException("cannot " + what + ": interrupted", e);
        } finally {
            task.cancel(true);
        }
    }

    /** For what must not be refused. */
    static <T> T must(String what, Callable<T> call) {
        try {
            return ask(what, call);
        } catch (DockerException e) {
            throw refused(what, e);
        }
    }

    static PlatformException refused(String what, DockerException refusal) {
        return new PlatformException("cannot " + what + ": " + refusal.getMessage(), refusal);
    }

    static String reason(Throwable error) {
        var cause = error;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return String.valueOf(cause.getMessage());
    }
}
