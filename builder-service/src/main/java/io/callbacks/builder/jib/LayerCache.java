package io.callbacks.builder.jib;

import io.callbacks.blob.TreeFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A directory of what is made anew whenever it is missing. It is emptied when it has grown too
 * large, while nobody uses it. Thread-safe.
 */
final class LayerCache {
    private static final Logger log = LoggerFactory.getLogger(LayerCache.class);

    private final Path directory;
    private final long largest;
    private final ReentrantReadWriteLock use = new ReentrantReadWriteLock();

    /**
     * @param largest bytes
     */
    LayerCache(Path directory, long largest) {
        this.directory = directory;
        this.largest = largest;
    }

    /** Something that is done with it. */
    interface Action<T> {
        T in(Path directory) throws Exception;
    }

    <T> T use(Action<T> action) throws Exception {
        emptyIfTooLarge();
        use.readLock().lock();
        try {
            Files.createDirectories(directory);
            return action.in(directory);
        } finally {
            use.readLock().unlock();
        }
    }

    private void emptyIfTooLarge() throws IOException {
        if (!use.writeLock().tryLock()) {
            return; // the next one will
        }
        try {
            var size = size();
            if (size > largest) {
                log.info("Cache of image layers is emptied: bytes={}", size);
                TreeFiles.delete(directory);
            }
        } finally {
            use.writeLock().unlock();
        }
    }

    private long size() throws IOException {
        if (!Files.isDirectory(directory)) {
            return 0;
        }
        try (var files = Files.walk(directory)) {
            return files.mapToLong(file -> file.toFile().length()).sum();
        }
    }
}
