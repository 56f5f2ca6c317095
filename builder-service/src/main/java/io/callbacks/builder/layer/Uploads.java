package io.callbacks.builder.layer;

import io.callbacks.blob.BlobStore;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** The layers that are waited for. */
public final class Uploads {
    private final BlobStore blobs;
    private final Path work;
    private final Map<String, Upload> open = new ConcurrentHashMap<>();

    /** {@code work} is on the same file system as the store. */
    public Uploads(BlobStore blobs, Path work) {
        this.blobs = blobs;
        this.work = work;
    }

    /**
     * Waits for a layer.
     *
     * @param name unlike any other, such as {@code <key>.tar}
     * @param largest bytes that are taken
     */
    public Upload open(String name, long largest) {
        var upload = new Upload(this, name, largest);
        if (open.putIfAbsent(name, upload) != null) {
            throw new IllegalStateException(name + " is waited for already");
        }
        return upload;
    }

    Optional<Upload> find(String name) {
        return Optional.ofNullable(open.get(name));
    }

    void forget(Upload upload) {
        open.remove(upload.name(), upload);
    }

    BlobStore blobs() {
        return blobs;
    }

    Path work() {
        return work;
    }
}
