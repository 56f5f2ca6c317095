package io.callbacks.service.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import io.callbacks.embedded.EmbeddedBroker;
import io.callbacks.embedded.EmbeddedStore;
import io.callbacks.event.Topics;
import io.callbacks.service.lease.Lease;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.data.mongodb.core.MongoTemplate;

@TestInstance(Lifecycle.PER_CLASS)
class RelayTests {
    private static final Duration SOON = Duration.ofSeconds(20);

    private EmbeddedStore store;
    private EmbeddedBroker broker;
    private MongoClient client;
    private MongoTemplate template;

    @BeforeAll
    void startInfrastructure(@TempDir Path directory) throws Exception {
        store = EmbeddedStore.start(directory.resolve("store"));
        broker = EmbeddedBroker.start(directory.resolve("kafka"));
        client = MongoClients.create(store.uri());
        template = new MongoTemplate(client, "test");
        try (var admin = Admin.create(kafka())) {
            admin.createTopics(List.of(new NewTopic(Topics.BUILD, 6, (short) 1))).all().get();
        }
    }

    @AfterAll
    void stopInfrastructure() {
        client.close();
        broker.close();
        store.close();
    }

    @Test
    void publishesWhatWaitsInOrderAndRemovesIt() {
        var outbox = new NumberedOutbox();
        outbox.add(100, 101, 102);
        var relay = relay("order", outbox, lease("order", "a", Duration.ofSeconds(5)));
        relay.start();
        await().atMost(SOON).until(outbox::isEmpty);
        outbox.add(103);
        relay.wake("all");
        await().atMost(SOON).until(outbox::isEmpty);
        relay.stop();
        assertThat(published(100, 103)).containsExactly(100, 101, 102, 103);
    }

    @Test
    void leavesPublishingToTheHolderOfTheLease() {
        var held = lease("standby", "a", Duration.ofMinutes(5));
        assertThat(held.hold()).isTrue();
        var outbox = new NumberedOutbox();
        outbox.add(200);
        var relay = relay("standby", outbox, lease("standby", "b", Duration.ofMinutes(5)));
        relay.start();
        await().during(Duration.ofSeconds(2)).atMost(SOON).until(() -> !outbox.isEmpty());
        held.release();
        await().atMost(SOON).until(outbox::isEmpty);
        relay.stop();
        assertThat(published(200, 299)).containsExactly(200);
    }

    @Test
    void publishesNothingWhenRevivedAfterItsLeaseWasTaken() throws Exception {
        var stalled = new StallingOutbox();
        stalled.add(300);
        var shortLived = Duration.ofSeconds(2);
        var first = relay("stall", stalled, lease("stall", "a", shortLived));
        first.start();
        assertThat(stalled.reached.await(20, TimeUnit.SECONDS)).isTrue();
        var outbox = new NumberedOutbox();
        outbox.add(301);
        var second = relay("stall", outbox, lease("stall", "b", shortLived));
        second.start();
        await().atMost(SOON).until(outbox::isEmpty);
        stalled.revive.countDown();
        await().during(Duration.ofSeconds(2)).atMost(SOON).until(() -> !stalled.isEmpty());
        outbox.add(302);
        second.wake("all");
        await().atMost(SOON).until(outbox::isEmpty);
        first.stop();
        second.stop();
        assertThat(published(300, 399)).containsExactly(301, 302);
    }

    /** The holder's clock may stand still as well: then Kafka is what stops it. */
    @Test
    void isFencedByKafkaWhenItStillBelievesToHoldTheLease() {
        var early =
                TransactionalProducers.open(
                        kafka(), "callbacks-fence-relay", new ByteArraySerializer());
        var late =
                TransactionalProducers.open(
                        kafka(), "callbacks-fence-relay", new ByteArraySerializer());
        var outbox = new NumberedOutbox();
        outbox.add(400);
        early.beginTransaction();
        assertThat(sendAndCommit(early, outbox)).isFalse();
        late.beginTransaction();
        assertThat(sendAndCommit(late, outbox)).isTrue();
        early.close(Duration.ZERO);
        late.close();
        assertThat(published(400, 499)).containsExactly(400);
    }

    private static boolean sendAndCommit(Producer<byte[], byte[]> producer, NumberedOutbox outbox) {
        try {
            for (var fact : outbox.render(List.of("all"))) {
                producer.send(fact.record());
            }
            producer.commitTransaction();
            return true;
        } catch (ProducerFencedException | InvalidProducerEpochException e) {
            return false;
        }
    }

    private Relay<String> relay(String name, Outbox<String> outbox, Lease lease) {
        return new Relay<>(name, outbox, lease, kafka());
    }

    private Lease lease(String name, String owner, Duration ttl) {
        return new Lease(template, name, owner, ttl);
    }

    private Map<String, Object> kafka() {
        return Map.of("bootstrap.servers", broker.address());
    }

    private List<Integer> published(int from, int to) {
        return NumberedOutbox.published(broker.address()).stream()
                .filter(n -> n >= from && n <= to)
                .toList();
    }

    /** Stops in the middle of its first rendering until it is revived. */
    private static final class StallingOutbox extends NumberedOutbox {
        private final CountDownLatch reached = new CountDownLatch(1);
        private final CountDownLatch revive = new CountDownLatch(1);

        @Override
        public List<Waiting<String>> render(Collection<String> ids) {
            reached.countDown();
            try {
                revive.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return super.render(ids);
        }
    }
}
