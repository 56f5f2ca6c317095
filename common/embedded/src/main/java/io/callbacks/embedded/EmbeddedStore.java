package io.callbacks.embedded;

import de.bwaldvogel.mongo.MongoServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.MVStoreException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A store in this JVM that speaks MongoDB's protocol and keeps everything in one file. A write that
 * was answered is on the disk. No transactions, sessions or change streams, and no index but {@code
 * _id} and unique ones makes anything faster.
 */
public final class EmbeddedStore implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(EmbeddedStore.class);
    private static final String LOOPBACK = "127.0.0.1";
    private static final int CACHE_MEGABYTES = 16;
    private static final int OLD_CHUNKS_KEPT_MILLIS = 5_000;
    private static final int COMPACTED_EVERY_SECONDS = 2;

    private final DurableBackend backend;
    private final MongoServer server;
    private final ScheduledExecutorService compaction;

    private EmbeddedStore(
            DurableBackend backend, MongoServer server, ScheduledExecutorService compaction) {
        this.backend = backend;
        this.server = server;
        this.compaction = compaction;
    }

    /** Starts a store on a free port; for tests. */
    public static EmbeddedStore start(Path directory) {
        return start(directory, 0);
    }

    /**
     * Starts a store on the loopback interface.
     *
     * @see #start(Path, InetSocketAddress)
     */
    public static EmbeddedStore start(Path directory, int port) {
        return start(directory, new InetSocketAddress(LOOPBACK, port));
    }

    /**
     * Starts a store and returns when it takes requests.
     *
     * @param directory where its file is or will be
     * @param address where clients connect; port 0: any free one
     * @throws IllegalStateException if it cannot be started, for instance because its file is open
     *     in another process
     */
    public static EmbeddedStore start(Path directory, InetSocketAddress address) {
        var backend = new DurableBackend(open(directory.resolve("store.mv")));
        var server = new MongoServer(backend);
        try {
            server.bind(address);
        } catch (RuntimeException e) {
            server.shutdownNow();
            backend.close();
            throw new IllegalStateException("cannot start the store: " + e.getMessage(), e);
        }
        return new EmbeddedStore(backend, server, compaction(backend));
    }

    /** Where clients connect, without the name of a database. */
    public String uri() {
        var address = server.getLocalAddress();
        return "mongodb://%s:%d".formatted(address.getHostString(), address.getPort());
    }

    @Override
    public String toString() {
        return uri();
    }

    /** Stops it. Nothing that was answered is lost, whether or not it is closed. */
    @Override
    public void close() {
        compaction.shutdown();
        server.shutdownNow();
        backend.close();
    }

    private static MVStore open(Path file) {
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            var store =
                    new MVStore.Builder()
                            .fileName(file.toString())
                            .cacheSize(CACHE_MEGABYTES)
                            .autoCommitDisabled()
                            .open();
            store.setVersionsToKeep(0);
            store.setRetentionTime(OLD_CHUNKS_KEPT_MILLIS);
            return store;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write to " + file, e);
        } catch (MVStoreException e) {
            throw new IllegalStateException("cannot open " + file + ": " + e.getMessage(), e);
        }
    }

    private static ScheduledExecutorService compaction(DurableBackend backend) {
        var compaction =
                Executors.newSingleThreadScheduledExecutor(
                        Thread.ofPlatform().name("store-compaction").daemon().factory());
        compaction.scheduleWithFixedDelay(
                () -> compact(backend),
                COMPACTED_EVERY_SECONDS,
                COMPACTED_EVERY_SECONDS,
                TimeUnit.SECONDS);
        return compaction;
    }

    private static void compact(DurableBackend backend) {
        try {
            backend.compact();
        } catch (MVStoreException e) { // thrown on, it would end all later compactions
            log.warn("Could not compact the store; it is tried again", e);
        }
    }
}
