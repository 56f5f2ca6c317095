package io.callbacks.builder.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.callbacks.blob.DirectoryBlobStore;
import io.callbacks.builder.BuilderApplication;
import io.callbacks.embedded.EmbeddedBroker;
import io.callbacks.embedded.EmbeddedStore;
import io.callbacks.event.BuildEvent;
import io.callbacks.event.CallbackSnapshot;
import io.callbacks.event.EventCodec;
import io.callbacks.event.Source;
import io.callbacks.event.Topics;
import io.callbacks.service.outbox.TransactionalProducers;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ConfigurableApplicationContext;

/** Broker, store and data directory; builders are started in it. */
public final class Surroundings implements AutoCloseable {
    private final Path data;
    private final EmbeddedBroker broker;
    private final EmbeddedStore store;
    private final DirectoryBlobStore blobs;
    private final KafkaProducer<String, byte[]> producer;
    private final List<BuildEvent> heard = new CopyOnWriteArrayList<>();
    private final Thread listener;
    private volatile boolean running = true;

    public Surroundings(Path directory) {
        data = directory.resolve("data");
        broker = EmbeddedBroker.start(directory.resolve("kafka"));
        store = EmbeddedStore.start(directory.resolve("store"));
        blobs = new DirectoryBlobStore(data.resolve("blobs"));
        makeTopics();
        producer =
                new KafkaProducer<>(
                        Map.of("bootstrap.servers", broker.address(), "linger.ms", 0),
                        new StringSerializer(),
                        new ByteArraySerializer());
        listener = Thread.ofPlatform().name("heard").start(this::listen);
    }

    private void makeTopics() {
        try (var admin = Admin.create(Map.of("bootstrap.servers", broker.address()))) {
            admin.createTopics(
                            Topics.ALL.stream()
                                    .map(name -> new NewTopic(name, Topics.PARTITIONS, (short) 1))
                                    .toList())
                    .all()
                    .get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("no topics", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private void listen() {
        var settings =
                Map.<String, Object>of(
                        "bootstrap.servers", broker.address(),
                        "isolation.level", "read_committed",
                        "auto.offset.reset", "earliest");
        try (var consumer =
                new KafkaConsumer<>(
                        settings, new StringDeserializer(), new ByteArrayDeserializer())) {
            consumer.assign(
                    consumer.partitionsFor(Topics.BUILD).stream()
                            .map(p -> new TopicPartition(p.topic(), p.partition()))
                            .toList());
            while (running) {
                consumer.poll(Duration.ofMillis(200)).forEach(r -> heard.add(event(r)));
            }
        }
    }

    private static BuildEvent event(ConsumerRecord<String, byte[]> record) {
        var type = new String(record.headers().lastHeader("ce_type").value(), UTF_8);
        return (BuildEvent) EventCodec.decode(type, record.value());
    }

    /** A builder in this JVM. */
    public ConfigurableApplicationContext builder(String replica, String... more) {
        var all = new String[more.length + 5];
        System.arraycopy(more, 0, all, 5, more.length);
        all[0] = "--callbacks.replica=" + replica;
        all[1] = "--callbacks.data=" + data;
        all[2] = "--callbacks.kafka=" + broker.address();
        all[3] = "--callbacks.mongo=" + store.uri();
        all[4] = "--server.port=0";
        return BuilderApplication.application().run(all);
    }

    /** A revision whose code is in the blob store. */
    public Source source(int revision, String type, String code, @Nullable String library) {
        return new Source(revision, type, blobs.put(code.getBytes(UTF_8)), library);
    }

    public void publish(CallbackSnapshot snapshot) {
        var event = EventCodec.encode(Snapshots.changed(snapshot), Instant.now());
        try {
            producer.send(TransactionalProducers.record(event)).get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("not published", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** What builders told of a kind, in order. */
    public <T extends BuildEvent> List<T> heard(Class<T> kind, long callbackId) {
        return heard.stream()
                .filter(kind::isInstance)
                .map(kind::cast)
                .filter(event -> event.build().callbackId() == callbackId)
                .toList();
    }

    public Path data() {
        return data;
    }

    @Override
    public void close() {
        running = false;
        try {
            listener.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        producer.close();
        broker.close();
        store.close();
    }
}
