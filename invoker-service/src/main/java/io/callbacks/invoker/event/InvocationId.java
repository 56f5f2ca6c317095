package io.callbacks.invoker.event;

import org.apache.kafka.clients.consumer.ConsumerRecord;

/** What a call by event goes by: where its record stands. */
final class InvocationId {
    private InvocationId() {}

    static String of(ConsumerRecord<?, ?> delivered) {
        return of(delivered.partition(), delivered.offset());
    }

    static String of(int partition, long offset) {
        return partition + "-" + offset;
    }
}
