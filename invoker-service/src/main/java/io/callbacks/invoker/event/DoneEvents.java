package io.callbacks.invoker.event;

import io.callbacks.event.Topics;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;

/**
 * The events of a partition that are done, or under way, remembered for a while. What is done is
 * noted, in the transaction that makes it done; who gets the partition next reads the notes. Those
 * of all partitions stand in one, so that a transaction writes to few.
 */
final class DoneEvents {
    private static final int SHARES = 4;
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final int partition;
    private final Duration memory;
    private final Clock clock;
    private final Deque<Share> shares = new ArrayDeque<>();

    /** Events of about a quarter of the time. */
    private record Share(long beganAt, Set<EventId> events) {}

    /**
     * @param memory for how long at least
     */
    DoneEvents(int partition, Duration memory, Clock clock) {
        this.partition = partition;
        this.memory = memory;
        this.clock = clock;
    }

    /** Takes an event, unless it was there in that time. */
    boolean isNew(EventId event) {
        if (shares.stream().anyMatch(share -> share.events().contains(event))) {
            return false;
        }
        remember(event, clock.millis());
        return true;
    }

    /** That an event is done, as it is noted. */
    ProducerRecord<byte[], byte[]> note(EventId event) {
        return new NewRecord(Topics.INVOCATION_DONE, 0, key(), event.bytes()).done();
    }

    private byte[] key() {
        return ByteBuffer.allocate(Integer.BYTES).putInt(partition).array();
    }

    private void remember(EventId event, long at) {
        var newest = shares.peekLast();
        if (newest == null || at - newest.beganAt() >= memory.toMillis() / SHARES) {
            newest = new Share(at, new HashSet<>());
            shares.add(newest);
            forget(at);
        }
        newest.events().add(event);
    }

    /** A share goes when its youngest event is old enough, which is when the next began. */
    private void forget(long now) {
        var oldest = now - memory.toMillis();
        while (shares.size() > 1 && second().beganAt() < oldest) {
            shares.remove();
        }
    }

    private Share second() {
        var inOrder = shares.iterator();
        inOrder.next();
        return inOrder.next();
    }

    /**
     * Reads the notes.
     *
     * @param since from when on they are needed, however long ago that is; null: as long as is
     *     remembered
     */
    void read(Map<String, Object> kafka, @Nullable Long since) {
        var from = clock.millis() - memory.toMillis();
        from = since == null ? from : Math.min(from, since);
        var notes = new TopicPartition(Topics.INVOCATION_DONE, 0);
        try (var consumer =
                new KafkaConsumer<>(
                        kafka, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.assign(List.of(notes));
            var begin = consumer.offsetsForTimes(Map.of(notes, from), PATIENCE).get(notes);
            if (begin == null) {
                return; // nothing that young
            }
            consumer.seek(notes, begin.offset());
            long end = consumer.endOffsets(List.of(notes), PATIENCE).getOrDefault(notes, 0L);
            while (consumer.position(notes) < end) {
                for (var note : consumer.poll(PATIENCE)) {
                    if (Arrays.equals(note.key(), key())) {
                        remember(EventId.of(note.value()), note.timestamp());
                    }
                }
            }
        }
    }
}
