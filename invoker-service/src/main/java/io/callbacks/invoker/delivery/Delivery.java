package io.callbacks.invoker.delivery;

import io.callbacks.invoker.delivery.Handler.Former;
import io.callbacks.invoker.delivery.Window.Held;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Consumes a topic on a thread of its own until it is closed. Trouble with Kafka is tried again
 * without end; whatever goes wrong, everything that was not committed is read again.
 *
 * @param <T> a record as the handler understood it
 */
public final class Delivery<T> implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Delivery.class);
    private static final Duration IDLE = Duration.ofMillis(200);
    private static final Duration BUSY = Duration.ofMillis(5);

    /**
     * From the end of one to the next: calls that begin with what came meanwhile can end, and Kafka
     * can be done with a transaction before another one begins.
     */
    private static final Duration BETWEEN_COMMITS = Duration.ofMillis(10);

    private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(1);
    private static final int MOST_BETWEEN_COMMITS = 500;

    /** How long what is under way may take yet when its partition, or all, is given up. */
    private static final Duration PARTING = Duration.ofSeconds(5);

    /** How long Kafka has to take leave of a consumer. */
    private static final Duration LEAVING = Duration.ofSeconds(2);

    /** The pause after a commit that could not be made. */
    private static final Duration NOT_NOW = Duration.ofMillis(200);

    /**
     * How much further a partition is read than the records in hand, where those behind are done.
     */
    private static final int SPANS = 10;

    private static final Duration SHORTEST_PAUSE = Duration.ofMillis(500);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(15);
    private static final Duration ASKING = Duration.ofSeconds(10);

    private final DeliverySettings settings;
    private final Handler<T> handler;
    private final Supplier<Commits> newCommits;
    private final Clock clock;
    private final Map<TopicPartition, Window<T>> windows = new LinkedHashMap<>();
    private final Deque<Window<T>> turns = new ArrayDeque<>();
    private final List<Finished<T>> uncommitted = new ArrayList<>();
    private final Queue<Ended<T>> ended = new ConcurrentLinkedQueue<>();
    private final Queue<ProducerRecord<byte[], byte[]>> asides = new ConcurrentLinkedQueue<>();
    private final CountDownLatch stopped = new CountDownLatch(1);
    private volatile Progress progress = Progress.NONE;
    private volatile @Nullable String trouble;
    private volatile boolean resting;
    private Thread thread = new Thread(() -> {});
    private int underWay;
    private long commitAt = System.nanoTime();
    private boolean stuck;
    private long lookedAt;

    /** A call of the handler that has ended. */
    private record Ended<T>(
            List<Held<T>> records, @Nullable Outcome outcome, @Nullable Throwable error) {}

    /** What is done and not committed. */
    private record Finished<T>(Window<T> window, Outcome outcome) {}

    public Delivery(
            DeliverySettings settings,
            Handler<T> handler,
            Supplier<Commits> newCommits,
            Clock clock) {
        this.settings = settings;
        this.handler = handler;
        this.newCommits = newCommits;
        this.clock = clock;
    }

    /** Begins to consume. */
    public void start() {
        thread = Thread.ofVirtual().name(settings.name()).start(this::run);
    }

    /** Publishes something with the next commit, whatever becomes of the records in hand. */
    public void publish(ProducerRecord<byte[], byte[]> aside) {
        asides.add(aside);
    }

    /** Takes no more records, or takes them again; keeps its place in the group. */
    public void rest(boolean rests) {
        resting = rests;
    }

    /** As of about a second ago. */
    public Progress progress() {
        return progress;
    }

    /** Why it cannot consume, if it cannot. */
    public Optional<String> trouble() {
        return Optional.ofNullable(trouble);
    }

    /** Lets what is under way end, for a few seconds, and stops. */
    @Override
    public void close() {
        stopped.countDown();
        try {
            thread.join(PARTING.multipliedBy(2));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    // --- the thread

    private void run() {
        var pause = SHORTEST_PAUSE;
        while (isRunning()) {
            var from = System.nanoTime();
            try {
                consume();
            } catch (KafkaException e) {
                warn(e);
            } catch (RuntimeException e) { // a fault of ours must not end this for ever
                log.error("Reading all anew that is not done: consumer={}", settings.name(), e);
                trouble = "a fault of the platform, told in its log: " + rootOf(e);
            }
            forgetAll();
            pause = System.nanoTime() - from > ASKING.toNanos() * 3 ? SHORTEST_PAUSE : pause;
            if (isRunning()) {
                sleep(pause);
            }
            pause =
                    pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0
                            ? pause.multipliedBy(2)
                            : LONGEST_PAUSE;
        }
    }

    /** Once for each reason, however often it is tried. */
    private void warn(RuntimeException e) {
        var reason = rootOf(e);
        if (!reason.equals(trouble)) {
            log.warn("In trouble, trying on: consumer={} reason={}", settings.name(), reason);
        }
        trouble = reason;
    }

    private static String rootOf(Throwable e) {
        var root = e;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root.getMessage() == null ? root.toString() : root.getMessage();
    }

    private void consume() {
        try (var commits = newCommits.get()) {
            var consumer =
                    new KafkaConsumer<>(
                            settings.kafka(),
                            new ByteArrayDeserializer(),
                            new ByteArrayDeserializer());
            try {
                consume(consumer, commits);
            } finally { // nothing is left to commit while the group is left
                forgetAll();
                consumer.close(CloseOptions.timeout(LEAVING));
            }
        }
    }

    private void consume(KafkaConsumer<byte[], byte[]> consumer, Commits commits) {
        if (topicIsThere(consumer)) {
            consumer.subscribe(List.of(settings.topic()), new Rebalance(consumer, commits));
            while (isRunning()) {
                turn(consumer, commits);
            }
            part(consumer, commits, windows.keySet());
        }
    }

    private boolean topicIsThere(KafkaConsumer<byte[], byte[]> consumer) {
        while (consumer.partitionsFor(settings.topic(), ASKING).isEmpty()) {
            trouble = "there is no topic '" + settings.topic() + "'";
            sleep(BETWEEN_LOOKS);
            if (!isRunning()) {
                return false;
            }
        }
        return true;
    }

    private void turn(KafkaConsumer<byte[], byte[]> consumer, Commits commits) {
        poll(consumer).forEach(this::take);
        stuck &= hasToCommit();
        if (!stuck) {
            trouble = null;
        }
        finish();
        begin();
        commitIfDue(consumer, commits);
        throttle(consumer);
        look(consumer);
    }

    private ConsumerRecords<byte[], byte[]> poll(KafkaConsumer<byte[], byte[]> consumer) {
        try {
            return consumer.poll(patience());
        } catch (OffsetOutOfRangeException e) { // they were kept for less long than nobody came
            log.warn(
                    "Records are gone that were not read: consumer={} at={}",
                    settings.name(),
                    e.offsetOutOfRangePartitions());
            consumer.seekToBeginning(e.partitions());
            return ConsumerRecords.empty();
        }
    }

    private Duration patience() {
        if (!ended.isEmpty()) {
            return Duration.ZERO;
        }
        return underWay > 0 || hasToCommit() ? BUSY : IDLE;
    }

    private void take(ConsumerRecord<byte[], byte[]> delivered) {
        var window = windows.get(new TopicPartition(delivered.topic(), delivered.partition()));
        if (window != null) {
            window.add(delivered, handler.read(delivered), clock.millis());
        }
    }

    /**
     * Of each partition in turn, so that none waits for the backlog of another. Nothing while
     * outcomes cannot be published: there would be ever more of them.
     */
    private void begin() {
        if (resting || stuck) {
            return;
        }
        var idle = 0;
        while (underWay < settings.concurrency() && idle < turns.size()) {
            var window = turns.remove();
            turns.add(window);
            idle = begin(window) ? 0 : idle + 1;
        }
    }

    private boolean begin(Window<T> window) {
        var batch = window.begin(settings.batch());
        if (batch.isEmpty()) {
            return false;
        }
        underWay++;
        var work = handler.handle(batch.stream().map(Held::understood).toList());
        var _ =
                work.whenComplete(
                        (outcome, error) -> ended.add(new Ended<>(batch, outcome, error)));
        return true;
    }

    private void finish() {
        for (var one = ended.poll(); one != null; one = ended.poll()) {
            underWay--;
            if (one.error() != null) {
                throw new IllegalStateException("a record could not be handled", one.error());
            }
            var window = one.records().getFirst().window();
            if (windows.containsValue(window) && one.outcome() != null) { // else not ours any more
                one.records().forEach(window::done);
                uncommitted.add(new Finished<>(window, one.outcome()));
            }
        }
    }

    // --- committing

    private void commitIfDue(KafkaConsumer<byte[], byte[]> consumer, Commits commits) {
        var many = uncommitted.size() >= MOST_BETWEEN_COMMITS && !stuck;
        if (hasToCommit() && (many || System.nanoTime() - commitAt >= 0)) {
            commit(consumer, commits);
        }
    }

    private boolean hasToCommit() {
        return !uncommitted.isEmpty() || !asides.isEmpty();
    }

    /** What cannot be committed now is committed later, as long as its partition is ours. */
    private void commit(KafkaConsumer<byte[], byte[]> consumer, Commits commits) {
        var aside = asides.stream().limit(MOST_BETWEEN_COMMITS).toList();
        var outcomes = new ArrayList<>(List.of(new Outcome(aside)));
        uncommitted.forEach(finished -> outcomes.add(finished.outcome()));
        try {
            commits.commit(consumer, outcomes, offsets());
        } catch (Commits.NotNowException e) {
            stuck = true;
            commitAt = System.nanoTime() + NOT_NOW.toNanos();
            warn(e);
            return;
        }
        stuck = false;
        commitAt = System.nanoTime() + BETWEEN_COMMITS.toNanos();
        uncommitted.clear();
        aside.forEach(_ -> asides.remove());
    }

    /** Of all partitions, also where nothing has changed: so a commit is ours to make. */
    private Map<TopicPartition, OffsetAndMetadata> offsets() {
        var offsets = new HashMap<TopicPartition, OffsetAndMetadata>();
        windows.forEach(
                (partition, window) ->
                        offsets.put(
                                partition,
                                new OffsetAndMetadata(
                                        window.firstOpen(),
                                        Long.toString(window.firstRead(clock.millis())))));
        return offsets;
    }

    /** Reads no more than can be kept in hand. */
    private void throttle(KafkaConsumer<byte[], byte[]> consumer) {
        var full =
                resting
                        || windows.values().stream().mapToLong(Window::bytes).sum()
                                >= settings.bytes();
        var paused = consumer.paused();
        windows.forEach(
                (partition, window) -> {
                    var stop =
                            full
                                    || window.open() >= settings.window()
                                    || window.span() >= SPANS * settings.window();
                    if (stop && !paused.contains(partition)) {
                        consumer.pause(Set.of(partition));
                    } else if (!stop && paused.contains(partition)) {
                        consumer.resume(Set.of(partition));
                    }
                });
    }

    private void look(KafkaConsumer<byte[], byte[]> consumer) {
        var now = System.nanoTime();
        if (now - lookedAt >= BETWEEN_LOOKS.toNanos()) {
            lookedAt = now;
            long lag = windows.values().stream().mapToLong(Window::open).sum();
            lag += resting ? behind(consumer) : lag(consumer);
            progress = new Progress(lag, underWay, windows.size());
        }
    }

    private long lag(KafkaConsumer<byte[], byte[]> consumer) {
        return windows.keySet().stream().mapToLong(it -> consumer.currentLag(it).orElse(0)).sum();
    }

    /** The same, where nothing is fetched that would tell it. */
    private long behind(KafkaConsumer<byte[], byte[]> consumer) {
        return consumer.endOffsets(windows.keySet(), ASKING).entrySet().stream()
                .mapToLong(end -> end.getValue() - consumer.position(end.getKey()))
                .sum();
    }

    // --- coming and going

    /** Lets what is under way in these partitions end, if that is soon, and commits it. */
    private void part(
            KafkaConsumer<byte[], byte[]> consumer,
            Commits commits,
            Collection<TopicPartition> partitions) {
        var until = System.nanoTime() + PARTING.toNanos();
        finish();
        while (isUnderWay(partitions) && System.nanoTime() - until < 0) {
            sleep(BUSY);
            finish();
        }
        if (!windows.isEmpty() && hasToCommit()) {
            commit(consumer, commits);
        }
    }

    private boolean isUnderWay(Collection<TopicPartition> partitions) {
        return partitions.stream()
                .map(windows::get)
                .anyMatch(window -> window != null && window.begun() > 0);
    }

    private void forget(Collection<TopicPartition> partitions) {
        for (var partition : List.copyOf(partitions)) {
            var window = windows.remove(partition);
            if (window != null) {
                turns.remove(window);
                uncommitted.removeIf(finished -> finished.window() == window);
                handler.revoked(partition);
            }
        }
    }

    private void forgetAll() {
        forget(windows.keySet());
        progress = Progress.NONE;
    }

    private final class Rebalance implements ConsumerRebalanceListener {
        private final KafkaConsumer<byte[], byte[]> consumer;
        private final Commits commits;

        Rebalance(KafkaConsumer<byte[], byte[]> consumer, Commits commits) {
            this.consumer = consumer;
            this.commits = commits;
        }

        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
            var committed = consumer.committed(Set.copyOf(partitions), ASKING);
            var ends = consumer.endOffsets(partitions, ASKING);
            var former = new HashMap<TopicPartition, Former>();
            partitions.forEach(
                    it ->
                            former.put(
                                    it,
                                    new Former(
                                            since(committed.get(it)), ends.getOrDefault(it, 0L))));
            handler.assigned(former);
            beginNew(partitions.stream().filter(it -> committed.get(it) == null).toList());
            former.forEach(
                    (partition, was) -> {
                        var window = window(partition, was);
                        windows.put(partition, window);
                        turns.add(window);
                    });
        }

        private Window<T> window(TopicPartition partition, Former was) {
            return new Window<>(
                    consumer.position(partition, ASKING),
                    was.since().isPresent() ? was.end() : 0,
                    was.since().orElse(0L));
        }

        /**
         * Where a group begins is decided once, and kept. Of a group that begins with what is new,
         * whoever finds it first decides for all partitions: to the others it is not new any more.
         */
        private void beginNew(List<TopicPartition> partitions) {
            if (partitions.isEmpty()) {
                return;
            }
            var all = settings.latest() ? all() : Set.copyOf(partitions);
            var committed = consumer.committed(all, ASKING);
            var isNew = committed.values().stream().allMatch(Objects::isNull);
            var begin =
                    settings.latest() && isNew
                            ? consumer.endOffsets(all, ASKING)
                            : consumer.beginningOffsets(partitions, ASKING);
            var kept = new HashMap<TopicPartition, OffsetAndMetadata>();
            begin.forEach((it, offset) -> kept.put(it, new OffsetAndMetadata(offset)));
            committed.forEach(
                    (it, offset) ->
                            kept.computeIfPresent(it, (_, at) -> offset == null ? at : offset));
            consumer.commitSync(kept, ASKING);
            partitions.forEach(it -> consumer.seek(it, kept.get(it)));
        }

        private Set<TopicPartition> all() {
            return consumer.partitionsFor(settings.topic(), ASKING).stream()
                    .map(it -> new TopicPartition(it.topic(), it.partition()))
                    .collect(Collectors.toSet());
        }

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            part(consumer, commits, partitions);
            forget(partitions);
        }

        @Override
        public void onPartitionsLost(Collection<TopicPartition> partitions) {
            forget(partitions);
        }

        private static Optional<Long> since(@Nullable OffsetAndMetadata committed) {
            return Optional.ofNullable(committed)
                    .map(OffsetAndMetadata::metadata)
                    .filter(metadata -> metadata.matches("[0-9]{1,18}"))
                    .map(Long::valueOf);
        }
    }

    private boolean isRunning() {
        return stopped.getCount() > 0;
    }

    /** For so long, or until it is closed. */
    private void sleep(Duration pause) {
        try {
            if (isRunning()) {
                var _ = stopped.await(pause.toMillis(), TimeUnit.MILLISECONDS);
            } else {
                Thread.sleep(pause);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
