package io.callbacks.registry.invocation;

import io.callbacks.blob.DirectoryBlobStore;
import io.callbacks.blob.MissingBlobException;
import java.time.Instant;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** What records hold, be it beside them: a large body is in a store, and the record names it. */
final class Bodies {
    private static final byte[] NOTHING = {};
    private static final Pattern DIGEST = Pattern.compile("sha256:[0-9a-f]{64}");

    private final DirectoryBlobStore store;

    Bodies(DirectoryBlobStore store) {
        this.store = store;
    }

    /** The body of a record; empty if it is not kept any more. */
    Optional<byte[]> of(ConsumerRecord<byte[], byte[]> record) {
        var stored = reference(record);
        if (stored.isEmpty()) {
            return Optional.of(record.value() == null ? NOTHING : record.value());
        }
        try {
            return Optional.of(store.get(stored.get()));
        } catch (MissingBlobException e) {
            return Optional.empty();
        }
    }

    /**
     * Has a body kept as long as if it had just been stored.
     *
     * @return whether it is there
     */
    boolean keep(ConsumerRecord<byte[], byte[]> record) {
        return reference(record).isEmpty() || of(record).map(store::put).isPresent();
    }

    /** Others use this attribute too, for what is none of ours. */
    private static Optional<String> reference(ConsumerRecord<byte[], byte[]> record) {
        return record.value() == null || record.value().length == 0
                ? RecordHeaders.text(record, "ce_dataref").filter(r -> DIGEST.matcher(r).matches())
                : Optional.empty();
    }

    /** Removes those that were stored before. */
    int forget(Instant before) {
        return store.forget(before);
    }
}
