package io.callbacks.registry.invocation;

import io.callbacks.cloudevent.CloudEvent;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.json.JsonMapper;

/** Makes an event of a record that is none, as triggers do. */
final class ForeignRecord {
    private static final Pattern MEDIA_TYPE =
            Pattern.compile("[\\w!#$&^.+-]+/[\\w!#$&^.+-]+\\s*(?:;[^\\p{Cntrl}]*)?");
    private static final JsonMapper JSON =
            JsonMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

    private ForeignRecord() {}

    /**
     * The call for a record.
     *
     * @param topic where it came from
     * @param place where it was there
     */
    static Call call(ConsumerRecord<byte[], byte[]> record, String topic, RecordId place) {
        var attributes = new HashMap<String, String>();
        attributes.put("specversion", "1.0");
        attributes.put("id", topic + "-" + place);
        attributes.put("source", "kafka:" + topic);
        attributes.put("type", "io.callbacks.kafka-record");
        contentType(record).ifPresent(type -> attributes.put("datacontenttype", type));
        return new Call(record, CloudEvent.of(attributes, Map.of(), record.value()));
    }

    private static Optional<String> contentType(ConsumerRecord<byte[], byte[]> record) {
        var given =
                RecordHeaders.text(record, "content-type")
                        .filter(type -> MEDIA_TYPE.matcher(type).matches())
                        .filter(type -> !isEvent(type));
        return given.isEmpty() && isJson(record.value()) ? Optional.of("application/json") : given;
    }

    private static boolean isEvent(String type) {
        return type.toLowerCase(Locale.ROOT).startsWith("application/cloudevents");
    }

    private static boolean isJson(byte @Nullable [] value) {
        try {
            return value != null && !JSON.readTree(value).isMissingNode();
        } catch (JacksonException e) {
            return false;
        }
    }
}
