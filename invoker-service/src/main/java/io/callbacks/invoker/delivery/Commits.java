package io.callbacks.invoker.delivery;

import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * Publishes outcomes and notes how far everything is done. Blocks; throws what Kafka throws, and
 * then nothing of it counts.
 */
public interface Commits extends AutoCloseable {
    /**
     * Does both.
     *
     * @throws org.apache.kafka.clients.consumer.CommitFailedException if the group is being put in
     *     order anew; it may be tried again
     */
    void commit(
            Consumer<byte[], byte[]> consumer,
            List<ProducerRecord<byte[], byte[]>> records,
            Map<TopicPartition, OffsetAndMetadata> offsets);

    @Override
    void close();
}
