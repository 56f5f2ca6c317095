package io.callbacks.builder.process;

import io.callbacks.process.Interpreter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
        var environment = settings.with(work);
        environment.put("NPM_CONFIG_UPDATE_NOTIFIER", "false");
        environment.put(
                "PATH", node.executable().getParent() + ":" + environment.getOrDefault("PATH", ""));
        var words =
                List.of(
                        "npm",
                        "install",
                        "--ignore-scripts",
                        "--omit=dev",
                        "--no-audit",
                        "--no-fund",
                        "--no-progress",
                        "--color=false",
                        "--loglevel=warn",
                        "--prefer-offline",
                        "--cache",
                        cache.resolve("npm").toString(),
                        "--prefix",
                        target.toString());
        return new InstallPlan("npm", words, environment, InstallFailure::ofNode);
    }
}
