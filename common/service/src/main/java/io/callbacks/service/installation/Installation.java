package io.callbacks.service.installation;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;

/**
 * One platform, whatever number of services it consists of. What it makes on an engine or a cluster
 * carries its id, and it never touches what does not.
 *
 * @param id a UUID
 */
public record Installation(String id) {
    public Installation {
        requireNonNull(id, "id");
    }

    /**
     * The one that keeps its data in a directory; made by whichever service comes first.
     *
     * @throws UncheckedIOException if the directory cannot be written to
     */
    static Installation in(Path data) {
        var file = data.resolve("installation");
        try {
            if (Files.notExists(file)) {
                make(file);
            }
            return new Installation(UUID.fromString(Files.readString(file).strip()).toString());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot tell the installation from " + file, e);
        }
    }

    /** Linked into place, so that of several the first one counts and its file is whole. */
    private static void make(Path file) throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        var beside = Files.createTempFile(file.toAbsolutePath().getParent(), "installation-", null);
        try {
            Files.writeString(beside, UUID.randomUUID() + "\n");
            Files.createLink(file, beside);
        } catch (FileAlreadyExistsException e) {
            return; // another service was quicker
        } finally {
            Files.delete(beside);
        }
    }
}
