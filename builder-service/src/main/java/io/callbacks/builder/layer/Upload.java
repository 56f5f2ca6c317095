package io.callbacks.builder.layer;

import io.callbacks.blob.TreeFiles;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.util.UUID;

/** A layer that is waited for until this is closed. It is taken once; a broken attempt is none. */
public final class Upload implements AutoCloseable {
    private final Uploads uploads;
    private final String name;
    private final long largest;
    private boolean taking;
    private boolean closed;
    private Arrival arrival = new Arrival.Awaited();

    Upload(Uploads uploads, String name, long largest) {
        this.uploads = uploads;
        this.name = name;
        this.largest = largest;
    }

    /** What it is brought under. */
    public String name() {
        return name;
    }

    /** What came of it so far. */
    public synchronized Arrival arrival() {
        return arrival;
    }

    /** Whether it is the caller's turn to bring it; then {@link #take} has to follow. */
    synchronized boolean begin() {
        if (taking || closed || !(arrival instanceof Arrival.Awaited)) {
            return false;
        }
        taking = true;
        return true;
    }

    /**
     * Takes an archive.
     *
     * @throws IOException if it did not come whole or cannot be kept; it may be brought again
     */
    Arrival take(InputStream archive) throws IOException {
        try {
            return end(unpacked(archive));
        } catch (RefusedTarException.TooLarge e) {
            return end(new Arrival.TooLarge());
        } catch (RefusedTarException e) {
            return end(new Arrival.Refused(String.valueOf(e.getMessage())));
        } finally {
            release();
        }
    }

    private Arrival unpacked(InputStream archive) throws IOException {
        Files.createDirectories(uploads.work());
        var directory =
                Files.createDirectory(uploads.work().resolve("upload-" + UUID.randomUUID()));
        try {
            TarUnpacker.unpack(archive, directory, largest);
            return new Arrival.Arrived(uploads.blobs().putTree(directory));
        } finally {
            TreeFiles.delete(directory);
        }
    }

    private synchronized Arrival end(Arrival came) {
        if (!closed) {
            arrival = came;
        }
        return came;
    }

    private synchronized void release() {
        taking = false;
    }

    /** From now on nobody can bring it. */
    @Override
    public synchronized void close() {
        closed = true;
        uploads.forget(this);
    }
}
