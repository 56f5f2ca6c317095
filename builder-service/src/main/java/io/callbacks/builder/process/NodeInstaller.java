package io.callbacks.builder.process;

import io.callbacks.builder.install.InstallProgram;
import io.callbacks.builder.install.OperatorSettings;
import io.callbacks.process.Interpreter;
import io.callbacks.process.Language;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Installs a package.json by the npm that belongs to the Node.js. Scripts of packages are not run.
 */
final class NodeInstaller implements Installer {
    private final OperatorSettings settings;
    private final Path cache;

    NodeInstaller(OperatorSettings settings, Path cache) {
        this.settings = settings;
        this.cache = cache;
    }

    @Override
    public InstallPlan plan(Interpreter node, String library, Path work, Path target)
            throws IOException {
        Files.createDirectories(target);
        Files.writeString(target.resolve("package.json"), library);
        var environment = settings.with(work, Language.NODE);
        var path = new ArrayList<String>();
        path.add(String.valueOf(node.executable().getParent()));
        path.addAll(List.of(environment.getOrDefault("PATH", "").split(File.pathSeparator)));
        path.removeIf(String::isBlank); // would mean the working directory
        environment.put("PATH", String.join(File.pathSeparator, path));
        environment.put("NPM_CONFIG_UPDATE_NOTIFIER", "false");
        var words =
                InstallProgram.npm(npm(path), cache.resolve("npm").toString(), target.toString());
        return new InstallPlan(InstallProgram.NPM, words, environment);
    }

    /** The first on the path; the one beside the Node.js is first. */
    private static String npm(List<String> path) {
        for (var directory : path) {
            var program = Path.of(directory, "npm");
            if (Files.isExecutable(program)) {
                return program.toString();
            }
        }
        throw new MissingInstallerException("npm");
    }
}
