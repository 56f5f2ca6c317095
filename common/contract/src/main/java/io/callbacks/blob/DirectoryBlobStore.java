package io.callbacks.blob;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.UUID;

/**
 * A blob store in a directory that all services of one machine share: {@code files/<hex>} and
 * {@code trees/<hex>/}. Everything is made under {@code new/} and moved into place, so that what
 * has its name is whole.
 */
public final class DirectoryBlobStore implements BlobStore {
    private final Path files;
    private final Path trees;
    private final Path fresh;

    public DirectoryBlobStore(Path root) {
        files = root.resolve("files");
        trees = root.resolve("trees");
        fresh = root.resolve("new");
        try {
            Files.createDirectories(files);
            Files.createDirectories(trees);
            Files.createDirectories(fresh);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot use " + root + " as blob store", e);
        }
    }

    @Override
    public String put(byte[] content) {
        var digest = Digests.of(content);
        try {
            if (!isRenewed(file(digest))) {
                Files.move(written(content), file(digest), StandardCopyOption.ATOMIC_MOVE);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot store " + digest, e);
        }
        return digest;
    }

    private Path file(String digest) {
        return files.resolve(Digests.hex(digest));
    }

    /**
     * Whether a file is there and counts as new now. One of another owner has to be written anew.
     */
    private static boolean isRenewed(Path file) throws IOException {
        try {
            Files.setLastModifiedTime(file, FileTime.from(Instant.now()));
            return true;
        } catch (NoSuchFileException | AccessDeniedException e) {
            return false;
        } catch (FileSystemException e) {
            if (Files.exists(file)) { // told so where only an owner may do this
                return false;
            }
            throw e;
        }
    }

    private Path written(byte[] content) throws IOException {
        var file = fresh.resolve(UUID.randomUUID().toString());
        try (var channel =
                FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            var buffer = ByteBuffer.wrap(content);
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
            channel.force(true);
        }
        return file;
    }

    @Override
    public byte[] get(String digest) {
        try {
            return Files.readAllBytes(file(digest));
        } catch (NoSuchFileException e) {
            throw new MissingBlobException(digest);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + digest, e);
        }
    }

    /**
     * Removes what was stored, and stored again, before an instant; trees stay. What is stored
     * again in the meantime stays too.
     *
     * @return how much was removed
     */
    public int forget(Instant before) {
        int removed = 0;
        try (var all = Files.newDirectoryStream(files)) {
            for (var file : all) {
                if (isOlder(file, before) && isRemoved(file, before)) {
                    removed++;
                }
            }
            return removed;
        } catch (DirectoryIteratorException e) {
            throw new UncheckedIOException("cannot tidy " + files, e.getCause());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot tidy " + files, e);
        }
    }

    /** Out of the way first: whoever stores it from then on sees that it is not there. */
    private boolean isRemoved(Path file, Instant before) throws IOException {
        var aside = fresh.resolve(UUID.randomUUID().toString());
        try {
            Files.move(file, aside, StandardCopyOption.ATOMIC_MOVE);
        } catch (NoSuchFileException e) {
            return false; // removed by another service
        }
        if (!isOlder(aside, before)) {
            Files.move(aside, file, StandardCopyOption.ATOMIC_MOVE);
            return false;
        }
        Files.delete(aside);
        return true;
    }

    private static boolean isOlder(Path file, Instant instant) throws IOException {
        try {
            return Files.getLastModifiedTime(file).toInstant().isBefore(instant);
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    @Override
    public Tree putTree(Path directory) {
        try {
            var tree = TreeDigest.of(directory);
            TreeFiles.protect(directory);
            move(directory, trees.resolve(Digests.hex(tree.digest())));
            return tree;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot store the tree " + directory, e);
        }
    }

    private static void move(Path directory, Path target) throws IOException {
        if (!Files.exists(target)) {
            try {
                Files.move(directory, target, StandardCopyOption.ATOMIC_MOVE);
                return;
            } catch (FileSystemException e) {
                if (!Files.exists(target)) { // else somebody stored the same tree in between
                    throw e;
                }
            }
        }
        TreeFiles.delete(directory);
    }

    @Override
    public Path tree(String digest) {
        var tree = trees.resolve(Digests.hex(digest));
        if (!Files.isDirectory(tree)) {
            throw new MissingBlobException(digest);
        }
        return tree;
    }
}
