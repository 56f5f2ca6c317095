package io.callbacks.invoker.delivery;

import java.util.List;
import org.apache.kafka.clients.producer.ProducerRecord;

/** What is to be published when records are done. */
public record Outcome(List<ProducerRecord<byte[], byte[]>> records) {
    /** Nothing. */
    public static final Outcome NOTHING = new Outcome(List.of());

    public Outcome {
        records = List.copyOf(records);
    }
}
