package io.callbacks.embedded;

import de.bwaldvogel.mongo.backend.h2.H2Backend;
import de.bwaldvogel.mongo.bson.Document;
import io.netty.channel.Channel;
import java.util.Collection;
import java.util.Set;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.h2.mvstore.MVStore;

/**
 * The H2 back end made safe. It runs one write at a time; nobody sees a document while it changes
 * (its replies hold the stored documents themselves and are encoded after they were returned, so
 * they are copied here); and a write is on the disk before it is answered.
 */
final class DurableBackend extends H2Backend {
    private static final int WORTH_COMPACTING_BELOW_PERCENT = 60;
    private static final int COMPACTED_AT_ONCE_BYTES = 8 << 20;
    private static final Set<String> READS =
            Set.of(
                    "aggregate",
                    "buildInfo",
                    "buildinfo",
                    "connectionStatus",
                    "count",
                    "dbStats",
                    "dbstats",
                    "distinct",
                    "endSessions",
                    "find",
                    "getMore",
                    "getParameter",
                    "isMaster",
                    "ismaster",
                    "killCursors",
                    "listCollections",
                    "listDatabases",
                    "listIndexes",
                    "ping",
                    "serverStatus");

    private final ReentrantReadWriteLock documents = new ReentrantReadWriteLock(true);
    private final Lock reading = documents.readLock();
    private final Lock writing = documents.writeLock();
    private final Lock committing = new ReentrantLock(true);

    /** How many writes there were; counted under {@link #writing}. */
    private volatile long written;

    /** How many of them are on the disk; guarded by {@link #committing}. */
    private long committed;

    DurableBackend(MVStore store) {
        super(store);
    }

    @Override
    public Document handleCommand(
            Channel channel, String database, String command, Document query) {
        if (command.equals("hello")) {
            return hello();
        }
        if (READS.contains(command) && !writesResult(query)) {
            return read(channel, database, command, query);
        }
        return write(channel, database, command, query);
    }

    /** Gives back the space of what was overwritten; without it updates make the file grow. */
    void compact() {
        writing.lock();
        try {
            if (!getMvStore().isClosed()) {
                getMvStore().compact(WORTH_COMPACTING_BELOW_PERCENT, COMPACTED_AT_ONCE_BYTES);
            }
        } finally {
            writing.unlock();
        }
    }

    @Override
    public void close() {
        writing.lock();
        try {
            super.close();
        } finally {
            writing.unlock();
        }
    }

    private Document read(Channel channel, String database, String command, Document query) {
        reading.lock();
        try {
            return super.handleCommand(channel, database, command, query).cloneDeeply();
        } finally {
            reading.unlock();
        }
    }

    private Document write(Channel channel, String database, String command, Document query) {
        try {
            return change(channel, database, command, query);
        } finally { // also when it failed: it may have failed half way
            commit(written);
        }
    }

    private Document change(Channel channel, String database, String command, Document query) {
        writing.lock();
        try {
            written++;
            if (command.equals("update")) {
                new IdFilter(resolveDatabase(database)).narrow(query);
            }
            return super.handleCommand(channel, database, command, query).cloneDeeply();
        } finally {
            writing.unlock();
        }
    }

    /**
     * Returns when the first so many writes are on the disk; writes that wait together are
     * committed together.
     */
    private void commit(long writes) {
        committing.lock();
        try {
            if (committed < writes) {
                committed = commitAll();
            }
        } finally {
            committing.unlock();
        }
    }

    private long commitAll() {
        writing.lock();
        try {
            getMvStore().commit();
            getMvStore().sync();
            return written;
        } finally {
            writing.unlock();
        }
    }

    /** An aggregation may end by writing what it found. */
    private static boolean writesResult(Document query) {
        return query.get("pipeline") instanceof Collection<?> stages
                && stages.stream()
                        .anyMatch(
                                stage ->
                                        stage instanceof Document document
                                                && (document.containsKey("$out")
                                                        || document.containsKey("$merge")));
    }

    private static Document hello() {
        return new Document("helloOk", true)
                .append("isWritablePrimary", true)
                .append("maxBsonObjectSize", 16 * 1024 * 1024)
                .append("maxMessageSizeBytes", 48_000_000)
                .append("maxWriteBatchSize", 1000)
                .append("minWireVersion", 0)
                .append("maxWireVersion", 13)
                .append("readOnly", false)
                .append("ok", 1.0);
    }
}
