package io.callbacks.standalone;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;

/** Everything the platform keeps, held by one running platform at a time. */
final class DataDirectory implements AutoCloseable {
    private final Path path;
    private final boolean isNew;
    private final FileChannel lock;

    private DataDirectory(Path path, boolean isNew, FileChannel lock) {
        this.path = path;
        this.isNew = isNew;
        this.lock = lock;
    }

    /**
     * Makes the directory if there is none, and holds it. The lock dies with the process, however
     * that ends.
     */
    static DataDirectory hold(Path path) {
        var directory = path.toAbsolutePath().normalize();
        try {
            make(directory);
            var lock =
                    FileChannel.open(
                            directory.resolve("lock"),
                            StandardOpenOption.CREATE,
                            StandardOpenOption.READ,
                            StandardOpenOption.WRITE);
            if (lock.tryLock() == null) {
                throw held(directory, lock);
            }
            lock.truncate(0).write(UTF_8.encode(ProcessHandle.current().pid() + "\n"));
            return new DataDirectory(directory, Files.notExists(directory.resolve("store")), lock);
        } catch (IOException e) {
            throw new StartFailure(
                    "cannot use the data directory %s (%s); name another one with --data"
                            .formatted(directory, reason(e)),
                    e);
        }
    }

    /** Where something of the platform is kept. */
    Path resolve(String name) {
        return path.resolve(name);
    }

    /** Whether nothing was ever kept here. */
    boolean isNew() {
        return isNew;
    }

    @Override
    public String toString() {
        return path.toString();
    }

    @Override
    public void close() {
        try {
            lock.close();
        } catch (IOException e) {
            throw new StartFailure("cannot let go of " + path, e);
        }
    }

    /** Readable by its owner alone: functions and their results are nobody else's business. */
    private static void make(Path directory) throws IOException {
        if (Files.isDirectory(directory)) {
            return;
        }
        if (directory.getParent() != null) {
            Files.createDirectories(directory.getParent());
        }
        Files.createDirectory(
                directory,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }

    private static StartFailure held(Path directory, FileChannel lock) throws IOException {
        var pid = ByteBuffer.allocate(32);
        lock.read(pid, 0);
        lock.close();
        return new StartFailure(
                "the data directory %s is in use by a running platform (pid %s); stop that one, or name another one with --data"
                        .formatted(directory, UTF_8.decode(pid.flip()).toString().strip()));
    }

    private static String reason(IOException error) {
        return switch (error) {
            case AccessDeniedException _ -> "permission denied";
            case FileAlreadyExistsException _ -> "it is not a directory";
            case NoSuchFileException _ -> "it cannot be made there";
            case FileSystemException known when known.getReason() != null -> known.getReason();
            default -> error.toString();
        };
    }
}
