package io.callbacks.registry.invocation;

import io.callbacks.registry.invocation.InvocationException.EventsUnavailable;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;

/** Reads single records of a topic, those that are committed. May be used by many at once. */
final class TopicReader implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(5);
    private static final Duration LOOK = Duration.ofMillis(200);

    private final String topic;
    private final Admin admin;
    private final Map<String, Object> settings;
    private @Nullable Consumer<byte[], byte[]> consumer;

    /**
     * @param kafka connection settings of consumers
     */
    TopicReader(String topic, Admin admin, Map<String, Object> kafka) {
        this.topic = topic;
        this.admin = admin;
        settings = new HashMap<>(kafka);
        settings.remove(ConsumerConfig.GROUP_ID_CONFIG);
        settings.put(ConsumerConfig.CLIENT_ID_CONFIG, "registry-reader-" + topic);
        settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
        settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        settings.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        settings.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 1);
        settings.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, 128 * 1024);
        settings.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, 100);
        settings.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, (int) LIMIT.toMillis());
        settings.put(ConsumerConfig.REQUEST_TIMEOUT_MS_CONFIG, (int) LIMIT.toMillis());
    }

    /**
     * The record in a place; blocks for some seconds at most.
     *
     * @return empty if there is none, or none any more
     * @throws EventsUnavailable if that cannot be found out
     */
    Optional<ConsumerRecord<byte[], byte[]>> at(RecordId id) {
        var place = new TopicPartition(topic, id.partition());
        try {
            return exists(place) && id.offset() < end(place)
                    ? lookFor(place, id.offset())
                    : Optional.empty();
        } catch (KafkaException | ExecutionException e) {
            close();
            throw unavailable(e);
        }
    }

    private EventsUnavailable unavailable(@Nullable Exception cause) {
        return new EventsUnavailable("read " + topic, cause);
    }

    private synchronized boolean exists(TopicPartition place) {
        return place.partition() < open().partitionsFor(topic).size();
    }

    /** The end of all that is written, be it committed or not. */
    private long end(TopicPartition place) throws ExecutionException {
        var options =
                new ListOffsetsOptions(IsolationLevel.READ_UNCOMMITTED)
                        .timeoutMs((int) LIMIT.toMillis());
        try {
            return admin.listOffsets(Map.of(place, OffsetSpec.latest()), options)
                    .partitionResult(place)
                    .get()
                    .offset();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while reading " + topic, e);
        }
    }

    /** What is written may be hidden for a while, by a transaction that is open before it. */
    private Optional<ConsumerRecord<byte[], byte[]>> lookFor(TopicPartition place, long offset) {
        var deadline = System.nanoTime() + LIMIT.toNanos();
        while (System.nanoTime() < deadline) {
            var found = look(place, offset);
            if (found.passed()) {
                return found.record();
            }
        }
        throw unavailable(null);
    }

    /**
     * What a look brought.
     *
     * @param passed whether the place is behind us
     */
    private record Look(boolean passed, Optional<ConsumerRecord<byte[], byte[]>> record) {}

    private synchronized Look look(TopicPartition place, long offset) {
        var kafka = open();
        kafka.assign(List.of(place));
        kafka.seek(place, offset);
        try {
            for (var record : kafka.poll(LOOK)) {
                return new Look(true, Optional.of(record).filter(r -> r.offset() == offset));
            }
        } catch (OffsetOutOfRangeException e) {
            return new Look(true, Optional.empty()); // deleted long since
        }
        return new Look(kafka.position(place) > offset, Optional.empty());
    }

    private Consumer<byte[], byte[]> open() {
        var open = consumer;
        if (open == null) {
            open =
                    new KafkaConsumer<>(
                            settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
            consumer = open;
        }
        return open;
    }

    /** It is opened again when it is needed. */
    @Override
    public synchronized void close() {
        if (consumer != null) {
            consumer.close();
            consumer = null;
        }
    }
}
