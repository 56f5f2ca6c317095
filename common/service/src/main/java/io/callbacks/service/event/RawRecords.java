package io.callbacks.service.event;

import static java.util.Objects.requireNonNull;

import java.lang.reflect.Type;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;
import org.springframework.kafka.support.KafkaHeaders;
import org.springframework.kafka.support.converter.RecordMessageConverter;
import org.springframework.messaging.Message;
import org.springframework.messaging.support.MessageBuilder;

/**
 * Hands records over as they stand, to a binding that names this as its {@code
 * converter-bean-name}. Whatever else reads a record reads its headers too, and may take offence at
 * what others wrote there for as long as it is tried again.
 */
public final class RawRecords implements RecordMessageConverter {
    private static final byte[] NOTHING = {};

    /** A consumer function for the records. */
    @SuppressWarnings("unchecked")
    public static Consumer<Message<byte[]>> consumer(
            Consumer<ConsumerRecord<byte[], byte[]>> records) {
        return message ->
                records.accept(
                        (ConsumerRecord<byte[], byte[]>)
                                requireNonNull(message.getHeaders().get(KafkaHeaders.RAW_DATA)));
    }

    /** The headers of a record, the last of each name that has a value. */
    public static Map<String, byte[]> headers(ConsumerRecord<?, ?> record) {
        var headers = new HashMap<String, byte[]>();
        for (var header : record.headers()) {
            if (header.value() != null) {
                headers.put(header.key(), header.value());
            }
        }
        return headers;
    }

    @Override
    public Message<?> toMessage(
            ConsumerRecord<?, ?> event,
            @Nullable Object acknowledgment,
            @Nullable Object consumer,
            @Nullable Type payloadType) {
        return MessageBuilder.withPayload(NOTHING).setHeader(KafkaHeaders.RAW_DATA, event).build();
    }

    @Override
    public ProducerRecord<?, ?> fromMessage(Message<?> message, @Nullable String defaultTopic) {
        throw new UnsupportedOperationException("nothing is sent this way");
    }
}
