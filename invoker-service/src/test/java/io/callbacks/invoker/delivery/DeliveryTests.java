package io.callbacks.invoker.delivery;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.callbacks.invoker.event.KafkaSettings;
import io.callbacks.invoker.testing.Broker;
import io.callbacks.invoker.testing.OnBroker;
import io.callbacks.testing.kafka.Topic;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Against a real broker. The first letter of a record is its key. */
@ExtendWith(OnBroker.class)
class DeliveryTests {
    private static final Duration BRIEFLY = Duration.ofMillis(50);
    private static final int TOO_LARGE = 3 * 1024 * 1024;

    private final Broker broker;
    private final String group = "g-" + UUID.randomUUID();
    private final List<Delivery<?>> running = new ArrayList<>();
    private final List<ByHand> handlers = new ArrayList<>();
    private final Map<String, Object> more = new HashMap<>();
    private boolean latest;
    private int window = 10_000;
    private long bytes = 1 << 20;
    private int concurrency = 1000;
    private int batch = 1;

    DeliveryTests(Broker broker) {
        this.broker = broker;
    }

    @AfterEach
    void end() {
        handlers.forEach(ByHand::endAll);
        running.forEach(Delivery::close);
    }

    /** Handles what it is given when the test says so. */
    private static class ByHand implements Handler<String> {
        final List<String> begun = new CopyOnWriteArrayList<>();
        final Map<String, CompletableFuture<Outcome>> work = new ConcurrentHashMap<>();

        @Override
        public String read(ConsumerRecord<byte[], byte[]> delivered) {
            return new String(delivered.value(), UTF_8);
        }

        @Override
        public CompletionStage<Outcome> handle(List<String> records) {
            var text = String.join("+", records);
            var result = new CompletableFuture<Outcome>();
            work.put(text, result);
            begun.add(text);
            return result;
        }

        void end(String text, Outcome outcome) {
            await().until(() -> work.containsKey(text));
            requireNonNull(work.remove(text)).complete(outcome);
        }

        void end(String text) {
            end(text, Outcome.NOTHING);
        }

        void endAll() {
            for (var text : List.copyOf(work.keySet())) {
                var one = work.remove(text);
                if (one != null) { // else ended meanwhile
                    one.complete(Outcome.NOTHING);
                }
            }
        }
    }

    /** Handles all but some at once. */
    private static final class AllBut extends ByHand {
        private final Set<String> kept;

        AllBut(String... kept) {
            this.kept = Set.of(kept);
        }

        @Override
        public CompletionStage<Outcome> handle(List<String> records) {
            var result = super.handle(records);
            if (!kept.contains(records.getFirst())) {
                result.toCompletableFuture().complete(Outcome.NOTHING);
            }
            return result;
        }
    }

    private static ConditionFactory soon() {
        return await().atMost(Duration.ofSeconds(30)).pollInterval(Duration.ofMillis(20));
    }

    private Delivery<String> delivery(String topic, ByHand handler) {
        return delivery(topic, handler, transactional("tx-" + UUID.randomUUID()));
    }

    private Supplier<Commits> transactional(String id) {
        return () -> new TransactionalCommits(broker.servers(), id);
    }

    private Supplier<Commits> plain() {
        return () -> new PlainCommits(new OneSender(broker.servers()));
    }

    private Delivery<String> delivery(String topic, ByHand handler, Supplier<Commits> commits) {
        var kafka = new HashMap<>(KafkaSettings.member(broker.servers(), group, ""));
        kafka.putAll(more);
        var settings =
                new DeliverySettings(
                        group, topic, kafka, latest, concurrency, batch, window, bytes);
        var delivery = new Delivery<String>(settings, handler, commits, Clock.systemUTC());
        running.add(delivery);
        handlers.add(handler);
        return delivery;
    }

    private Delivery<String> started(String topic, ByHand handler) {
        var delivery = delivery(topic, handler);
        delivery.start();
        return delivery;
    }

