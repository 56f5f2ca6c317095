package io.callbacks.builder.process;

import io.callbacks.blob.TreeFiles;
import io.callbacks.builder.build.BuildLog;
import io.callbacks.builder.build.BuilderProperties;
import io.callbacks.builder.build.Sandbox;
import io.callbacks.builder.build.SandboxException;
import io.callbacks.event.Failure;
import io.callbacks.process.Interpreter;
import io.callbacks.process.Interpreters;
import io.callbacks.process.Language;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Installs by programs of this machine, which run with the builder's rights: for libraries that are
 * trusted as much as the callbacks themselves.
 */
final class ProcessSandbox implements Sandbox {
    private final Interpreters interpreters;
    private final Map<Language, Installer> installers;
    private final Path work;
    private final Duration timeout;
    private final long largest;

    ProcessSandbox(
            Interpreters interpreters,
            Map<Language, Installer> installers,
            BuilderProperties properties) {
        this.interpreters = interpreters;
        this.installers = installers;
        this.work = properties.directory().resolve("work").toAbsolutePath();
        this.timeout = properties.timeout();
        this.largest = properties.largestLayer().toBytes();
    }

    @Override
    public String platform() {
        return "process";
    }

    @Override
    public Optional<String> runtime(String type) {
        return interpreters.find(type).map(Interpreter::identity);
    }

    @Override
    public Outcome install(Install install, BuildLog log) {
        var interpreter = interpreters.find(install.type()).orElseThrow();
        try {
            var directory = Files.createTempDirectory(work, "install-");
            try {
                return install(install, interpreter, directory, log);
            } finally {
                TreeFiles.delete(directory);
            }
        } catch (IOException e) {
            throw new SandboxException("cannot write to " + work, e);
        }
    }

    private Outcome install(Install install, Interpreter interpreter, Path directory, BuildLog log)
            throws IOException {
        var target = work.resolve("tree-" + directory.getFileName());
        var installer = Objects.requireNonNull(installers.get(interpreter.language()));
        var plan = installer.plan(interpreter, install.library(), directory, target);
        log.installing(plan.name());
        var ended =
                new Command(plan.words(), directory, plan.environment(), timeout)
                        .run(log::output, install.cancelled());
        var failure = failure(ended, plan, target);
        if (failure.isPresent()) {
            TreeFiles.delete(target);
            return new Outcome.Rejected(failure.get());
        }
        return new Outcome.Installed(target);
    }

    private Optional<Failure> failure(Command.Ended ended, InstallPlan plan, Path target)
            throws IOException {
        return switch (ended.end()) {
            case FAILED -> Optional.of(plan.failure().apply(ended.tail()));
            case TIMED_OUT ->
                    Optional.of(
                            told(
                                    "timeout",
                                    plan.name()
                                            + " did not end within "
                                            + timeout.toSeconds()
                                            + " s and was killed.",
                                    "Deploy again, or ask for fewer packages.",
                                    ended.tail()));
            case CANCELLED ->
                    Optional.of(
                            told(
                                    "cancelled",
                                    "The build was cancelled.",
                                    "Nothing to do.",
                                    ended.tail()));
            case DONE -> tooLarge(target, ended.tail());
        };
    }

    private Optional<Failure> tooLarge(Path target, List<String> tail) throws IOException {
        long size = 0;
        if (Files.isDirectory(target)) {
            try (var files = Files.walk(target)) {
                size = files.filter(Files::isRegularFile).mapToLong(f -> f.toFile().length()).sum();
            }
        } else {
            Files.createDirectories(target);
        }
        return size <= largest
                ? Optional.empty()
                : Optional.of(
                        told(
                                "too-large",
                                "The dependencies have %d MiB; %d are allowed."
                                        .formatted(size >> 20, largest >> 20),
                                "Ask for fewer or smaller packages.",
                                tail));
    }

    private static Failure told(String kind, String message, String hint, List<String> tail) {
        return InstallFailure.failure(kind, null, message, hint, tail);
    }
}
