package io.callbacks.invoker.delivery;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;

/**
 * First the outcomes, then the offsets: an outcome may be published twice, and never not at all.
 */
public final class PlainCommits implements Commits {
    /** Who sends a record: its topic decides. */
    public interface Senders extends AutoCloseable {
        Producer<byte[], byte[]> of(String topic);

        @Override
        void close();
    }

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Senders senders;

    public PlainCommits(Senders senders) {
        this.senders = senders;
    }

    @Override
    public void commit(
            Consumer<byte[], byte[]> consumer,
            List<ProducerRecord<byte[], byte[]>> records,
            Map<TopicPartition, OffsetAndMetadata> offsets) {
        records.stream()
                .<Future<?>>map(it -> senders.of(it.topic()).send(it))
                .toList()
                .forEach(PlainCommits::await);
        consumer.commitSync(offsets, PATIENCE);
    }

    /** A producer gives up by itself. */
    private static void await(Future<?> sent) {
        try {
            sent.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof KafkaException known
                    ? known
                    : new KafkaException("could not publish an outcome", e.getCause());
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }

    @Override
    public void close() {
        senders.close();
    }
}