    private void commits(String topic, long offset) {
        soon().untilAsserted(() -> assertThat(broker.committed(group, topic, 0)).hasValue(offset));
    }

    private static void begins(ByHand handler, String... expected) {
        soon().untilAsserted(() -> assertThat(handler.begun).containsExactlyInAnyOrder(expected));
    }

    private static Outcome outcome(String topic, String... values) {
        return new Outcome(
                Stream.of(values)
                        .map(it -> new ProducerRecord<byte[], byte[]>(topic, it.getBytes(UTF_8)))
                        .toList());
    }

    private List<String> committedIn(String topic) {
        return new Topic(broker.servers(), topic)
                .records().stream().map(it -> new String(it.value(), UTF_8)).toList();
    }

    private static String[] texts(String prefix, int count) {
        return IntStream.range(0, count).mapToObj(i -> prefix + i).toArray(String[]::new);
    }

    /** Each with a key of its own. */
    private static String[] others(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> Character.toString('A' + i) + i)
                .toArray(String[]::new);
    }

    @Test
    void keepsTheOrderOfAKeyWhileOtherKeysGoOn() {
        var topic = broker.newTopic(1);
        broker.send(topic, "a1", "a2", "b1", "a3", "c1", "b2");
        var handler = new AllBut("a1");
        started(topic, handler);
        begins(handler, "a1", "b1", "c1", "b2");
        handler.end("a1");
        begins(handler, "a1", "b1", "c1", "b2", "a2", "a3");
        assertThat(handler.begun).containsSubsequence("a1", "a2", "a3");
        assertThat(handler.begun).containsSubsequence("b1", "b2");
        commits(topic, 6);
    }

    /** Commits when the test says so. */
    private final class Hindered implements Commits {
        final AtomicBoolean free = new AtomicBoolean();
        final AtomicInteger tried = new AtomicInteger();
        private final Commits inner = transactional("tx-" + UUID.randomUUID()).get();

        @Override
        public void commit(
                Consumer<byte[], byte[]> consumer,
                List<Outcome> outcomes,
                Map<TopicPartition, OffsetAndMetadata> offsets) {
            if (!free.get()) {
                tried.incrementAndGet();
                throw new NotNowException(new IllegalStateException("not yet"));
            }
            inner.commit(consumer, outcomes, offsets);
        }

        @Override
        public void close() {
            inner.close();
        }
    }

    @Test
    void commitsLaterWhatCannotBeCommittedNowAndHandlesNothingTwice() {
        var topic = broker.newTopic(1);
        var results = broker.newTopic(1);
        broker.send(topic, "a1", "b1");
        var handler = new ByHand();
        var hindered = new Hindered();
        var delivery = delivery(topic, handler, () -> hindered);
        delivery.start();
        handler.end("a1", outcome(results, "one"));
        soon().until(() -> hindered.tried.get() > 2);
        assertThat(delivery.trouble()).contains("not yet");
        handler.end("b1", outcome(results, "two"));
        hindered.free.set(true);
        commits(topic, 2);
        soon().until(() -> delivery.trouble().isEmpty());
        assertThat(handler.begun).containsExactlyInAnyOrder("a1", "b1");
        assertThat(committedIn(results)).containsExactlyInAnyOrder("one", "two");
    }

    @Test
    void beginsNothingMoreWhileNothingCanBeCommitted() {
        concurrency = 1;
        var topic = broker.newTopic(1);
        broker.send(topic, "a1", "b1", "c1");
        var handler = new ByHand();
        var hindered = new Hindered();
        delivery(topic, handler, () -> hindered).start();
        handler.end("a1");
        soon().until(() -> hindered.tried.get() > 2);
        assertThat(handler.begun).hasSizeLessThan(3);
        handler.endAll();
        soon().until(() -> hindered.tried.get() > 6);
        assertThat(handler.begun).hasSizeLessThan(3);
        hindered.free.set(true);
        soon().until(() -> handler.begun.size() == 3);
    }

    @Test
    void letsEachPartitionHaveItsTurn() {
        concurrency = 1;
        var topic = broker.newTopic(2);
        var handler = new ByHand();
        var delivery = started(topic, handler);
        soon().until(() -> delivery.progress().partitions() == 2);
        broker.send(
                IntStream.range(0, 20)
                        .mapToObj(i -> record(topic, i < 10 ? 0 : 1, "r" + i))
                        .toList());
        soon().until(() -> delivery.progress().lag() == 20);
        for (int i = 0; i < 4; i++) {
            soon().until(() -> handler.work.size() == 1);
            handler.endAll();
        }
        soon().until(() -> handler.begun.size() == 5);
        assertThat(handler.begun.stream().skip(1).map(String::length).toList())
                .isIn(List.of(2, 3, 2, 3), List.of(3, 2, 3, 2));
    }

    private static ProducerRecord<byte[], byte[]> record(
            String topic, int partition, String value) {
        return new ProducerRecord<>(topic, partition, null, value.getBytes(UTF_8));
    }

    @Test
    void commitsOnlyUpToWhatIsNotDone() {
        var topic = broker.newTopic(1);
        broker.send(topic, "a1", "b1", "c1", "d1");
        var handler = new ByHand();
        started(topic, handler);
        begins(handler, "a1", "b1", "c1", "d1");
        handler.end("a1");
        commits(topic, 1);
        handler.end("c1");
        handler.end("d1");
        await().during(Duration.ofMillis(500))
                .until(() -> broker.committed(group, topic, 0).orElse(-1) == 1);
        handler.end("b1");
        commits(topic, 4);
    }

    @Test
    void handlesAgainWhatWasNotDoneAndNothingBefore() {
        var topic = broker.newTopic(1);
        broker.send(topic, "a1", "b1", "c1", "d1");
        var first = new ByHand();
        var delivery = started(topic, first);
        first.end("a1");
        first.end("c1");
        commits(topic, 1);
        delivery.close();
        var second = new ByHand();
        started(topic, second);
        begins(second, "b1", "c1", "d1");
    }

    @Test
    void letsWhatIsUnderWayEndWhenItCloses() throws Exception {
        var topic = broker.newTopic(1);
        broker.send(topic, "a1");
        var handler = new ByHand();
        var delivery = started(topic, handler);
        begins(handler, "a1");
        var closing = Thread.ofVirtual().start(delivery::close);
        handler.end("a1");
        closing.join();
        assertThat(broker.committed(group, topic, 0)).hasValue(1);
    }

    @Test
    void publishesOutcomesAndOffsetsTogether() {
        var topic = broker.newTopic(1);
        var results = broker.newTopic(1);
        broker.send(topic, "a1", "b1");
        var handler = new ByHand();
        started(topic, handler);
        handler.end("a1", outcome(results, "of a1", "more of a1"));
        commits(topic, 1);
        soon().untilAsserted(
                        () ->
                                assertThat(committedIn(results))
                                        .containsExactly("of a1", "more of a1"));
        handler.end("b1", outcome(results, "of b1"));
        commits(topic, 2);
        soon().until(() -> committedIn(results).size() == 3);
    }

    /** The first outcome is on the topic, but nobody who reads committed records sees it. */
    @Test
    void publishesNothingOfWhatCannotBeCommitted() {
        var topic = broker.newTopic(1);
        var results = broker.newTopic(1);
        broker.send(topic, "a1");
        var handler = new ByHand();
        started(topic, handler);
        handler.end("a1", outcome(results, "lost", "x".repeat(TOO_LARGE)));
        soon().until(() -> handler.begun.size() == 2);
        assertThat(broker.committed(group, topic, 0)).hasValue(0);
        handler.end("a1", outcome(results, "kept"));
        commits(topic, 1);
        soon().untilAsserted(() -> assertThat(committedIn(results)).containsExactly("kept"));
    }

    @Test
    void publishesOutcomesBeforeOffsetsWithoutTransactions() {
        var topic = broker.newTopic(1);
        var results = broker.newTopic(1);
        broker.send(topic, "a1", "a2");
        var handler = new ByHand();
        delivery(topic, handler, plain()).start();
        handler.end("a1", outcome(results, "of a1"));
        commits(topic, 1);
        assertThat(committedIn(results)).containsExactly("of a1");
        handler.end("a2", outcome(results, "x".repeat(TOO_LARGE)));
        soon().until(() -> handler.begun.size() == 3);
        assertThat(broker.committed(group, topic, 0)).hasValue(1);
        handler.end("a2");
        commits(topic, 2);
    }

    @Test
    void commitsWithoutTransactionsOnceItsGroupIsInOrderAgain() {
        var topic = broker.newTopic(2);
        var one = new AllBut();
        var first = delivery(topic, one, plain());
        first.start();
        soon().until(() -> first.progress().partitions() == 2);
        var other = new AllBut();
        var sent = new ArrayList<String>();
        whileOneKeepsTheGroupWaiting(
                topic,
                () -> {
                    delivery(topic, other, plain()).start();
                    sent.addAll(sentUntilInTrouble(topic, first));
                });
        soon().until(() -> one.begun.size() + other.begun.size() >= sent.size());
        soon().until(() -> first.trouble().isEmpty());
        assertThat(Stream.concat(one.begun.stream(), other.begun.stream()))
                .containsExactlyInAnyOrderElementsOf(sent);
    }

    /** A member that does not poll is waited for when another one comes. */
    private void whileOneKeepsTheGroupWaiting(String topic, Runnable what) {
        try (var slow =
                new KafkaConsumer<>(
                        KafkaSettings.member(broker.servers(), group, ""),
                        new ByteArrayDeserializer(),
                        new ByteArrayDeserializer())) {
            slow.subscribe(List.of(topic));
            soon().until(() -> slow.poll(BRIEFLY).isEmpty() && slow.assignment().size() == 1);
            what.run();
        }
    }

    private List<String> sentUntilInTrouble(String topic, Delivery<?> delivery) {
        var sent = new ArrayList<String>();
        soon().until(
                        () -> {
                            sent.add(Character.toString('A' + sent.size() % 26) + sent.size());
                            broker.send(topic, sent.getLast());
                            return delivery.trouble().isPresent();
                        });
        return sent;
    }

    private static final class OneSender implements PlainCommits.Senders {
        private final Producer<byte[], byte[]> producer;

        OneSender(String servers) {
            producer =
                    new KafkaProducer<>(
                            Map.of("bootstrap.servers", servers),
                            new ByteArraySerializer(),
                            new ByteArraySerializer());
        }

        @Override
        public Producer<byte[], byte[]> of(String topic) {
            return producer;
        }

        @Override
        public void close() {
            producer.close();
        }
    }

    @Test
    void publishesAsidesThoughNothingIsDone() {
        var topic = broker.newTopic(1);
        var asides = broker.newTopic(1);
        broker.send(topic, "a1");
        var handler = new ByHand();
        var delivery = started(topic, handler);
        begins(handler, "a1");
        outcome(asides, "begun").records().forEach(delivery::publish);
        soon().until(() -> committedIn(asides).equals(List.of("begun")));
        assertThat(broker.committed(group, topic, 0)).hasValue(0);
    }

    @Test
    void readsAllAnewThatIsNotDoneWhereTheHandlerFails() {
        var topic = broker.newTopic(1);
        broker.send(topic, "a1", "b1");
        var handler = new ByHand();
        started(topic, handler);
        handler.end("a1");
        commits(topic, 1);
        begins(handler, "a1", "b1");
        requireNonNull(handler.work.remove("b1"))
                .completeExceptionally(new IllegalStateException("a fault"));
        begins(handler, "a1", "b1", "b1");
        handler.end("b1");
        commits(topic, 2);
    }

    @Test
    void lastsThroughManyRecordsOfAllPartitions() {
        var topic = broker.newTopic(4);
        var results = broker.newTopic(1);
        var records = new ArrayList<String>();
        for (int i = 0; i < 500; i++) {
            records.add(Character.toString('a' + i % 26) + i);
        }
        broker.send(topic, records.toArray(String[]::new));
        var handler =
                new ByHand() {
                    @Override
                    public CompletionStage<Outcome> handle(List<String> batch) {
                        begun.add(batch.getFirst());
                        return CompletableFuture.completedFuture(
                                outcome(results, batch.getFirst()));
                    }
                };
        started(topic, handler);
        soon().until(() -> committedIn(results).size() >= 500);
        assertThat(committedIn(results)).containsExactlyInAnyOrderElementsOf(records);
        assertThat(handler.begun.stream().filter(it -> it.startsWith("a")).toList())
                .isEqualTo(records.stream().filter(it -> it.startsWith("a")).toList());
    }

    @Test
    void readsNoMoreThanItsWindow() {
        more.put("max.poll.records", 1);
        window = 5;
        var topic = broker.newTopic(1);
        broker.send(topic, others(20));
        var handler = new ByHand();
        started(topic, handler);
        soon().until(() -> handler.begun.size() == 5);
        await().during(Duration.ofMillis(500)).until(() -> handler.begun.size() == 5);
        handler.end("C2");
        soon().until(() -> handler.begun.size() == 6);
    }

    @Test
    void readsNotFarBeyondOneThatIsNotDone() {
        more.put("max.poll.records", 1);
        window = 2;
        var topic = broker.newTopic(1);
        broker.send(topic, others(26));
        var handler = new AllBut("A0");
        started(topic, handler);
        soon().until(() -> handler.begun.size() == 20);
        await().during(Duration.ofMillis(500)).until(() -> handler.begun.size() == 20);
        handler.end("A0");
        soon().until(() -> handler.begun.size() == 26);
        commits(topic, 26);
    }

    @Test
    void readsNoMoreThanItsBytes() {
        more.put("max.poll.records", 1);
        bytes = 1000; // 200 and a bit each
        var topic = broker.newTopic(1);
        broker.send(topic, others(20));
        var handler = new ByHand();
        started(topic, handler);
        soon().until(() -> handler.begun.size() == 5);
        await().during(Duration.ofMillis(500)).until(() -> handler.begun.size() == 5);
        soon().until(
                        () -> {
                            handler.endAll();
                            return handler.begun.size() == 20;
                        });
    }

    @Test
    void beginsNoMoreThanAllowedAtOnce() {
        concurrency = 2;
        var topic = broker.newTopic(2);
        broker.send(topic, others(6));
        var handler = new ByHand();
        var delivery = started(topic, handler);
        soon().until(() -> handler.begun.size() == 2);
        await().during(Duration.ofMillis(300)).until(() -> handler.begun.size() == 2);
        soon().until(() -> delivery.progress().equals(new Progress(6, 2, 2)));
        handler.endAll();
        soon().until(() -> handler.begun.size() == 4);
    }

    @Test
    void putsRecordsIntoBatches() {
        batch = 3;
        concurrency = 1;
        var topic = broker.newTopic(1);
        broker.send(topic, "a1", "b1", "a2", "c1");
        var handler = new ByHand();
        started(topic, handler);
        handler.end("a1+a2+b1");
        handler.end("c1");
        commits(topic, 4);
    }

    @Test
    void sharesPartitionsWithAnotherMemberAndLosesNothing() {
        var topic = broker.newTopic(4);
        var first = new AllBut();
        var second = new AllBut();
        var one = started(topic, first);
        broker.send(topic, others(50));
        soon().until(() -> one.progress().partitions() == 4);
        var other = started(topic, second);
        broker.send(topic, texts("p", 50));
        soon().until(() -> one.progress().partitions() == 2 && other.progress().partitions() == 2);
        broker.send(topic, others(50));
        var sent = new HashSet<>(List.of(others(50)));
        sent.addAll(List.of(texts("p", 50)));
        soon().untilAsserted(
                        () -> {
                            var all = new HashSet<>(first.begun);
                            all.addAll(second.begun);
                            assertThat(all).isEqualTo(sent);
                        });
        assertThat(second.begun).isNotEmpty();
        one.close();
        soon().until(() -> other.progress().partitions() == 4);
    }

    @Test
    void leavesPartitionsToAnotherMemberWithWhatWasDoneThere() {
        var topic = broker.newTopic(2);
        broker.send(topic, others(20));
        var first = new AllBut();
        var one = started(topic, first);
        soon().until(() -> first.begun.size() == 20);
        soon().until(() -> one.progress().lag() == 0);
        var second = new AllBut();
        var other = started(topic, second);
        soon().until(() -> other.progress().partitions() == 1);
        broker.send(topic, texts("n", 5));
        soon().until(() -> first.begun.size() + second.begun.size() == 25);
        assertThat(second.begun).allMatch(it -> it.startsWith("n"));
    }

    @Test
    void restsAndTellsHowMuchWaits() {
        var topic = broker.newTopic(2);
        var handler = new AllBut();
        var delivery = started(topic, handler);
        soon().until(() -> delivery.progress().partitions() == 2);
        delivery.rest(true);
        broker.send(topic, others(10));
        soon().until(() -> delivery.progress().lag() == 10);
        assertThat(handler.begun).isEmpty();
        delivery.rest(false);
        soon().until(() -> handler.begun.size() == 10);
        soon().until(() -> delivery.progress().lag() == 0);
    }

    @Test
    void beginsNothingWhereItRestsFromTheStart() {
        var topic = broker.newTopic(2);
        broker.send(topic, others(10));
        var handler = new AllBut();
        var delivery = delivery(topic, handler);
        delivery.rest(true);
        delivery.start();
        soon().until(() -> delivery.progress().lag() == 10);
        assertThat(handler.begun).isEmpty();
        assertThat(delivery.progress().partitions()).isEqualTo(2);
    }

    @Test
    void losesNothingThatCameBeforeItsFirstCommitWhereItStartsWithTheLatest() {
        latest = true;
        var topic = broker.newTopic(1);
        broker.send(topic, "a1", "a2");
        var first = started(topic, new ByHand());
        soon().until(() -> first.progress().partitions() == 1);
        first.close();
        broker.send(topic, "a3", "b1");
        var handler = new ByHand();
        started(topic, handler);
        begins(handler, "a3", "b1");
    }

    @Test
    void waitsForItsTopic() {
        var topic = "later-" + UUID.randomUUID();
        var handler = new AllBut();
        var delivery = started(topic, handler);
        soon().untilAsserted(
                        () ->
                                assertThat(delivery.trouble())
                                        .contains("there is no topic '" + topic + "'"));
        broker.create(topic, 1);
        broker.send(topic, "a1");
        begins(handler, "a1");
        assertThat(delivery.trouble()).isEmpty();
    }

    @Test
    void tellsTheHandlerSinceWhenNotAllIsDone() {
        var topic = broker.newTopic(1);
        var told = new CopyOnWriteArrayList<Long>();
        broker.send(topic, "a1", "b1");
        var before = System.currentTimeMillis();
        var first = new ByHand();
        var delivery = started(topic, first);
        begins(first, "a1", "b1");
        var after = System.currentTimeMillis();
        first.end("b1");
        delivery.close();
        var isTold = new AtomicBoolean();
        started(
                topic,
                new ByHand() {
                    @Override
                    public void assigned(Map<TopicPartition, Former> partitions) {
                        partitions.values().forEach(it -> it.since().ifPresent(told::add));
                        isTold.set(true);
                    }
                });
        soon().untilTrue(isTold);
        assertThat(told).singleElement().satisfies(it -> assertThat(it).isBetween(before, after));
    }
}
