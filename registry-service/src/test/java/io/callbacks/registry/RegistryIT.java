package io.callbacks.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.mongodb.client.MongoClients;
import io.callbacks.event.BuildEvent.BuildKey;
import io.callbacks.event.BuildEvent.BuildStarted;
import io.callbacks.event.DeploymentObserved;
import io.callbacks.event.Event;
import io.callbacks.event.EventCodec;
import io.callbacks.event.Topics;
import io.callbacks.registry.testing.Caller;
import io.callbacks.registry.testing.Registry;
import io.callbacks.service.outbox.TransactionalProducers;
import io.callbacks.testing.JavaProcess;
import io.callbacks.testing.kafka.Group;
import io.callbacks.testing.kafka.KafkaNode;
import io.callbacks.testing.kafka.OnKafka;
import io.callbacks.testing.kafka.Topic;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.bson.Document;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExtendWith;

/** The registry and copies of it, on a broker that is a process of its own. */
@TestInstance(Lifecycle.PER_CLASS)
@ExtendWith(OnKafka.class)
class RegistryIT {
    private static final Duration SOON = Duration.ofMinutes(2);
    private static final String DEAD_SOON =
            "--spring.kafka.consumer.properties.session.timeout.ms=6000";
    private static final List<String> HEARD =
            List.of(Topics.BUILD, Topics.DEPLOYMENT, Topics.TARGET);
    private static final int OBSERVED = 24;

    private KafkaNode kafka;
    private Registry registry;
    private Caller caller;
    private Producer<String, byte[]> producer;

    @BeforeAll
    void start(KafkaNode node) {
        kafka = node;
        registry = Registry.on(kafka.address());
        caller = new Caller(registry::uri);
        producer =
                new KafkaProducer<>(
                        Map.of("bootstrap.servers", kafka.address(), "linger.ms", 0),
                        new StringSerializer(),
                        new ByteArraySerializer());
    }

    @AfterAll
    void stop() {
        producer.close();
        registry.close();
    }

    @Test
    void publishesWhatItAcknowledgedWhileKafkaWasAway() throws Exception {
        kafka.kill();
        var id = caller.create("");
        kafka.startAgain();
        until(() -> isPublished(id));
        send(new BuildStarted(new BuildKey(id, uid(id), 1, "process", 1))).get();
        until(() -> caller.get("/callbacks/" + id).text("/status").equals("building"));
    }

    @Test
    void takesEverythingInOnceWhileCopiesJoinLeaveAndDie() throws Exception {
        var group = new Group(kafka.address(), "registry");
        until(() -> group.isStableWith(1));
        observe(1, 20);
        try (var dying = JavaProcess.start(RegistryApplication.class, copy("dying"));
                var leaving = registry.run("leaving", DEAD_SOON)) {
            observe(21, 40);
            until(() -> group.isStableWith(3));
            observe(41, 200);
            until(() -> observed(60) == OBSERVED);
            dying.kill(); // in the middle of a batch, which others are handed again
            observe(201, 220);
            leaving.close();
            observe(221, 240);
        }
        until(() -> observed(240) == OBSERVED);
        assertThat(changed(240)).isEqualTo(OBSERVED);
    }

    @Test
    void movesPoisonAwayFromEveryTopicItHears() throws Exception {
        for (var topic : HEARD) {
            producer.send(new ProducerRecord<>(topic, "1", "poison".getBytes(UTF_8))).get();
        }
        var id = caller.create("");
        send(new BuildStarted(new BuildKey(id, uid(id), 1, "process", 1))).get();
        until(() -> caller.get("/callbacks/" + id).text("/status").equals("building"));
        for (var topic : HEARD) {
            until(() -> hasReason(topic));
        }
    }

    private boolean hasReason(String topic) {
        return new Topic(kafka.address(), Topics.deadLetter(topic))
                .records().stream()
                        .anyMatch(r -> r.headers().lastHeader("callbacks-dlt-reason") != null);
    }

    private String[] copy(String replica) {
        return registry.arguments(replica, DEAD_SOON);
    }

    private boolean isPublished(long id) {
        return new Topic(kafka.address(), Topics.CALLBACK)
                .records().stream().anyMatch(r -> r.key().equals(Long.toString(id)));
    }

    private String uid(long id) {
        return caller.get("/callbacks/" + id).text("/uid");
    }

    private Future<?> send(Event event) {
        return producer.send(
                TransactionalProducers.record(EventCodec.encode(event, Instant.EPOCH)));
    }

    // --- callbacks of which only is known what the deployer tells

    private void observe(long from, long to) {
        for (var observation = from; observation <= to; observation++) {
            for (var id = 1; id <= OBSERVED; id++) {
                send(observed(1_000_000 + id, observation));
            }
        }
        producer.flush();
    }

    private static DeploymentObserved observed(long id, long observation) {
        return new DeploymentObserved(
                DeploymentObserved.Change.DEPLOYMENT_REMOVED,
                id,
                "observed-" + id,
                observation,
                null,
                null);
    }

    /** Of how many callbacks this observation was taken in. */
    private long observed(long observation) {
        return count(new Document("observation", new Document("$gte", observation)));
    }

    /** How many callbacks were changed so many times by what was told. */
    private long changed(long times) {
        return count(new Document("change", times));
    }

    private long count(Document filter) {
        try (var client = MongoClients.create(registry.mongo())) {
            return client.getDatabase("registry")
                    .getCollection("seen")
                    .countDocuments(filter.append("_id", new Document("$gt", 1_000_000L)));
        }
    }

    private static void until(Callable<Boolean> condition) {
        await().atMost(SOON).until(condition);
    }
}
