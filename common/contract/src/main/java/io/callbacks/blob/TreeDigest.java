package io.callbacks.blob;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.MessageDigest;

/** The digest of a directory tree: over its sorted entries, so that equal trees have equal ones. */
final class TreeDigest {
    private final Path root;
    private final MessageDigest all = Digests.sha256();
    private final byte[] buffer = new byte[1 << 16];
    private long size;

    private TreeDigest(Path root) {
        this.root = root;
    }

    static BlobStore.Tree of(Path root) throws IOException {
        var digest = new TreeDigest(root);
        try (var entries = Files.walk(root)) {
            for (var entry :
                    (Iterable<Path>) entries.filter(e -> !e.equals(root)).sorted()::iterator) {
                digest.add(entry);
            }
        }
        return new BlobStore.Tree(Digests.format(digest.all.digest()), digest.size);
    }

    private void add(Path entry) throws IOException {
        if (Files.isSymbolicLink(entry)) {
            line("link", entry, Files.readSymbolicLink(entry).toString());
        } else if (Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
            line("directory", entry, "");
        } else {
            line(Files.isExecutable(entry) ? "program" : "file", entry, hash(entry));
        }
    }

    private void line(String kind, Path entry, String content) {
        var name = root.relativize(entry).toString();
        all.update((kind + '\0' + name + '\0' + content + '\n').getBytes(UTF_8));
    }

    private String hash(Path file) throws IOException {
        var one = Digests.sha256();
        try (var in = Files.newInputStream(file)) {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                one.update(buffer, 0, n);
                size += n;
            }
        }
        return Digests.format(one.digest());
    }
}
