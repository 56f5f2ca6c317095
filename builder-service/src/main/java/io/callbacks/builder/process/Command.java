package io.callbacks.builder.process;

import io.callbacks.builder.build.SandboxException;
import io.callbacks.builder.install.Ended;
import io.callbacks.builder.install.Ended.End;
import io.callbacks.builder.install.OutputLines;
import io.callbacks.builder.install.Tail;
import io.callbacks.process.ProcessTree;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * A program that is run to its end, with exactly the environment it is given.
 *
 * @param environment its {@code HOME} is its own, so that whatever it starts is found by it
 * @param timeout after which it is killed, with all that it started
 */
record Command(
        List<String> words, Path directory, Map<String, String> environment, Duration timeout) {
    private static final Duration LAST_WORDS = Duration.ofSeconds(5);

    /**
     * Runs it and waits; nothing that it started is left afterwards.
     *
     * @param output is given each line it prints
     * @param verdict asked every half second; an end it gives is the program's
     * @throws SandboxException if it cannot be started
     */
    Ended run(Consumer<String> output, Supplier<Optional<End>> verdict) {
        var process = start();
        var tail = new Tail(output);
        var reader =
                Thread.ofPlatform()
                        .daemon()
                        .name("output-" + process.pid())
                        .start(() -> read(process, tail));
        try {
            var end = end(process, verdict);
            reader.join(LAST_WORDS);
            return new Ended(end, tail.lines());
        } catch (InterruptedException e) {
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

    private End end(Process process, Supplier<Optional<End>> verdict) throws InterruptedException {
        try {
            return await(process, verdict);
        } finally {
            killAll(process);
        }
    }

    private End await(Process process, Supplier<Optional<End>> verdict)
            throws InterruptedException {
        var deadline = System.nanoTime() + timeout.toNanos();
        while (!process.waitFor(500, TimeUnit.MILLISECONDS)) {
            if (System.nanoTime() - deadline > 0) {
                return End.TIMED_OUT;
            }
            var given = verdict.get();
            if (given.isPresent()) {
                return given.get();
            }
        }
        return process.exitValue() == 0 ? End.DONE : End.FAILED;
    }

    private void killAll(Process process) {
        ProcessTree.kill(process.toHandle());
        var home = environment.get("HOME");
        if (home != null) {
            ProcessTree.killThoseWith("HOME=" + home + "\0");
        }
    }

    private static void read(Process process, Tail tail) {
        try (var input = process.getInputStream();
                var lines = new OutputLines(tail)) {
            input.transferTo(lines);
        } catch (IOException e) {
            tail.accept("(the rest of the output was lost: " + e.getMessage() + ")");
        }
    }
}
