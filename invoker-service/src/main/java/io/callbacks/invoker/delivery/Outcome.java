package io.callbacks.invoker.delivery;

import java.util.List;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * What is to be published when records are done.
 *
 * @param instead what is published in its place where a topic does not take it
 */
public record Outcome(
        List<ProducerRecord<byte[], byte[]>> records,
        List<ProducerRecord<byte[], byte[]>> instead) {
    /** Nothing. */
    public static final Outcome NOTHING = new Outcome(List.of());

    public Outcome {
        records = List.copyOf(records);
        instead = List.copyOf(instead);
    }

    /** What every topic takes. */
    public Outcome(List<ProducerRecord<byte[], byte[]>> records) {
        this(records, List.of());
    }
}
