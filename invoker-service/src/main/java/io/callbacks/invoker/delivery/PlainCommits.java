package io.callbacks.invoker.delivery;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
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
        var left = new ArrayDeque<>(outcomes);
        left.removeIf(published::contains);
        while (!left.isEmpty()) {
            var sent = new ArrayList<Sent>();
            do {
                var outcome = left.remove();
                sent.add(new Sent(outcome, sent(outcome.records())));
            } while (!left.isEmpty() && !sent.getLast().hasFailed());
            sent.forEach(this::settle);
        }
    }

    /** One that is on its way. */
    private record Sent(Outcome outcome, List<Future<?>> records) {
        /** As where there is no such topic: each record takes its time to find that out. */
        boolean hasFailed() {
            return records.stream().anyMatch(it -> it.state() == Future.State.FAILED);
        }
    }

    private void settle(Sent sent) {
        try {
            sent.records().forEach(PlainCommits::await);
        } catch (RetriableException e) {
            throw e;
        } catch (KafkaException e) { // its topic will never take it
            var instead = sent.outcome().instead();
            if (instead.isEmpty()) {
                throw e;
            }
            log.warn("A topic does not take an outcome: reason={}", e.getMessage());
            sent(instead).forEach(PlainCommits::await);
        }
        published.add(sent.outcome());
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
