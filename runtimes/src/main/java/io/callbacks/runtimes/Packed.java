package io.callbacks.runtimes;

import java.io.IOException;
import java.net.URI;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/** What the build packed beside these classes, into a jar or a directory. */
final class Packed {
    private static final String ROOT = "/io/callbacks/runtimes/";

    private Packed() {}

    /** All files by name, with forward slashes. */
    static Map<String, byte[]> files() throws IOException {
        var marker = Packed.class.getResource(ROOT + "python/main.py");
        if (marker == null) {
            throw new IOException("the shims are not packed into this build");
        }
        var place = marker.toString();
        if (!place.startsWith("jar:")) {
            return files(Path.of(URI.create(place)).resolve("../..").normalize());
        }
        var jar = place.substring("jar:".length(), place.lastIndexOf("!" + ROOT));
        try (var system = FileSystems.newFileSystem(Path.of(URI.create(jar)))) {
            return files(system.getPath(ROOT));
        }
    }

    private static Map<String, byte[]> files(Path root) throws IOException {
        var files = new TreeMap<String, byte[]>();
        for (var language : new String[] {"python", "node"}) {
            var directory = root.resolve(language);
            if (Files.isDirectory(directory)) {
                try (var found = Files.walk(directory)) {
                    for (var file : (Iterable<Path>) found.filter(Files::isRegularFile)::iterator) {
                        files.put(root.relativize(file).toString(), Files.readAllBytes(file));
                    }
                }
            }
        }
        return files;
    }
}
