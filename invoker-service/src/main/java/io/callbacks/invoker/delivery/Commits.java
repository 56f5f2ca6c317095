package io.callbacks.invoker.delivery;

import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * Publishes outcomes and notes how far everything is done. Blocks; throws what Kafka throws, and
 * then nothing of it counts.
 */
public interface Commits extends AutoCloseable {
    /**
     * Does both.
     *
     * @throws NotNowException if the same can be tried again, with more
     */
    void commit(
            Consumer<byte[], byte[]> consumer,
            List<Outcome> outcomes,
            Map<TopicPartition, OffsetAndMetadata> offsets);

    /** Kafka is not ready for a commit, and nothing of it counts. */
    final class NotNowException extends RuntimeException {
        NotNowException(Throwable cause) {
            super(cause.getMessage(), cause);
        }
    }

    @Override
    void close();
}
