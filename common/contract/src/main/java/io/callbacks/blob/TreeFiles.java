package io.callbacks.blob;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What is done to whole directory trees. */
public final class TreeFiles {
    private static final Set<PosixFilePermission> WRITABLE =
            PosixFilePermissions.fromString("rwxr-xr-x");

    private TreeFiles() {}

    /** Takes all write permissions away, except of the root itself, which must stay movable. */
    static void protect(Path root) throws IOException {
        try (var entries = Files.walk(root)) {
            for (var entry : (Iterable<Path>) entries::iterator) {
                if (!entry.equals(root) && !Files.isSymbolicLink(entry)) {
                    withoutWrite(entry);
                }
            }
        }
    }

    private static void withoutWrite(Path entry) throws IOException {
        var permissions = EnumSet.copyOf(Files.getPosixFilePermissions(entry));
        permissions.removeAll(
                EnumSet.of(
                        PosixFilePermission.OWNER_WRITE,
                        PosixFilePermission.GROUP_WRITE,
                        PosixFilePermission.OTHERS_WRITE));
        Files.setPosixFilePermissions(entry, permissions);
    }

    /** Removes a tree, protected or not. One that is not there is removed already. */
    public static void delete(Path root) throws IOException {
        if (!Files.exists(root, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        Files.walkFileTree(
                root,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult preVisitDirectory(Path dir, BasicFileAttributes a)
                            throws IOException {
                        Files.setPosixFilePermissions(dir, WRITABLE);
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes a)
                            throws IOException {
                        Files.delete(file);
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult postVisitDirectory(Path dir, @Nullable IOException e)
                            throws IOException {
                        if (e != null) {
                            throw e;
                        }
                        Files.delete(dir);
                        return FileVisitResult.CONTINUE;
                    }
                });
    }
}
