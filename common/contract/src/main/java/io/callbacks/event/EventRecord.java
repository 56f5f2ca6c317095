package io.callbacks.event;

import java.util.Map;
import java.util.TreeMap;

/**
 * An event as it stands in Kafka: a CloudEvent in binary mode.
 *
 * @param headers in UTF-8
 * @param value JSON
 */
public record EventRecord(String topic, String key, Map<String, String> headers, byte[] value) {
    public EventRecord {
        headers = Map.copyOf(headers);
    }

    @Override
    public String toString() {
        return "EventRecord[topic=%s, key=%s, headers=%s]"
                .formatted(topic, key, new TreeMap<>(headers));
    }
}
