package io.callbacks.deployer.process;

import io.callbacks.blob.BlobStore;
import io.callbacks.deployer.instance.FrontVariables;
import io.callbacks.deployer.rollout.InstanceSpec;
import io.callbacks.event.Layer;
import io.callbacks.process.Interpreter;
import io.callbacks.process.Language;
import io.callbacks.runtimes.Shims;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Starts shims. Nothing of the deployer's environment is handed on; env and token go over standard
 * input, so that they are on no command line and in no file.
 */
final class Commands {
    private static final String BASICS = "/usr/local/bin:/usr/bin:/bin";

    private final Shims shims;
    private final BlobStore blobs;
    private final List<String> prefix;
    private final String timeZone;

    /**
     * @param searchPath where {@code setsid} and {@code prlimit} are looked for
     * @param timeZone of the functions; empty for the system's
     */
    Commands(Shims shims, BlobStore blobs, String searchPath, String timeZone) {
        this.shims = shims;
        this.blobs = blobs;
        this.prefix = prefix(searchPath);
        this.timeZone = timeZone;
    }

    /** A session of its own, so that signals of a terminal do not reach it; no core files. */
    private static List<String> prefix(String searchPath) {
        var words = new ArrayList<String>();
        if (isOn(searchPath, "setsid")) {
            words.add("setsid");
        }
        if (isOn(searchPath, "prlimit")) {
            words.addAll(List.of("prlimit", "--core=0", "--nofile=4096", "--"));
        }
        return List.copyOf(words);
    }

    private static boolean isOn(String searchPath, String program) {
        for (var directory : searchPath.split(File.pathSeparator)) {
            if (!directory.isBlank() && Files.isExecutable(Path.of(directory, program))) {
                return true;
            }
        }
        return false;
    }

    Process start(Interpreter interpreter, InstanceSpec spec, Path directory) throws IOException {
        var words = new ArrayList<>(prefix);
        words.add(interpreter.executable().toString());
        if (interpreter.language() == Language.PYTHON) {
            words.addAll(List.of("-I", "-S", "-B", shims.python().resolve("main.py").toString()));
        } else {
            words.add(shims.node().resolve("main.js").toString());
        }
        var builder = new ProcessBuilder(words).directory(directory.resolve("work").toFile());
        builder.environment().clear();
        builder.environment().putAll(environment(interpreter, spec, directory));
        return builder.start();
    }

    private Map<String, String> environment(
            Interpreter interpreter, InstanceSpec spec, Path directory) {
        var environment = new TreeMap<>(FrontVariables.of(spec));
        environment.put("PATH", interpreter.executable().getParent() + ":" + BASICS);
        environment.put("HOME", directory.resolve("work").toString());
        environment.put("TMPDIR", directory.resolve("tmp").toString());
        if (!timeZone.isEmpty()) {
            environment.put("TZ", timeZone);
        }
        environment.put("CALLBACKS_PORT", "0");
        environment.put("CALLBACKS_FUNCTION", directory.resolve("function").toString());
        spec.layers().stream()
                .filter(layer -> layer.role() == Layer.Role.DEPS)
                .forEach(
                        layer ->
                                environment.put(
                                        "CALLBACKS_LIBRARY",
                                        blobs.tree(layer.digest()).toString()));
        return environment;
    }
}
