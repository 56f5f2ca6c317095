package io.callbacks.invoker.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.callbacks.event.Event;
import io.callbacks.event.EventCodec;
import io.callbacks.event.Route;
import io.callbacks.event.Topics;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Publishes as the registry and the deployer do: in transactions. */
public final class Publisher implements AutoCloseable {
    private final String servers;
    private final KafkaProducer<String, byte[]> producer;

    public Publisher(String servers) {
        this.servers = servers;
        producer =
                new KafkaProducer<>(
                        Map.of(
                                "bootstrap.servers",
                                servers,
                                "transactional.id",
                                "invoker-tests",
                                "linger.ms",
                                0),
                        new StringSerializer(),
                        new ByteArraySerializer());
        producer.initTransactions();
    }

    public void createTopics() throws ExecutionException, InterruptedException {
        try (var admin = Admin.create(Map.of("bootstrap.servers", servers))) {
            var topics =
                    List.of(Topics.CALLBACK, Topics.ROUTE).stream()
                            .map(name -> new NewTopic(name, Topics.PARTITIONS, (short) 1))
                            .toList();
            admin.createTopics(topics).all().get();
        }
    }

    public void publish(Event event) {
        var encoded = EventCodec.encode(event, Instant.now());
        var record = new ProducerRecord<>(encoded.topic(), encoded.key(), encoded.value());
        encoded.headers()
                .forEach((name, value) -> record.headers().add(name, value.getBytes(UTF_8)));
        commit(record);
    }

    public void publish(long id, Route route) {
        commit(new ProducerRecord<>(Topics.ROUTE, Long.toString(id), EventCodec.encode(route)));
    }

    public void tombstone(long id) {
        commit(new ProducerRecord<>(Topics.ROUTE, Long.toString(id), null));
    }

    /** Sends it and takes it back. */
    public void abort(Event event) {
        var encoded = EventCodec.encode(event, Instant.now());
        producer.beginTransaction();
        producer.send(new ProducerRecord<>(encoded.topic(), encoded.key(), encoded.value()));
        producer.flush();
        producer.abortTransaction();
    }

    @Override
    public void close() {
        producer.close();
    }

    private void commit(ProducerRecord<String, byte[]> record) {
        producer.beginTransaction();
        producer.send(record);
        producer.commitTransaction();
    }
}
