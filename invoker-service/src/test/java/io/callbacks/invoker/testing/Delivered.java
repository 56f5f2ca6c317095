package io.callbacks.invoker.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.jspecify.annotations.Nullable;

/** Makes a record as it is read: without key and value, sent at {@link #AT}. */
public final class Delivered {
    public static final Instant AT = Instant.parse("2026-01-02T03:04:05.123Z");

    private final String topic;
    private final int partition;
    private final long offset;
    private final Headers headers = new RecordHeaders();
    private byte @Nullable [] key;
    private byte @Nullable [] value;

    private Delivered(String topic, int partition, long offset) {
        this.topic = topic;
        this.partition = partition;
        this.offset = offset;
    }

    public static Delivered at(String topic, int partition, long offset) {
        return new Delivered(topic, partition, offset);
    }

    /** A record that was sent, as it arrives. */
    public static ConsumerRecord<byte[], byte[]> of(
            ProducerRecord<byte[], byte[]> sent, int partition, long offset) {
        var delivered = at(sent.topic(), partition, offset).key(sent.key()).value(sent.value());
        sent.headers().forEach(delivered.headers::add);
        return delivered.record();
    }

    public Delivered key(@Nullable String text) {
        return key(text == null ? null : text.getBytes(UTF_8));
    }

    public Delivered key(byte @Nullable [] bytes) {
        key = bytes;
        return this;
    }

    public Delivered value(String text) {
        return value(text.getBytes(UTF_8));
    }

    public Delivered value(byte @Nullable [] bytes) {
        value = bytes;
        return this;
    }

    public Delivered header(String name, String text) {
        return header(name, text.getBytes(UTF_8));
    }

    public Delivered header(String name, byte @Nullable [] bytes) {
        headers.add(name, bytes);
        return this;
    }

    public ConsumerRecord<byte[], byte[]> record() {
        return new ConsumerRecord<>(
                topic,
                partition,
                offset,
                AT.toEpochMilli(),
                TimestampType.CREATE_TIME,
                key == null ? -1 : key.length,
                value == null ? -1 : value.length,
                key,
                value,
                headers,
                Optional.empty());
    }

    /** Headers as text; the last one of each name. */
    public static Map<String, String> texts(Headers headers) {
        var texts = new LinkedHashMap<String, String>();
        headers.forEach(header -> texts.put(header.key(), new String(header.value(), UTF_8)));
        return texts;
    }
}
