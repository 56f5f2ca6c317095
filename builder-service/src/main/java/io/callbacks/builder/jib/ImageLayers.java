package io.callbacks.builder.jib;

import com.google.cloud.tools.jib.api.buildplan.AbsoluteUnixPath;
import com.google.cloud.tools.jib.api.buildplan.FileEntriesLayer;
import com.google.cloud.tools.jib.api.buildplan.FilePermissions;
import io.callbacks.blob.BlobStore;
import io.callbacks.blob.Digests;
import io.callbacks.builder.build.Sandbox.Revision;
import io.callbacks.process.Language;
import io.callbacks.runtimes.ImageContext;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;

/**
 * What an image has beside its base: shim, library and function, where pods have them too. All of
 * it is root's, may be read by everybody and has no time of its own.
 *
 * <p>Archives are made of files and directories alone. So a link to a program becomes a launcher of
 * it, which finds what lies beside the program, and any other link a copy.
 */
final class ImageLayers {
    private static final String HOME = "/opt/callbacks/";
    private static final FilePermissions DIRECTORY = FilePermissions.fromOctalString("755");
    private static final FilePermissions PROGRAM = FilePermissions.fromOctalString("755");
    private static final FilePermissions FILE = FilePermissions.fromOctalString("644");

    private final BlobStore blobs;
    private final Path made;

    /** {@code directory} is for what has to be made of the layers. */
    ImageLayers(BlobStore blobs, Path directory) {
        this.blobs = blobs;
        this.made = directory.resolve("made");
    }

    /** From what changes least to what changes most. */
    List<FileEntriesLayer> of(Revision revision) throws IOException {
        var library =
                revision.dependencies().isPresent()
                        ? blobs.tree(revision.dependencies().get().digest())
                        : Files.createDirectories(made.resolve("none"));
        return List.of(
                shim(Language.ofType(revision.type())),
                layer("library", library),
                layer("function", blobs.tree(revision.code().digest())));
    }

    private FileEntriesLayer shim(Language language) throws IOException {
        var layer = FileEntriesLayer.builder().setName("shim");
        for (var file : ImageContext.of(language.lowerCase()).shim().entrySet()) {
            layer.addEntry(made(file.getValue()), at("shim", file.getKey()), FILE, Instant.EPOCH);
        }
        return layer.build();
    }

    private FileEntriesLayer layer(String name, Path root) throws IOException {
        var layer = FileEntriesLayer.builder().setName(name);
        try (var entries = Files.walk(root, FileVisitOption.FOLLOW_LINKS)) {
            for (var entry : (Iterable<Path>) entries.sorted()::iterator) {
                if (Files.exists(entry)) { // a link may lead nowhere
                    add(layer, entry, place(name, root.relativize(entry)));
                }
            }
        }
        return layer.build();
    }

    private void add(FileEntriesLayer.Builder layer, Path entry, AbsoluteUnixPath to)
            throws IOException {
        if (Files.isDirectory(entry)) {
            layer.addEntry(entry, to, DIRECTORY, Instant.EPOCH);
        } else if (!Files.isExecutable(entry)) {
            layer.addEntry(entry, to, FILE, Instant.EPOCH);
        } else {
            var program = Files.isSymbolicLink(entry) ? launcher(entry) : entry;
            layer.addEntry(program, to, PROGRAM, Instant.EPOCH);
        }
    }

    /** Node.js looks for packages from the function upwards, and there can be no link to them. */
    private static AbsoluteUnixPath place(String layer, Path path) {
        return path.startsWith("node_modules")
                ? AbsoluteUnixPath.get(HOME + path)
                : at(layer, path.toString());
    }

    private static AbsoluteUnixPath at(String directory, String path) {
        return AbsoluteUnixPath.get(HOME + directory).resolve(path);
    }

    /** Of the program that a link leads to. */
    private Path launcher(Path link) throws IOException {
        var target = Files.readSymbolicLink(link).toString().replace("'", "'\\''");
        return made(
                "#!/bin/sh\nexec \"$(dirname \"$0\")\"/'%s' \"$@\"\n"
                        .formatted(target)
                        .getBytes(StandardCharsets.UTF_8));
    }

    /** A file with such content; equal ones are one. */
    private synchronized Path made(byte[] content) throws IOException {
        var file = made.resolve(Digests.of(content).replace(':', '-'));
        if (!Files.exists(file)) {
            Files.createDirectories(made);
            var half = made.resolve(file.getFileName() + ".half");
            Files.write(half, content);
            Files.move(half, file);
        }
        return file;
    }
}
