package io.callbacks.deployer.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The processes of instances, as the system sees them.
 *
 * @param instances directory of the instances' directories
 */
public record Processes(Path instances) {
    /** All whose home is below, fronts and what they started. */
    public List<Long> all() {
        return of("");
    }

    /** Those of one instance. */
    public List<Long> of(String instance) {
        var home = "HOME=" + instances.resolve(instance);
        try (var processes = Files.list(Path.of("/proc"))) {
            return processes
                    .filter(p -> p.getFileName().toString().matches("\\d+"))
                    .filter(p -> read(p.resolve("environ")).contains(home))
                    .map(p -> Long.parseLong(p.getFileName().toString()))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The front of an instance. */
    public long front(String instance) {
        return Long.parseLong(read(instances.resolve(instance).resolve("pid")).split(" ")[0]);
    }

    public void kill(String instance) {
        ProcessHandle.of(front(instance)).ifPresent(ProcessHandle::destroyForcibly);
    }

    public static String commandLine(long pid) {
        return read(Path.of("/proc/" + pid + "/cmdline"));
    }

    public static String environment(long pid) {
        return read(Path.of("/proc/" + pid + "/environ"));
    }

    /** The names of the instances' directories. */
    public List<String> directories() {
        try (var directories = Files.list(instances)) {
            return directories.map(d -> d.getFileName().toString()).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String read(Path file) {
        try {
            return new String(Files.readAllBytes(file), UTF_8);
        } catch (IOException e) {
            return ""; // gone
        }
    }
}
