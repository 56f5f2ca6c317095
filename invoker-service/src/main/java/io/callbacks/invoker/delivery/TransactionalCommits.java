package io.callbacks.invoker.delivery;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Outcomes and offsets in one transaction: whoever reads committed records sees an outcome if and
 * only if its record counts as done. A consumer that has lost its partitions is fenced by its
 * group's generation.
 */
public final class TransactionalCommits implements Commits {
    private static final int TIMEOUT_MILLIS = 10_000;
    private static final int LARGEST_REQUEST = 2 * 1024 * 1024;

    private final KafkaProducer<byte[], byte[]> producer;

    /**
     * Blocks until a transaction that was left open is ended.
     *
     * @param transactionalId unlike any other running consumer's; the same again after a restart,
     *     if that can be had
     */
    public TransactionalCommits(String servers, String transactionalId) {
        var settings = new HashMap<String, Object>();
        settings.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, servers);
        settings.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, transactionalId);
        settings.put(ProducerConfig.CLIENT_ID_CONFIG, transactionalId);
        settings.put(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, TIMEOUT_MILLIS);
        settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, TIMEOUT_MILLIS);
        settings.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, TIMEOUT_MILLIS / 2);
        settings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, TIMEOUT_MILLIS);
        settings.put(ProducerConfig.LINGER_MS_CONFIG, 0);
        // the first after which one that begins while the one before is ending is tried again
        settings.put(ProducerConfig.RETRY_BACKOFF_MS_CONFIG, 5);
        settings.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, LARGEST_REQUEST);
        producer =
                new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
        try {
            producer.initTransactions();
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    @Override
    public void commit(
            Consumer<byte[], byte[]> consumer,
            List<Outcome> outcomes,
            Map<TopicPartition, OffsetAndMetadata> offsets) {
        producer.beginTransaction();
        try {
            outcomes.forEach(outcome -> outcome.records().forEach(producer::send));
            producer.sendOffsetsToTransaction(offsets, consumer.groupMetadata());
            producer.commitTransaction();
        } catch (CommitFailedException e) { // the group is being put in order anew
            producer.abortTransaction();
            throw new NotNowException(e);
        }
    }

    @Override
    public void close() {
        producer.close(Duration.ofSeconds(5));
    }
}
