package io.callbacks.builder.process;

import io.callbacks.blob.TreeFiles;
import io.callbacks.builder.build.SandboxException;
import io.callbacks.builder.install.Ended.End;
import io.callbacks.builder.install.OperatorSettings;
import io.callbacks.process.Interpreters;
import io.callbacks.process.Language;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The builder's own uv, brought by pip on first need. Where that is not possible it is tried again
 * after a while.
 */
final class Uv {
    private static final Logger log = LoggerFactory.getLogger(Uv.class);
    private static final String REQUIREMENT = "uv>=0.5,<1";
    private static final Duration LONGEST = Duration.ofMinutes(3);
    private static final Duration TRY_AGAIN = Duration.ofMinutes(10);

    private final Interpreters interpreters;
    private final OperatorSettings settings;
    private final Path tools;
    private final Path program;
    private final ReentrantLock bringing = new ReentrantLock();
    private Optional<Long> failedAt = Optional.empty();

    Uv(Interpreters interpreters, OperatorSettings settings, Path tools) {
        this.interpreters = interpreters;
        this.settings = settings;
        this.tools = tools;
        this.program = tools.resolve("uv");
    }

    /** Where it is; empty if it cannot be had now. Blocks while it is brought. */
    Optional<Path> program() {
        if (Files.isExecutable(program)) {
            return Optional.of(program);
        }
        bringing.lock();
        try {
            return Files.isExecutable(program) || isDue() && bring()
                    ? Optional.of(program)
                    : Optional.empty();
        } finally {
            bringing.unlock();
        }
    }

    private boolean isDue() {
        return failedAt.map(at -> System.nanoTime() - at >= TRY_AGAIN.toNanos()).orElse(true);
    }

    private boolean bring() {
        try {
            Files.createDirectories(tools);
            var directory = Files.createTempDirectory(tools, "uv-");
            try {
                if (installed(directory)) {
                    var brought = directory.resolve("it/bin/uv");
                    Files.move(brought, program, StandardCopyOption.ATOMIC_MOVE);
                    return true;
                }
            } finally {
                TreeFiles.delete(directory);
            }
        } catch (IOException | SandboxException e) {
            log.warn("uv cannot be brought, pip is used instead: reason={}", e.toString());
        }
        failedAt = Optional.of(System.nanoTime());
        return false;
    }

    private boolean installed(Path directory) {
        var python = interpreters.find("python");
        if (python.isEmpty()) {
            return false;
        }
        var words =
                List.of(
                        python.get().executable().toString(),
                        "-m",
                        "pip",
                        "install",
                        "--quiet",
                        "--no-input",
                        "--disable-pip-version-check",
                        "--only-binary=:all:",
                        "--target",
                        directory.resolve("it").toString(),
                        REQUIREMENT);
        var ended =
                new Command(words, directory, settings.with(directory, Language.PYTHON), LONGEST)
                        .run(_ -> {}, Optional::empty);
        if (ended.end() != End.DONE) {
            log.warn(
                    "uv cannot be brought, pip is used instead: output={}",
                    ended.tail().stream().map(settings::masked).toList());
        }
        return ended.end() == End.DONE;
    }
}
