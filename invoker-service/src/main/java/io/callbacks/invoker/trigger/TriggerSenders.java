package io.callbacks.invoker.trigger;

import io.callbacks.event.Topics;
import io.callbacks.invoker.delivery.PlainCommits;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/** Dead letters go to the platform's cluster, answers to the trigger's. Made when needed. */
final class TriggerSenders implements PlainCommits.Senders {
    private static final int PATIENCE_MILLIS = 10_000;
    private static final int LARGEST_REQUEST = 2 * 1024 * 1024;

    private final Map<String, Object> own;
    private final Map<String, Object> theirs;
    private @Nullable Producer<byte[], byte[]> letters;
    private @Nullable Producer<byte[], byte[]> answers;

    TriggerSenders(Map<String, Object> own, Map<String, Object> theirs) {
        this.own = own;
        this.theirs = theirs;
    }

    @Override
    public Producer<byte[], byte[]> of(String topic) {
        if (topic.equals(Topics.deadLetter(Topics.INVOCATION))) {
            letters = letters == null ? open(own) : letters;
            return letters;
        }
        answers = answers == null ? open(theirs) : answers;
        return answers;
    }

    private static Producer<byte[], byte[]> open(Map<String, Object> brokers) {
        var settings = new HashMap<>(brokers);
        settings.put(ProducerConfig.ACKS_CONFIG, "all");
        settings.put(ProducerConfig.LINGER_MS_CONFIG, 0);
        settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, PATIENCE_MILLIS);
        settings.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, PATIENCE_MILLIS / 2);
        settings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, PATIENCE_MILLIS);
        settings.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, LARGEST_REQUEST);
        return new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
    }

    @Override
    public void close() {
        close(letters);
        close(answers);
    }

    private static void close(@Nullable Producer<byte[], byte[]> producer) {
        if (producer != null) {
            producer.close(Duration.ofSeconds(5));
        }
    }
}
