package io.callbacks.invoker.event;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.callbacks.cloudevent.CloudEvent;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** What tells an event from every other: half a SHA-256 of its source and its id. */
record EventId(long high, long low) {
    private static final int BYTES = 2 * Long.BYTES;

    static EventId of(CloudEvent event) {
        var digest = sha256();
        digest.update(event.source().getBytes(UTF_8));
        digest.update((byte) 0);
        var hash = ByteBuffer.wrap(digest.digest(event.id().getBytes(UTF_8)));
        return new EventId(hash.getLong(), hash.getLong());
    }

    /** The same as it is noted. */
    byte[] bytes() {
        return ByteBuffer.allocate(BYTES).putLong(high).putLong(low).array();
    }

    /** Reads what {@link #bytes} gives. */
    static EventId of(byte[] bytes) {
        var both = ByteBuffer.wrap(bytes);
        return new EventId(both.getLong(), both.getLong());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JVM has SHA-256", e);
        }
    }
}
