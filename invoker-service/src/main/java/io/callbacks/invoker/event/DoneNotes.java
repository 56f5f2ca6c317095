package io.callbacks.invoker.event;

import io.callbacks.event.Topics;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Reads which events are done. */
final class DoneNotes {
    private static final TopicPartition NOTES = new TopicPartition(Topics.INVOCATION_DONE, 0);
    private static final Duration ASKING = Duration.ofSeconds(10);

    /** A transaction that was left open hides what is behind it for ten seconds. */
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final Map<String, Object> kafka;

    /**
     * @param kafka settings of a consumer without a group, of what is committed
     */
    DoneNotes(Map<String, Object> kafka) {
        this.kafka = kafka;
    }

    /**
     * Tells those partitions what is noted of them.
     *
     * @param partitions one at least, by their numbers
     */
    void tell(Map<Integer, DoneEvents> partitions) {
        var from =
                partitions.values().stream().mapToLong(DoneEvents::notedSince).min().orElseThrow();
        try (var consumer = consumer(kafka)) {
            consumer.assign(List.of(NOTES));
            var hidden = consumer.endOffsets(List.of(NOTES), ASKING).getOrDefault(NOTES, 0L);
            var begin = consumer.offsetsForTimes(Map.of(NOTES, from), ASKING).get(NOTES);
            consumer.seek(NOTES, begin == null ? hidden : begin.offset());
            var end = end();
            var until = System.nanoTime() + PATIENCE.toNanos();
            while (consumer.position(NOTES) < end) {
                if (System.nanoTime() - until > 0) {
                    throw new TimeoutException("what is done could not be read in time");
                }
                for (var note : consumer.poll(Duration.ofMillis(200))) {
                    var of = partitions.get(DoneEvents.partition(note.key()));
                    if (of != null) {
                        of.noted(EventId.of(note.value()), note.timestamp());
                    }
                }
            }
        }
    }

    /** With what is not committed yet: there may be committed notes behind it. */
    private long end() {
        var all = new HashMap<>(kafka);
        all.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_uncommitted");
        try (var consumer = consumer(all)) {
            return consumer.endOffsets(List.of(NOTES), ASKING).getOrDefault(NOTES, 0L);
        }
    }

    private static KafkaConsumer<byte[], byte[]> consumer(Map<String, Object> settings) {
        return new KafkaConsumer<>(
                settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }
}
