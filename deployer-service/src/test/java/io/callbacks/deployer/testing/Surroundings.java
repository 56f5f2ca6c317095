package io.callbacks.deployer.testing;

import io.callbacks.blob.DirectoryBlobStore;
import io.callbacks.deployer.DeployerApplication;
import io.callbacks.embedded.EmbeddedBroker;
import io.callbacks.embedded.EmbeddedStore;
import io.callbacks.event.Event;
import io.callbacks.event.EventCodec;
import io.callbacks.event.Topics;
import io.callbacks.seal.SealKeys;
import io.callbacks.seal.Sealer;
import io.callbacks.service.outbox.TransactionalProducers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.springframework.context.ConfigurableApplicationContext;

/** Broker, store and data directory; deployers are started in it. */
public final class Surroundings implements AutoCloseable {
    private final Path data;
    private final EmbeddedBroker broker;
    private final EmbeddedStore store;
    private final DirectoryBlobStore blobs;
    private final Sealer sealer;
    private final KafkaProducer<String, byte[]> producer;
    private final Heard heard;

    public Surroundings(Path directory) {
        data = directory.resolve("data");
        broker = EmbeddedBroker.start(directory.resolve("kafka"));
        store = EmbeddedStore.start(directory.resolve("store"));
        blobs = new DirectoryBlobStore(data.resolve("blobs"));
        sealer = Sealer.of(SealKeys.in(data.resolve("keys")).publicKeyset());
        makeTopics();
        producer =
                new KafkaProducer<>(
                        Map.of("bootstrap.servers", broker.address(), "linger.ms", 0),
                        new StringSerializer(),
                        new ByteArraySerializer());
        heard = new Heard(broker.address());
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

    /** A deployer in this JVM. */
    public ConfigurableApplicationContext deployer(String replica, String... more) {
        return DeployerApplication.application().run(arguments(replica, more));
    }

    /** What a deployer must be told to live here. */
    public String[] arguments(String replica, String... more) {
        var all = new ArrayList<>(List.of(more));
        if (all.stream().noneMatch(argument -> argument.startsWith("--callbacks.docker.host="))) {
            all.add("--callbacks.docker.host=unix://" + data.resolve("no-docker.sock"));
        }
        if (all.stream().noneMatch(argument -> argument.startsWith("--callbacks.kubernetes."))) {
            all.add("--callbacks.kubernetes.kubeconfig=" + data.resolve("no-kubeconfig"));
        }
        all.addAll(
                List.of(
                        "--callbacks.replica=" + replica,
                        "--callbacks.data=" + data,
                        "--callbacks.kafka=" + broker.address(),
                        "--callbacks.mongo=" + store.uri(),
                        "--server.port=0"));
        return all.toArray(String[]::new);
    }

    public void publish(Event event) {
        try {
            producer.send(TransactionalProducers.record(EventCodec.encode(event, Instant.now())))
                    .get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("not published", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Stores a tree of one file, as the builder would. */
    io.callbacks.blob.BlobStore.Tree tree(String name, String content) {
        try {
            var directory = Files.createTempDirectory(data, "layer-");
            Files.writeString(directory.resolve(name), content);
            return blobs.putTree(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Sealer sealer() {
        return sealer;
    }

    /** The id of the installation, once a deployer needed one. */
    public String installation() {
        try {
            return Files.readString(data.resolve("installation")).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public Path data() {
        return data;
    }

    public String kafka() {
        return broker.address();
    }

    public String store() {
        return store.uri();
    }

    public Heard heard() {
        return heard;
    }

    /** What runs of this deployer's instances, whoever its parent is. */
    public Processes processes() {
        return new Processes(data.resolve("deployer/instances"));
    }

    @Override
    public void close() {
        producer.close();
        heard.close();
        broker.close();
        store.close();
    }
}
