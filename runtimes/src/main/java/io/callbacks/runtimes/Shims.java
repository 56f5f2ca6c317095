package io.callbacks.runtimes;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;

/**
 * The shims, unpacked.
 *
 * @param python directory that holds {@code main.py}
 * @param node directory that holds {@code main.js}
 */
public record Shims(Path python, Path node) {
    private static final String ROOT = "/io/callbacks/runtimes/";

    /**
     * Unpacks the shims into a directory below {@code parent} that is named for their content; what
     * is there already is used as it is.
     */
    public static Shims unpackInto(Path parent) {
        try {
            var files = packed();
            var home = parent.resolve(digest(files));
            if (!Files.isDirectory(home)) {
                Files.createDirectories(parent);
                var fresh = Files.createTempDirectory(parent, "new-");
                for (var file : files.entrySet()) {
                    var target = fresh.resolve(file.getKey());
                    Files.createDirectories(target.resolveSibling(""));
                    Files.write(target, file.getValue());
                }
                Files.move(fresh, home);
            }
            return new Shims(home.resolve("python"), home.resolve("node"));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot unpack the shims into " + parent, e);
        }
    }

    /** All files by name, with forward slashes. */
    private static Map<String, byte[]> packed() throws IOException {
        var marker = Shims.class.getResource(ROOT + "python/main.py");
        if (marker == null) {
            throw new IOException("the shims are not packed into this build");
        }
        try {
            var uri = marker.toURI();
            if (!uri.getScheme().equals("jar")) {
                return files(Path.of(uri).resolve("../..").normalize());
            }
            var jar = URI.create(uri.toString().replaceFirst("!" + ROOT + ".*", "!/"));
            try (var system = FileSystems.newFileSystem(jar, Map.of())) {
                return files(system.getPath(ROOT));
            }
        } catch (URISyntaxException e) {
            throw new IOException("unusual class path: " + marker, e);
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

    private static String digest(Map<String, byte[]> files) {
        try {
            var digest = MessageDigest.getInstance("SHA-256");
            files.forEach(
                    (name, content) -> {
                        digest.update(name.getBytes(UTF_8));
                        digest.update((byte) 0);
                        digest.update(content);
                    });
            return HexFormat.of().formatHex(digest.digest()).substring(0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
