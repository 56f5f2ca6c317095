package io.callbacks.invoker.event;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/** A record that is being made. */
public final class NewRecord {
    private final ProducerRecord<byte[], byte[]> made;

    /**
     * @param partition null: the key decides, or chance
     */
    @SuppressWarnings("NullAway") // Kafka takes records without key or value
    public NewRecord(
            String topic,
            @Nullable Integer partition,
            byte @Nullable [] key,
            byte @Nullable [] value) {
        made = new ProducerRecord<>(topic, partition, key, value);
    }

    /** Adds a header. */
    public NewRecord add(String name, String value) {
        return add(name, value.getBytes(UTF_8));
    }

    /** Adds a header. */
    public NewRecord add(String name, byte[] value) {
        made.headers().add(name, value);
        return this;
    }

    /** The record. */
    public ProducerRecord<byte[], byte[]> done() {
        return made;
    }
}
