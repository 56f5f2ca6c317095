package io.callbacks.builder.docker;

import com.github.dockerjava.api.command.CommitCmd;
import com.github.dockerjava.api.exception.ConflictException;
import com.github.dockerjava.api.exception.NotFoundException;
import io.callbacks.builder.build.SandboxException;
import io.callbacks.builder.install.Ended.End;
import io.callbacks.builder.install.OutputLines;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A container that is gone when it is closed, with all that runs in it. */
final class BuildContainer implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(BuildContainer.class);
    private static final long LOOK_MILLIS = 500;
    private static final long LAST_WORDS_MILLIS = 5000;
    private static final long KILLED = 137;

    private final Engine engine;
    private final String id;
    private final Duration timeout;

    /** {@code timeout} is of each program that is run in it. */
    BuildContainer(Engine engine, String id, Duration timeout) {
        this.engine = engine;
        this.id = id;
        this.timeout = timeout;
    }

    /** Unpacks files into a directory of it, whether it is started or not. */
    void copy(Tar files, String directory) {
        engine.control()
                .copyArchiveToContainerCmd(id)
                .withTarInputStream(files.stream())
                .withRemotePath(directory)
                .exec();
    }

    void start() {
        engine.control().startContainerCmd(id).exec();
    }

    /** Bytes that were written in it, beyond its image. */
    long size() {
        var size = engine.control().inspectContainerCmd(id).withSize(true).exec().getSizeRw();
        return size == null ? 0 : size;
    }

    /** To make an image of it. */
    CommitCmd commit() {
        return engine.control().commitCmd(id);
    }

    // --- programs

    /** Runs a program to its end. */
    End run(List<String> words, Consumer<String> output) {
        return run(words, Map.of(), output, Optional::empty);
    }

    /**
     * Runs a program to its end, or until the verdict is given, which is asked every half second.
     * What is left running then ends with the container.
     *
     * @param environment of the program alone: an image made of the container has nothing of it
     */
    End run(
            List<String> words,
            Map<String, String> environment,
            Consumer<String> output,
            Supplier<Optional<End>> verdict) {
        var exec = exec(words, environment);
        try (var lines = new OutputLines(output);
                var stream = engine.streams().execStartCmd(exec).exec(new ExecStream(lines))) {
            var given = await(exec, stream, verdict);
            return given.isPresent() ? given.get() : end(exec);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SandboxException("interrupted while " + words.getFirst() + " ran", e);
        } catch (IOException e) {
            throw new SandboxException("the output of " + words.getFirst() + " was lost", e);
        }
    }

    private String exec(List<String> words, Map<String, String> environment) {
        return engine.control()
                .execCreateCmd(id)
                .withCmd(words.toArray(String[]::new))
                .withEnv(environment.entrySet().stream().map(Object::toString).toList())
                .withWorkingDir("/tmp")
                .withAttachStdout(true)
                .withAttachStderr(true)
                .exec()
                .getId();
    }

    /** An end that was given to it; empty if it ended by itself. */
    private Optional<End> await(String exec, ExecStream stream, Supplier<Optional<End>> verdict)
            throws InterruptedException {
        var deadline = System.nanoTime() + timeout.toNanos();
        while (!stream.endsWithin(LOOK_MILLIS)) {
            if (System.nanoTime() - deadline > 0) {
                return Optional.of(End.TIMED_OUT);
            }
            var given = verdict.get();
            if (given.isPresent()) {
                return given;
            }
            if (exitCode(exec).isPresent()) { // what it started may hold its output
                var _ = stream.endsWithin(LAST_WORDS_MILLIS);
                return Optional.empty();
            }
        }
        return Optional.empty();
    }

    private Optional<Long> exitCode(String exec) {
        var seen = engine.control().inspectExecCmd(exec).exec();
        return Boolean.TRUE.equals(seen.isRunning())
                ? Optional.empty()
                : Optional.ofNullable(seen.getExitCodeLong());
    }

    private End end(String exec) throws InterruptedException {
        var code = exitCode(exec);
        var deadline = System.nanoTime() + Duration.ofMillis(LAST_WORDS_MILLIS).toNanos();
        while (code.isEmpty() && System.nanoTime() - deadline < 0) {
            Thread.sleep(10); // the output ends a little earlier than the program
            code = exitCode(exec);
        }
        if (code.isEmpty()) {
            throw new SandboxException("the connection to the container of the build broke", null);
        }
        if (!isRunning()) {
            throw new SandboxException("the container of the build was ended from outside", null);
        }
        if (code.get() == KILLED) {
            return End.OUT_OF_MEMORY;
        }
        return code.get() == 0 ? End.DONE : End.FAILED;
    }

    private boolean isRunning() {
        var state = engine.control().inspectContainerCmd(id).exec().getState();
        return Boolean.TRUE.equals(state.getRunning());
    }

    // --- its end

    @Override
    public void close() {
        try {
            remove(engine, id);
        } catch (RuntimeException e) { // it is found again by its labels
            log.warn("Left behind: container={} reason={}", id, e.toString());
        }
    }

    static void remove(Engine engine, String container) {
        try {
            engine.control()
                    .removeContainerCmd(container)
                    .withForce(true)
                    .withRemoveVolumes(true)
                    .exec();
        } catch (NotFoundException | ConflictException e) {
            log.debug("Removed by another: container={}", container);
        }
    }
}
