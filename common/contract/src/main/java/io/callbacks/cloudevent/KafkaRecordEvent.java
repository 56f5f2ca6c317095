package io.callbacks.cloudevent;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Makes events of Kafka records that are none. */
public final class KafkaRecordEvent {
    private static final String TYPE = "io.callbacks.kafka-record";

    private KafkaRecordEvent() {}

    /**
     * The event for a record. Its data is what the content type says; without one that is a media
     * type it is JSON if it can be read as that, and else bytes.
     *
     * @param place partition and offset: {@code 3-1042}
     * @param sent when; null where that is not known
     */
    public static CloudEvent of(
            String topic,
            String place,
            @Nullable Instant sent,
            @Nullable String contentType,
            byte @Nullable [] value) {
        var attributes = new LinkedHashMap<String, String>();
        attributes.put("specversion", "1.0");
        attributes.put("id", topic + "-" + place);
        attributes.put("source", "kafka:" + topic);
        attributes.put("type", TYPE);
        if (sent != null) {
            attributes.put("time", sent.toString());
        }
        if (contentType != null && AttributeRules.isMediaType(contentType)) {
            attributes.put("datacontenttype", contentType);
        } else if (value != null) {
            attributes.put(
                    "datacontenttype",
                    JsonData.isIn(value) ? "application/json" : "application/octet-stream");
        }
        return CloudEvent.of(attributes, Map.of(), value);
    }
}
