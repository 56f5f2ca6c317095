package io.callbacks.builder.process;

import io.callbacks.blob.BlobStore;
import io.callbacks.blob.MissingBlobException;
import io.callbacks.blob.TreeFiles;
import io.callbacks.builder.build.BuildLog;
import io.callbacks.builder.build.BuilderProperties;
import io.callbacks.builder.build.Sandbox;
import io.callbacks.builder.build.SandboxException;
import io.callbacks.builder.install.Ended;
import io.callbacks.builder.install.Ended.End;
import io.callbacks.builder.install.InstallFailure;
import io.callbacks.builder.install.InstallLimits;
import io.callbacks.builder.install.OperatorSettings;
import io.callbacks.event.Failure;
import io.callbacks.event.Layer;
import io.callbacks.process.Interpreter;
import io.callbacks.process.Interpreters;
import io.callbacks.process.Language;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Installs by programs of this machine, which run with the builder's rights: for libraries that are
 * trusted as much as the callbacks themselves.
 */
final class ProcessSandbox implements Sandbox {
    private static final Logger log = LoggerFactory.getLogger(ProcessSandbox.class);
    private static final int ASKED_BETWEEN_MEASURES = 8;

    private final Interpreters interpreters;
    private final Map<Language, Installer> installers;
    private final OperatorSettings settings;
    private final BlobStore blobs;
    private final Path work;
    private final InstallLimits limits;

    ProcessSandbox(
            Interpreters interpreters,
            Map<Language, Installer> installers,
            OperatorSettings settings,
            BlobStore blobs,
            BuilderProperties properties) {
        this.interpreters = interpreters;
        this.installers = Map.copyOf(installers);
        this.settings = settings;
        this.blobs = blobs;
        this.work = properties.work();
        this.limits = new InstallLimits(properties.timeout(), properties.largestLayer().toBytes());
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
    public boolean holds(Layer dependencies) {
        try {
            blobs.tree(dependencies.digest());
            return true;
        } catch (MissingBlobException e) {
            return false;
        }
    }

    /** A process takes its layers as directories. */
    @Override
    public Optional<String> image(Revision revision) {
        return Optional.empty();
    }

    @Override
    public Outcome install(Install install, BuildLog buildLog) {
        var interpreter = interpreters.find(install.type()).orElseThrow();
        try {
            Files.createDirectories(work);
            var directory = Files.createTempDirectory(work, "install-");
            var target = Files.createDirectory(work.resolve("tree-of-" + directory.getFileName()));
            try {
                var outcome = install(install, interpreter, directory, target, buildLog);
                if (!(outcome instanceof Outcome.Installed)) {
                    remove(target);
                }
                return outcome;
            } catch (IOException | RuntimeException e) {
                remove(target);
                throw e;
            } finally {
                remove(directory);
            }
        } catch (IOException | UncheckedIOException e) {
            throw new SandboxException("cannot write to " + work + ": " + e.getMessage(), e);
        }
    }

    private static void remove(Path directory) {
        try {
            TreeFiles.delete(directory);
        } catch (IOException e) {
            log.warn("Left behind: directory={} reason={}", directory, e.toString());
        }
    }

    private Outcome install(
            Install install,
            Interpreter interpreter,
            Path directory,
            Path target,
            BuildLog buildLog)
            throws IOException {
        var installer = Objects.requireNonNull(installers.get(interpreter.language()));
        InstallPlan plan;
        try {
            plan = installer.plan(interpreter, install.library(), directory, target);
        } catch (MissingInstallerException e) {
            return new Outcome.Rejected(missing(String.valueOf(e.getMessage())));
        }
        buildLog.installing(plan.program().label());
        var ended =
                new Command(plan.words(), directory, plan.environment(), limits.timeout())
                        .run(
                                line -> buildLog.output(settings.masked(line)),
                                verdict(install, target));
        return limits.outcome(
                plan.program(),
                new Ended(
                        ended.end() == End.DONE && isTooLarge(target) ? End.TOO_LARGE : ended.end(),
                        ended.tail().stream().map(settings::masked).toList()),
                () -> stored(target));
    }

    private Supplier<Optional<End>> verdict(Install install, Path target) {
        var asked = new int[1];
        return () -> {
            if (install.cancelled().getAsBoolean()) {
                return Optional.of(End.CANCELLED);
            }
            return ++asked[0] % ASKED_BETWEEN_MEASURES == 0 && isTooLarge(target)
                    ? Optional.of(End.TOO_LARGE)
                    : Optional.empty();
        };
    }

    private Layer stored(Path directory) {
        var tree = blobs.putTree(directory);
        return new Layer(Layer.Role.DEPS, tree.digest(), tree.size());
    }

    private boolean isTooLarge(Path target) {
        return size(target) > limits.largest();
    }

    private static long size(Path target) {
        var size = new long[1];
        try (var files = Files.walk(target)) {
            files.filter(Files::isRegularFile).forEach(file -> size[0] += file.toFile().length());
        } catch (IOException | UncheckedIOException e) {
            return size[0]; // files come and go while it is installed
        }
        return size[0];
    }

    private static Failure missing(String program) {
        return InstallFailure.missing(
                program, "Install " + program + " where the builder finds it on its PATH.");
    }
}
