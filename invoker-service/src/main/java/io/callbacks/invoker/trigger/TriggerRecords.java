package io.callbacks.invoker.trigger;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.callbacks.cloudevent.CloudEvent;
import io.callbacks.cloudevent.CloudEventReader;
import io.callbacks.cloudevent.InvalidCloudEventException;
import io.callbacks.event.Trigger.Filter;
import io.callbacks.invoker.event.HandlerEvent;
import io.callbacks.invoker.event.Texts;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiPredicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/** Records of users' topics as events. */
final class TriggerRecords {
    private static final String TYPE = "io.callbacks.kafka-record";

    private TriggerRecords() {}

    /**
     * The event a record is, or is made.
     *
     * @throws InvalidCloudEventException if it says what it is and is not
     */
    static HandlerEvent read(ConsumerRecord<byte[], byte[]> delivered) {
        var headers = Texts.of(delivered.headers());
        if (CloudEventReader.claims(headers)) {
            var event = CloudEventReader.read(headers, delivered.value());
            HandlerEvent.checkData(event);
            return new HandlerEvent(delivered, event, Map.of());
        }
        return new HandlerEvent(delivered, made(delivered, headers.get("content-type")), Map.of());
    }

    private static CloudEvent made(
            ConsumerRecord<byte[], byte[]> it, byte @Nullable [] contentType) {
        var attributes = new LinkedHashMap<String, String>();
        attributes.put("specversion", "1.0");
        attributes.put("id", it.topic() + "-" + it.partition() + "-" + it.offset());
        attributes.put("source", "kafka:" + it.topic());
        attributes.put("type", TYPE);
        attributes.put("time", Instant.ofEpochMilli(it.timestamp()).toString());
        if (contentType != null) {
            attributes.put("datacontenttype", new String(contentType, UTF_8));
            var event = CloudEvent.of(attributes, Map.of(), it.value());
            HandlerEvent.checkData(event);
            return event;
        }
        attributes.put("datacontenttype", "application/json");
        var event = CloudEvent.of(attributes, Map.of(), it.value());
        if (!isJson(event)) {
            attributes.put("datacontenttype", "application/octet-stream");
            return CloudEvent.of(attributes, Map.of(), it.value());
        }
        return event;
    }

    private static boolean isJson(CloudEvent event) {
        try {
            HandlerEvent.checkData(event);
            return true;
        } catch (InvalidCloudEventException e) {
            return false;
        }
    }

    /** Whether an event is for the handler. */
    static boolean passes(Filter filter, CloudEvent event) {
        return all(filter.exact(), event, String::equals)
                && all(filter.prefix(), event, String::startsWith)
                && all(filter.suffix(), event, String::endsWith);
    }

    private static boolean all(
            Map<String, String> wanted, CloudEvent event, BiPredicate<String, String> test) {
        return wanted.entrySet().stream()
                .allMatch(
                        it ->
                                event.value(it.getKey())
                                        .filter(value -> test.test(value, it.getValue()))
                                        .isPresent());
    }
}
