package io.callbacks.invoker.delivery;

import java.util.Map;

/**
 * What is consumed, and how much at once.
 *
 * @param name of the consumer, for threads and logs
 * @param topic waited for until there is one
 * @param kafka settings of the consumer: brokers, group
 * @param latest whether a group that has no offsets at all begins at the end
 * @param concurrency most calls of the handler under way
 * @param batch most records in one call
 * @param window most records of a partition in hand, from the first one on that is not done
 * @param bytes most bytes of records in hand
 */
public record DeliverySettings(
        String name,
        String topic,
        Map<String, Object> kafka,
        boolean latest,
        int concurrency,
        int batch,
        int window,
        long bytes) {
    public DeliverySettings {
        kafka = Map.copyOf(kafka);
    }

    @Override
    public String toString() {
        return "DeliverySettings[name=%s, topic=%s]".formatted(name, topic);
    }
}
