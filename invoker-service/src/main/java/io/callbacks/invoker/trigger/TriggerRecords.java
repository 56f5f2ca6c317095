package io.callbacks.invoker.trigger;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.callbacks.cloudevent.CloudEvent;
import io.callbacks.cloudevent.CloudEventReader;
import io.callbacks.cloudevent.InvalidCloudEventException;
import io.callbacks.cloudevent.JsonData;
import io.callbacks.cloudevent.KafkaRecordEvent;
import io.callbacks.event.Trigger.Filter;
import io.callbacks.invoker.event.HandlerEvent;
import io.callbacks.invoker.event.Texts;
import java.time.Instant;
import java.util.Map;
import java.util.function.BiPredicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/** Records of users' topics as events. */
final class TriggerRecords {
    private TriggerRecords() {}

    /**
     * The event a record is, or is made.
     *
     * @throws InvalidCloudEventException if it says what it is and is not
     */
    static HandlerEvent read(ConsumerRecord<byte[], byte[]> delivered) {
        var headers = Texts.of(delivered.headers());
        var event =
                CloudEventReader.claims(headers)
                        ? CloudEventReader.read(headers, delivered.value())
                        : made(delivered, headers.get("content-type"));
        JsonData.check(event);
        return new HandlerEvent(delivered, event, Map.of());
    }

    private static CloudEvent made(
            ConsumerRecord<byte[], byte[]> it, byte @Nullable [] contentType) {
        return KafkaRecordEvent.of(
                it.topic(),
                it.partition() + "-" + it.offset(),
                Instant.ofEpochMilli(it.timestamp()),
                contentType == null ? null : new String(contentType, UTF_8),
                it.value());
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
