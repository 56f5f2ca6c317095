package io.callbacks.builder.process;

import io.callbacks.builder.install.InstallProgram;
import io.callbacks.builder.install.OperatorSettings;
import io.callbacks.process.Interpreter;
import io.callbacks.process.Interpreters;
import io.callbacks.process.Language;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Installs requirement lines by uv, or by pip where uv cannot be had. Wheels are preferred; a
 * package that has none for this Python is built from its source.
 */
final class PythonInstaller implements Installer {
    private static final String REQUIREMENTS = "requirements.txt";

    private final Uv uv;
    private final OperatorSettings settings;
    private final Path cache;
    private final Map<Path, Map<String, String>> pipSettings = new ConcurrentHashMap<>();

    PythonInstaller(Interpreters interpreters, OperatorSettings settings, Path tools, Path cache) {
        this.uv = new Uv(interpreters, settings, tools);
        this.settings = settings;
        this.cache = cache;
    }

    @Override
    public InstallPlan plan(Interpreter python, String library, Path work, Path target)
            throws IOException {
        Files.writeString(work.resolve(REQUIREMENTS), library + "\n");
        var program = uv.program();
        return program.isPresent()
                ? byUv(program.get(), python, work, target)
                : byPip(python, work, target);
    }

    private InstallPlan byUv(Path uv, Interpreter python, Path work, Path target) {
        var environment = settings.with(work, Language.PYTHON);
        environment.putAll(
                pipSettings.computeIfAbsent(
                        python.executable(),
                        _ -> PipSettings.forUv(python, work, Map.copyOf(environment))));
        environment.put("UV_PYTHON_DOWNLOADS", "never");
        environment.put("PYC_INVALIDATION_MODE", "UNCHECKED_HASH"); // the same layer every time
        var words =
                new ArrayList<>(
                        List.of(
                                uv.toString(),
                                "pip",
                                "install",
                                "--no-progress",
                                "--color",
                                "never",
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
                                work.resolve(REQUIREMENTS).toString()));
        if (!environment.containsKey("UV_CONFIG_FILE")) {
            words.add("--no-config"); // none that happens to lie around
        }
        return new InstallPlan(InstallProgram.UV, words, environment);
    }

    private InstallPlan byPip(Interpreter python, Path work, Path target) {
        var words =
                InstallProgram.pip(
                        python.executable().toString(),
                        cache.resolve("pip").toString(),
                        target.toString(),
                        work.resolve(REQUIREMENTS).toString());
        var environment = settings.with(work, Language.PYTHON);
        environment.put("PIP_ROOT_USER_ACTION", "ignore");
        return new InstallPlan(InstallProgram.PIP, words, environment);
    }
}
