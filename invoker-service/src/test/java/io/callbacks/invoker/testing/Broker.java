package io.callbacks.invoker.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.callbacks.blob.TreeFiles;
import io.callbacks.embedded.EmbeddedBroker;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** A real broker, with what tests do on it. */
public final class Broker implements AutoCloseable {
    private final Path directory;
    private final EmbeddedBroker broker;
    private final Admin admin;
    private final KafkaProducer<byte[], byte[]> producer;

    private Broker(Path directory) {
        this.directory = directory;
        broker = EmbeddedBroker.start(directory.resolve("kafka"));
        admin = Admin.create(Map.of("bootstrap.servers", servers()));
        producer =
                new KafkaProducer<>(
                        Map.of(
                                "bootstrap.servers",
                                servers(),
                                "linger.ms",
                                0,
                                "enable.idempotence",
                                false,
                                "max.in.flight.requests.per.connection",
                                1),
                        new ByteArraySerializer(),
                        new ByteArraySerializer());
    }

    static Broker start() {
        try {
            return new Broker(Files.createTempDirectory("broker"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public String servers() {
        return broker.address();
    }

    /** A topic that nobody else has. */
    public String newTopic(int partitions) {
        var name = "t-" + UUID.randomUUID();
        create(name, partitions);
        return name;
    }

    /** Makes a topic, unless it is there. */
    public void create(String name, int partitions) {
        try {
            admin.createTopics(List.of(new NewTopic(name, partitions, (short) 1))).all().get();
        } catch (InterruptedException | ExecutionException e) {
            if (!(e.getCause() instanceof TopicExistsException)) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** Sends values in this order, each with its first letter as key. */
    public void send(String topic, String... values) {
        send(
                Stream.of(values)
                        .map(
                                value ->
                                        new ProducerRecord<>(
                                                topic,
                                                value.substring(0, 1).getBytes(UTF_8),
                                                value.getBytes(UTF_8)))
                        .toList());
    }

    public void send(List<ProducerRecord<byte[], byte[]>> records) {
        records.forEach(producer::send);
        producer.flush();
    }

    /** How far a group is in a partition, transactions that are not over left aside. */
    public OptionalLong committed(String group, String topic, int partition) {
        try {
            var all = admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get();
            var one = all.get(new TopicPartition(topic, partition));
            return one == null ? OptionalLong.empty() : OptionalLong.of(one.offset());
        } catch (InterruptedException | ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() throws IOException {
        producer.close();
        admin.close();
        broker.close();
        TreeFiles.delete(directory);
    }
}
