package io.callbacks.builder.process;

import io.callbacks.builder.build.SandboxException;
import io.callbacks.process.Interpreter;
import io.callbacks.process.Interpreters;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Installs requirement lines by uv, which is installed itself on first need; by pip where that
 * fails. Wheels are preferred; a package that has none for this Python is built from its source.
 */
final class PythonInstaller implements Installer {
    private static final Logger log = LoggerFactory.getLogger(PythonInstaller.class);
    private static final Duration PREPARATION = Duration.ofMinutes(3);

    private final Interpreters interpreters;
    private final OperatorSettings settings;
    private final Path tools;
    private final Path cache;
    private final ReentrantLock preparing = new ReentrantLock();

    PythonInstaller(Interpreters interpreters, OperatorSettings settings, Path tools, Path cache) {
        this.interpreters = interpreters;
        this.settings = settings;
        this.tools = tools;
        this.cache = cache;
    }

    @Override
    public InstallPlan plan(Interpreter python, String library, Path work, Path target)
            throws IOException {
        var requirements = Files.writeString(work.resolve("requirements.txt"), library + "\n");
        var environment = settings.with(work);
        var uv = tools.resolve("uv/bin/uv");
        if (prepareUv(uv)) {
            var words =
                    new ArrayList<>(
                            List.of(
                                    uv.toString(),
                                    "pip",
                                    "install",
                                    "--no-progress",
                                    "--color",
                                    "never",
                                    "--no-config",
                                    "--link-mode",
                                    "copy",
                                    "--compile-bytecode",
                                    "--cache-dir",
                                    cache.resolve("uv").toString(),
                                    "--python",
                                    python.executable().toString(),
                                    "--target",
                                    target.toString(),
                                    "--requirement",
                                    requirements.toString()));
            return new InstallPlan("uv", words, environment, InstallFailure::ofPython);
        }
        var words =
                List.of(
                        python.executable().toString(),
                        "-m",
                        "pip",
                        "install",
                        "--no-input",
                        "--disable-pip-version-check",
                        "--no-color",
                        "--progress-bar",
                        "off",
                        "--prefer-binary",
                        "--cache-dir",
                        cache.resolve("pip").toString(),
                        "--target",
                        target.toString(),
                        "--requirement",
                        requirements.toString());
        return new InstallPlan("pip", words, environment, InstallFailure::ofPython);
    }

    /** Whether uv is there, after an attempt to install it. */
    private boolean prepareUv(Path uv) {
        if (Files.isExecutable(uv)) {
            return true;
        }
        preparing.lock();
        try {
            return Files.isExecutable(uv) || installUv(uv);
        } catch (IOException | SandboxException e) {
            log.warn("uv cannot be installed, pip is used instead: reason={}", e.toString());
            return false;
        } finally {
            preparing.unlock();
        }
    }

    private boolean installUv(Path uv) throws IOException {
        var python = interpreters.find("python");
        if (python.isEmpty()) {
            return false;
        }
        var home = tools.resolve("uv");
        Files.createDirectories(home);
        var program = python.get().executable().toString();
        return prepared(List.of(program, "-m", "venv", home.toString()), home)
                && prepared(
                        List.of(
                                home.resolve("bin/python").toString(),
                                "-m",
                                "pip",
                                "install",
                                "--quiet",
                                "uv"),
                        home)
                && Files.isExecutable(uv);
    }

    private boolean prepared(List<String> words, Path home) {
        var ended =
                new Command(words, home, settings.with(home), PREPARATION)
                        .run(_ -> {}, () -> false);
        if (ended.end() != Command.End.DONE) {
            log.warn("uv cannot be installed, pip is used instead: output={}", ended.tail());
        }
        return ended.end() == Command.End.DONE;
    }
}
