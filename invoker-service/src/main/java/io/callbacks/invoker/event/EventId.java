package io.callbacks.invoker.event;

import io.callbacks.cloudevent.CloudEvent;
import java.nio.ByteBuffer;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * What tells an event from every other: half a SHA-256 of its source and its id. What is no event
 * goes by its place.
 */
record EventId(long high, long low) {
    private static final int BYTES = 2 * Long.BYTES;

    static EventId of(CloudEvent event) {
        var hash = ByteBuffer.wrap(event.identity());
        return new EventId(hash.getLong(), hash.getLong());
    }

    /** Of a record that is no event; no hash looks like it. */
    static EventId at(ConsumerRecord<?, ?> delivered) {
        return new EventId(delivered.partition(), delivered.offset());
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
}
