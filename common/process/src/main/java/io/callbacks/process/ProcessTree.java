package io.callbacks.process;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A process and all that it started. */
public final class ProcessTree {
    private static final int ROUNDS = 5;

    private ProcessTree() {}

    /**
     * Kills a process and everything below it, and waits until all of it is gone. What starts while
     * this goes on is found in another round.
     */
    public static void kill(ProcessHandle root) {
        for (int round = 0; round < ROUNDS; round++) {
            var all = new ArrayList<>(root.descendants().toList());
            all.add(root);
            all.removeIf(process -> !process.isAlive());
            if (all.isEmpty()) {
                return;
            }
            all.forEach(ProcessHandle::destroyForcibly);
            awaitEnd(all);
        }
    }

    private static void awaitEnd(List<ProcessHandle> processes) {
        var ends =
                processes.stream().map(ProcessHandle::onExit).toArray(CompletableFuture<?>[]::new);
        try {
            CompletableFuture.allOf(ends).get(2, TimeUnit.SECONDS);
        } catch (TimeoutException | ExecutionException e) {
            // another round looks at what is left
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
