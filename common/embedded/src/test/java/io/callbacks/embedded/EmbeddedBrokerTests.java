package io.callbacks.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedBrokerTests {
    private static final TopicPartition PARTITION = new TopicPartition("facts", 0);

    @TempDir Path directory;

    @Test
    void keepsTopicsAndCommittedRecordsOverARestart() throws Exception {
        try (var broker = EmbeddedBroker.start(directory)) {
            createTopic(broker);
            publish(broker, List.of("one", "two"));
        }
        try (var broker = EmbeddedBroker.start(directory)) {
            publish(broker, List.of("three"));
            assertThat(committed(broker)).containsExactly("one", "two", "three");
        }
    }

    @Test
    void hidesWhatWasNotCommitted() throws Exception {
        try (var broker = EmbeddedBroker.start(directory)) {
            createTopic(broker);
            publish(broker, List.of("one"));
            try (var producer = producer(broker)) {
                producer.beginTransaction();
                producer.send(new ProducerRecord<>(PARTITION.topic(), "never"));
                producer.abortTransaction();
            }
            publish(broker, List.of("two"));
            assertThat(committed(broker)).containsExactly("one", "two");
        }
    }

    @Test
    void saysWhenItsPortIsTaken() throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var settings = new BrokerSettings(directory, taken.getLocalPort(), FreePorts.one());
            assertThatThrownBy(() -> EmbeddedBroker.start(settings))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("cannot start the broker");
        }
    }

    private static void createTopic(EmbeddedBroker broker) throws Exception {
        try (var admin = Admin.create(Map.of("bootstrap.servers", broker.address()))) {
            var topic = new NewTopic(PARTITION.topic(), 1, (short) 1);
            admin.createTopics(List.of(topic)).all().get();
        }
    }

    private static KafkaProducer<String, String> producer(EmbeddedBroker broker) {
        var producer =
                new KafkaProducer<>(
                        Map.of("bootstrap.servers", broker.address(), "transactional.id", "test"),
                        new StringSerializer(),
                        new StringSerializer());
        producer.initTransactions();
        return producer;
    }

    private static void publish(EmbeddedBroker broker, List<String> values) {
        try (var producer = producer(broker)) {
            producer.beginTransaction();
            values.forEach(value -> producer.send(new ProducerRecord<>(PARTITION.topic(), value)));
            producer.commitTransaction();
        }
    }

    private static List<String> committed(EmbeddedBroker broker) {
        Map<String, Object> settings =
                Map.of("bootstrap.servers", broker.address(), "isolation.level", "read_committed");
        try (var consumer =
                new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
            consumer.assign(List.of(PARTITION));
            consumer.seekToBeginning(List.of(PARTITION));
            var end = consumer.endOffsets(List.of(PARTITION)).getOrDefault(PARTITION, 0L);
            var values = new ArrayList<String>();
            while (consumer.position(PARTITION) < end) {
                consumer.poll(Duration.ofSeconds(1)).forEach(record -> values.add(record.value()));
            }
            return values;
        }
    }
}
