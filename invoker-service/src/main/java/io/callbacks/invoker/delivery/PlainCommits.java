package io.callbacks.invoker.delivery;

import java.time.Duration;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.apache.kafka.common.errors.RetriableException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

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

    private static final Logger log = LoggerFactory.getLogger(PlainCommits.class);
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Senders senders;
    private final Set<Outcome> published = Collections.newSetFromMap(new IdentityHashMap<>());

    public PlainCommits(Senders senders) {
        this.senders = senders;
    }

    @Override
    public void commit(
            Consumer<byte[], byte[]> consumer,
            List<Outcome> outcomes,
            Map<TopicPartition, OffsetAndMetadata> offsets) {
        try {
            publish(outcomes);
            consumer.commitSync(offsets, PATIENCE);
            published.clear();
        } catch (RetriableException | CommitFailedException | RebalanceInProgressException e) {
            throw new NotNowException(e);
        }
    }

    /** Those that are not published yet: a commit may have failed behind them. */
    private void publish(List<Outcome> outcomes) {
        var sent = new IdentityHashMap<Outcome, List<Future<?>>>();
        for (var outcome : outcomes) {
            if (!published.contains(outcome)) {
                sent.put(outcome, sent(outcome.records()));
            }
        }
        sent.forEach(
                (outcome, all) -> {
                    try {
                        all.forEach(PlainCommits::await);
                    } catch (RetriableException e) {
                        throw e;
                    } catch (KafkaException e) { // its topic will never take it
                        if (outcome.instead().isEmpty()) {
                            throw e;
                        }
                        log.warn("A topic does not take an outcome: reason={}", e.getMessage());
                        sent(outcome.instead()).forEach(PlainCommits::await);
                    }
                    published.add(outcome);
                });
    }

    private List<Future<?>> sent(List<ProducerRecord<byte[], byte[]>> records) {
        return records.stream().<Future<?>>map(it -> senders.of(it.topic()).send(it)).toList();
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
