package io.callbacks.invoker.delivery;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * What is done with records.
 *
 * @param <T> a record as it was understood
 */
public interface Handler<T> {
    /** Looks at a record when it has been read, in order of offsets. Quick; never throws. */
    T read(ConsumerRecord<byte[], byte[]> delivered);

    /**
     * Does what is to be done, once it is the records' turn. Returns at once, and ends with what is
     * to be published of it; in an error only for a fault of our own, after which everything not
     * committed is read again.
     */
    CompletionStage<Outcome> handle(List<T> batch);

    /** Records of these partitions will come. Blocks; throws what Kafka throws. */
    default void assigned(Map<TopicPartition, Former> partitions) {}

    /**
     * A partition as whoever had it before left it.
     *
     * @param since when the oldest record that is not done was read for the first time, in
     *     milliseconds of the epoch, as far as that is known
     * @param end records before this offset may have been read, and done
     */
    record Former(Optional<Long> since, long end) {}

    /** No more records of it come; what is under way counts for nothing. */
    default void revoked(TopicPartition partition) {}
}
