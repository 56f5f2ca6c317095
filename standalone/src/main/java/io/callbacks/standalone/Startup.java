package io.callbacks.standalone;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Starts parts side by side and tells of each how long it took. */
final class Startup implements AutoCloseable {
    private final Console console;
    private final long startedAt = System.nanoTime();
    private final List<Future<?>> begun = new ArrayList<>();
    private final CompletableFuture<Void> failure = new CompletableFuture<>();
    private final ExecutorService threads =
            Executors.newThreadPerTaskExecutor(
                    Thread.ofPlatform().daemon().name("start-", 0).factory());

    Startup(Console console) {
        this.console = console;
    }

    /** Begins to start a part. */
    <T> Future<T> begin(String part, Callable<T> start) {
        var future = CompletableFuture.supplyAsync(() -> start(part, start), threads);
        future.whenComplete(
                (_, error) -> {
                    if (error != null) {
                        failure.completeExceptionally(error);
                    }
                });
        begun.add(future);
        return future;
    }

    /** Returns when all that was begun has started, and fails as soon as one of them has failed. */
    void awaitAll() {
        var all = CompletableFuture.allOf(begun.toArray(CompletableFuture[]::new));
        try {
            CompletableFuture.anyOf(all, failure).join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof StartFailure known ? known : e;
        }
    }

    /** How long it takes already. */
    Duration took() {
        return Duration.ofNanos(System.nanoTime() - startedAt);
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }

    private <T> T start(String part, Callable<T> start) {
        var from = System.nanoTime();
        try {
            var started = start.call();
            console.started(part, Duration.ofNanos(System.nanoTime() - from), started.toString());
            return started;
        } catch (StartFailure e) {
            throw e;
        } catch (Exception e) { // of whatever kind: it names the part and goes up
            throw new StartFailure("%s did not start: %s".formatted(part, rootOf(e)), e);
        }
    }

    private static String rootOf(Throwable error) {
        var root = error;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root.getMessage() == null ? root.toString() : root.getMessage();
    }
}
