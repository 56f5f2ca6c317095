package io.callbacks.deployer.process;

import io.callbacks.blob.BlobStore;
import io.callbacks.blob.TreeFiles;
import io.callbacks.deployer.rollout.InstanceSpec;
import io.callbacks.event.Layer;
import io.callbacks.process.ProcessTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A directory for each instance: {@code function/} its code, {@code work/} and {@code tmp/} its own
 * to write to, {@code pid} its process and when that began.
 */
final class InstanceDirectories {
    private static final Logger log = LoggerFactory.getLogger(InstanceDirectories.class);

    private final Path root;
    private final BlobStore blobs;

    InstanceDirectories(Path root, BlobStore blobs) {
        this.root = root;
        this.blobs = blobs;
    }

    Path of(String instance) {
        return root.resolve(instance);
    }

    Path make(InstanceSpec spec) throws IOException {
        var directory = of(spec.id());
        for (var part : new String[] {"function", "work", "tmp"}) {
            Files.createDirectories(directory.resolve(part));
        }
        for (var layer : spec.layers()) {
            var tree = blobs.tree(layer.digest());
            if (layer.role() == Layer.Role.CODE) {
                copy(tree, directory.resolve("function"));
            } else if (Files.isDirectory(tree.resolve("node_modules"))) {
                Files.createSymbolicLink(
                        directory.resolve("function/node_modules"), tree.resolve("node_modules"));
            }
        }
        return directory;
    }

    private static void copy(Path tree, Path target) throws IOException {
        try (var files = Files.list(tree)) {
            for (var file : (Iterable<Path>) files::iterator) {
                Files.copy(file, target.resolve(file.getFileName()));
            }
        }
    }

    void writePid(Path directory, Process process) throws IOException {
        Files.writeString(
                directory.resolve("pid"),
                process.pid() + " " + ProcessTable.startTime(process.pid()));
    }

    void remove(Path directory) {
        try {
            TreeFiles.delete(directory);
        } catch (IOException e) {
            log.warn("Instance left files behind: directory={} reason={}", directory, e.toString());
        }
    }

    /** Ends and removes all instances but those of this life. */
    void clean(Set<String> mine) {
        if (!Files.isDirectory(root)) {
            return;
        }
        try (var found = Files.list(root)) {
            for (var directory : (Iterable<Path>) found::iterator) {
                if (!mine.contains(directory.getFileName().toString())) {
                    end(directory);
                    remove(directory);
                }
            }
        } catch (IOException e) {
            log.warn("Instances of a former life cannot be looked for: reason={}", e.toString());
        }
    }

    /** Ends the process of a pid file, if it is still the same one, and all that live there. */
    private static void end(Path directory) throws IOException {
        var file = directory.resolve("pid");
        var words = Files.exists(file) ? Files.readString(file).strip().split(" ") : new String[0];
        if (words.length == 2
                && words[0].matches("\\d+")
                && ProcessTable.startTime(Long.parseLong(words[0])).equals(words[1])) {
            ProcessHandle.of(Long.parseLong(words[0])).ifPresent(ProcessTree::kill);
            log.info("Instance of a former life was ended: pid={}", words[0]);
        }
        ProcessTable.killAllAtHomeIn(directory.resolve("work"));
    }
}
