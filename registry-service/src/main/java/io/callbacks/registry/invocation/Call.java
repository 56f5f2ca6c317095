package io.callbacks.registry.invocation;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.callbacks.cloudevent.CloudEvent;
import io.callbacks.cloudevent.CloudEventReader;
import io.callbacks.cloudevent.InvalidCloudEventException;
import io.callbacks.event.Topics;
import io.callbacks.service.event.RawRecords;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * A call as it was published.
 *
 * @param event what the record says
 */
record Call(ConsumerRecord<byte[], byte[]> record, CloudEvent event) {
    private static final Pattern NUMBER = Pattern.compile("\\d{1,18}");
    private static final String EVENT_HEADER = "ce_";
    private static final String CONTENT_TYPE = "content-type";
    private static final String LETTER_HEADER = "callbacks-dlt-";

    /** What a copy does not take over, but is told anew. */
    private static final String REVISION = "revision";

    /** The call in a record; empty if there is none. */
    static Optional<Call> in(ConsumerRecord<byte[], byte[]> record) {
        try {
            var event = CloudEventReader.read(RawRecords.headers(record), record.value());
            return Optional.of(new Call(record, event));
        } catch (InvalidCloudEventException e) {
            return Optional.empty();
        }
    }

    /** Whether it can be asked after. */
    boolean isTracked() {
        return event.extension("track").filter("true"::equals).isPresent();
    }

    Instant acceptedAt() {
        return Instant.ofEpochMilli(Math.max(0, record.timestamp()));
    }

    /** The number of the callback, where the event names it by that. */
    Optional<Long> callbackId() {
        return event.subject().filter(s -> NUMBER.matcher(s).matches()).map(Long::valueOf);
    }

    /**
     * The same call once more: key, data and headers, in binary mode.
     *
     * @param instead attributes that have other values in the copy
     */
    ProducerRecord<byte[], byte[]> copy(Map<String, String> instead) {
        var copy =
                new ProducerRecord<byte[], byte[]>(Topics.INVOCATION, record.key(), event.data());
        attributes(instead).forEach((n, v) -> copy.headers().add(header(n), v.getBytes(UTF_8)));
        for (var other : record.headers()) {
            if (isOther(other.key())) {
                copy.headers().add(other);
            }
        }
        return copy;
    }

    private Map<String, String> attributes(Map<String, String> instead) {
        var all = new LinkedHashMap<>(event.attributes());
        if (event.isJson()) { // which in structured mode goes without saying
            all.putIfAbsent("datacontenttype", "application/json");
        }
        all.putAll(event.extensions());
        all.remove(REVISION);
        all.putAll(instead);
        return all;
    }

    private static String header(String attribute) {
        return attribute.equals("datacontenttype") ? CONTENT_TYPE : EVENT_HEADER + attribute;
    }

    private static boolean isOther(String header) {
        return !header.startsWith(EVENT_HEADER)
                && !header.equals(CONTENT_TYPE)
                && !header.startsWith(LETTER_HEADER);
    }

    /** An order about a call, for the invoker that has its partition. */
    ProducerRecord<byte[], byte[]> order(String type, String id) {
        var order =
                new ProducerRecord<byte[], byte[]>(
                        Topics.INVOCATION, record.partition(), record.key(), null);
        var attributes =
                Map.of(
                        "specversion",
                        "1.0",
                        "type",
                        type,
                        "source",
                        "/registry",
                        "id",
                        id,
                        "subject",
                        new RecordId(record.partition(), record.offset()).toString());
        attributes.forEach((n, v) -> order.headers().add(header(n), v.getBytes(UTF_8)));
        return order;
    }
}
