package io.callbacks.process;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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

    /**
     * Kills all processes whose environment has an entry that begins like this, such as {@code
     * HOME=/data/work/}: also those that their parents left behind. Finds none where the system
     * does not show environments.
     */
    public static void killThoseWith(String entry) {
        ProcessHandle.allProcesses()
                .filter(process -> !process.equals(ProcessHandle.current()))
                .filter(process -> environment(process).contains("\0" + entry))
                .forEach(ProcessTree::kill);
    }

    private static String environment(ProcessHandle process) {
        try {
            var file = Path.of("/proc", Long.toString(process.pid()), "environ");
            return "\0" + new String(Files.readAllBytes(file), ISO_8859_1);
        } catch (IOException e) {
            return ""; // it has ended, or is somebody else's
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
