package io.callbacks.invoker.report;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.callbacks.event.Event;
import io.callbacks.event.EventCodec;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends what was seen to Kafka, made when there is something to send. What gets lost is old soon.
 */
public final class Reports implements Consumer<Event>, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Reports.class);

    private final String servers;
    private final Clock clock;
    private @Nullable KafkaProducer<String, byte[]> producer;

    Reports(String servers, Clock clock) {
        this.servers = servers;
        this.clock = clock;
    }

    @Override
    public synchronized void accept(Event seen) {
        var event = EventCodec.encode(seen, clock.instant());
        var record = new ProducerRecord<>(event.topic(), event.key(), event.value());
        event.headers().forEach((name, value) -> record.headers().add(name, value.getBytes(UTF_8)));
        try {
            open().send(record, (_, error) -> lost(error));
        } catch (KafkaException e) {
            lost(e);
        }
    }

    private static void lost(@Nullable Exception error) {
        if (error != null) {
            log.debug("Not told: reason={}", error.toString());
        }
    }

    private KafkaProducer<String, byte[]> open() {
        if (producer == null) {
            producer =
                    new KafkaProducer<>(
                            settings(), new StringSerializer(), new ByteArraySerializer());
        }
        return producer;
    }

    private Map<String, Object> settings() {
        return Map.of(
                "bootstrap.servers",
                servers,
                "client.id",
                "invoker-reports",
                "acks",
                "1",
                "enable.idempotence",
                false,
                "max.block.ms",
                1_000,
                "request.timeout.ms",
                2_000,
                "delivery.timeout.ms",
                3_000,
                "linger.ms",
                5,
                "buffer.memory",
                1 << 20,
                "reconnect.backoff.max.ms",
                2_000);
    }

    @Override
    public synchronized void close() {
        if (producer != null) {
            producer.close(Duration.ofSeconds(1));
            producer = null;
        }
    }
}
