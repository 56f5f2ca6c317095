package io.callbacks.service.outbox;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.callbacks.event.EventRecord;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Producers whose transactional id fences every earlier one of the same id. */
public final class TransactionalProducers {
    private TransactionalProducers() {}

    /**
     * Opens a producer and fences the earlier ones; blocks until Kafka has done so.
     *
     * @param kafka connection settings
     */
    public static Producer<String, byte[]> open(Map<String, Object> kafka, String transactionalId) {
        return open(kafka, transactionalId, new StringSerializer());
    }

    /** The same, for keys of some type. */
    static <K> Producer<K, byte[]> open(
            Map<String, Object> kafka, String transactionalId, Serializer<K> keys) {
        var settings = new HashMap<>(kafka);
        settings.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, transactionalId);
        settings.put(ProducerConfig.CLIENT_ID_CONFIG, transactionalId);
        settings.put(ProducerConfig.LINGER_MS_CONFIG, 0);
        // the first after which one that begins while the one before is ending is tried again
        settings.put(ProducerConfig.RETRY_BACKOFF_MS_CONFIG, 5);
        settings.put(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, 15_000);
        settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 15_000);
        settings.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 10_000);
        settings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 15_000);
        var producer = new KafkaProducer<>(settings, keys, new ByteArraySerializer());
        try {
            producer.initTransactions();
            return producer;
        } catch (RuntimeException e) {
            producer.close();
            throw e;
        }
    }

    /** The record as Kafka wants it. */
    public static ProducerRecord<String, byte[]> record(EventRecord event) {
        return with(
                event.headers(), new ProducerRecord<>(event.topic(), event.key(), event.value()));
    }

    /** The record with its key in bytes. */
    static ProducerRecord<byte[], byte[]> inBytes(EventRecord event) {
        return with(
                event.headers(),
                new ProducerRecord<>(event.topic(), event.key().getBytes(UTF_8), event.value()));
    }

    private static <K> ProducerRecord<K, byte[]> with(
            Map<String, String> headers, ProducerRecord<K, byte[]> record) {
        headers.forEach((name, value) -> record.headers().add(name, value.getBytes(UTF_8)));
        return record;
    }
}
