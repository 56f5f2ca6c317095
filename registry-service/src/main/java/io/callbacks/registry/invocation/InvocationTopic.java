package io.callbacks.registry.invocation;

import io.callbacks.registry.invocation.InvocationException.EventsUnavailable;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Publishes calls, and orders about calls. */
final class InvocationTopic implements AutoCloseable {
    private final Producer<byte[], byte[]> producer;

    /**
     * @param kafka connection settings of producers
     */
    InvocationTopic(Map<String, Object> kafka) {
        var settings = new HashMap<>(kafka);
        settings.put(ProducerConfig.CLIENT_ID_CONFIG, "registry-invocations");
        settings.put(ProducerConfig.ACKS_CONFIG, "all");
        settings.put(ProducerConfig.LINGER_MS_CONFIG, 0);
        settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 5_000);
        settings.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 5_000);
        settings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 10_000);
        producer =
                new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
    }

    /** What Kafka does not take, whatever the time. */
    static final class TooLargeException extends Exception {
        TooLargeException(Throwable cause) {
            super("too large for Kafka", cause);
        }
    }

    /**
     * Publishes a record; blocks until Kafka has it.
     *
     * @throws EventsUnavailable if Kafka does not say so in time; it may have it all the same
     */
    RecordId publish(ProducerRecord<byte[], byte[]> record) throws TooLargeException {
        try {
            var sent = producer.send(record).get();
            return new RecordId(sent.partition(), sent.offset());
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RecordTooLargeException tooLarge) {
                throw new TooLargeException(tooLarge);
            }
            throw new EventsUnavailable("publish", e);
        } catch (KafkaException e) {
            throw new EventsUnavailable("publish", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while publishing", e);
        }
    }

    @Override
    public void close() {
        producer.close();
    }
}
