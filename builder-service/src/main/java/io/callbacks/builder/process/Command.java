package io.callbacks.builder.process;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.callbacks.builder.build.SandboxException;
import io.callbacks.process.ProcessTree;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * A program that is run to its end, with exactly the environment it is given.
 *
 * @param timeout after which it is killed, with all that it started
 */
record Command(
        List<String> words, Path directory, Map<String, String> environment, Duration timeout) {
    private static final int TAIL_LINES = 200;
    private static final int LONGEST_LINE = 4096;

    /** How it ended. */
    enum End {
        DONE,
        FAILED,
        TIMED_OUT,
        CANCELLED
    }

    /**
     * What came of it.
     *
     * @param tail the last lines it printed
     */
    record Ended(End end, List<String> tail) {}

    /**
     * Runs it and waits.
     *
     * @param cancelled asked every half second
     * @throws SandboxException if it cannot be started
     */
    Ended run(Consumer<String> output, BooleanSupplier cancelled) {
        var process = start();
        var tail = new ArrayDeque<String>();
        var reader = Thread.ofVirtual().start(() -> read(process, tail, output));
        try {
            var end = await(process, cancelled);
            if (end != End.DONE && end != End.FAILED) {
                ProcessTree.kill(process.toHandle());
            }
            reader.join(Duration.ofSeconds(5));
            synchronized (tail) {
                return new Ended(end, List.copyOf(tail));
            }
        } catch (InterruptedException e) {
            ProcessTree.kill(process.toHandle());
            Thread.currentThread().interrupt();
            throw new SandboxException("interrupted while " + words.getFirst() + " ran", e);
        }
    }

    private Process start() {
        var builder =
                new ProcessBuilder(words).directory(directory.toFile()).redirectErrorStream(true);
        builder.environment().clear();
        builder.environment().putAll(environment);
        try {
            var process = builder.start();
            process.getOutputStream().close();
            return process;
        } catch (IOException e) {
            throw new SandboxException("cannot start " + words.getFirst(), e);
        }
    }

    private End await(Process process, BooleanSupplier cancelled) throws InterruptedException {
        var deadline = System.nanoTime() + timeout.toNanos();
        while (!process.waitFor(500, TimeUnit.MILLISECONDS)) {
            if (System.nanoTime() > deadline) {
                return End.TIMED_OUT;
            }
            if (cancelled.getAsBoolean()) {
                return End.CANCELLED;
            }
        }
        return process.exitValue() == 0 ? End.DONE : End.FAILED;
    }

    private static void read(Process process, Deque<String> tail, Consumer<String> output) {
        try (var lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8))) {
            for (var line = lines.readLine(); line != null; line = lines.readLine()) {
                var shown =
                        line.length() > LONGEST_LINE ? line.substring(0, LONGEST_LINE) + "…" : line;
                output.accept(shown);
                synchronized (tail) {
                    tail.addLast(shown);
                    if (tail.size() > TAIL_LINES) {
                        tail.removeFirst();
                    }
                }
            }
        } catch (IOException e) {
            output.accept("(the rest of the output was lost: " + e.getMessage() + ")");
        }
    }
}
