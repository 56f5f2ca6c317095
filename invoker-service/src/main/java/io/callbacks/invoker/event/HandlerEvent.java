package io.callbacks.invoker.event;

import io.callbacks.cloudevent.CloudEvent;
import java.io.ByteArrayOutputStream;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.json.JsonMapper;

/**
 * An event as a handler gets it: JSON of the version {@value #VERSION}, documented for those who
 * write functions.
 *
 * @param parameters of the path it was sent to
 */
public record HandlerEvent(
        ConsumerRecord<byte[], byte[]> delivered,
        CloudEvent event,
        Map<String, String> parameters) {
    static final String VERSION = "cloudevents/1.0";
    private static final String BATCH = "cloudevents-batch/1.0";
    private static final JsonMapper JSON = new JsonMapper();

    /** As JSON. */
    public byte[] json(String invocationId, int attempt) {
        var out = new ByteArrayOutputStream();
        try (var json = JSON.createGenerator(out)) {
            write(json, new Delivery(invocationId, attempt));
        }
        return out.toByteArray();
    }

    /** Several in one. */
    public static byte[] json(List<HandlerEvent> batch, String invocationId, int attempt) {
        var out = new ByteArrayOutputStream();
        try (var json = JSON.createGenerator(out)) {
            json.writeStartObject();
            json.writeStringProperty("version", BATCH);
            json.writeArrayPropertyStart("events");
            batch.forEach(event -> event.write(json, null));
            json.writeEndArray();
            new Delivery(invocationId, attempt).write(json);
            json.writeEndObject();
        }
        return out.toByteArray();
    }

    private void write(JsonGenerator json, @Nullable Delivery delivery) {
        json.writeStartObject();
        json.writeStringProperty("version", VERSION);
        write(json, "attributes", event.attributes());
        write(json, "extensions", event.extensions());
        writeData(json);
        if (parameters.isEmpty()) {
            json.writeNullProperty("path_parameters");
        } else {
            write(json, "path_parameters", parameters);
        }
        writeKafka(json);
        if (delivery != null) {
            delivery.write(json);
        }
        json.writeEndObject();
    }

    private void writeData(JsonGenerator json) {
        var data = event.data();
        var text = data == null ? null : Texts.text(data);
        json.writeName("data");
        if (text == null) {
            json.writeNull();
        } else if (event.isJson()) {
            json.writeRawValue(text);
        } else {
            json.writeString(text);
        }
        json.writeName("data_base64");
        if (data == null || text != null) {
            json.writeNull();
        } else {
            json.writeString(Base64.getEncoder().encodeToString(data));
        }
    }

    private void writeKafka(JsonGenerator json) {
        json.writeObjectPropertyStart("kafka");
        json.writeStringProperty("topic", delivered.topic());
        json.writeNumberProperty("partition", delivered.partition());
        json.writeNumberProperty("offset", delivered.offset());
        json.writeName("key");
        if (delivered.key() == null) {
            json.writeNull();
        } else {
            json.writeString(Texts.orBase64(delivered.key()));
        }
        json.writeStringProperty(
                "timestamp", Instant.ofEpochMilli(delivered.timestamp()).toString());
        json.writeObjectPropertyStart("headers");
        Texts.of(delivered.headers())
                .forEach(
                        (name, value) -> {
                            if (!name.startsWith("ce_") && !name.equals("content-type")) {
                                json.writeStringProperty(name, Texts.orBase64(value));
                            }
                        });
        json.writeEndObject();
        json.writeEndObject();
    }

    private static void write(JsonGenerator json, String name, Map<String, String> values) {
        json.writeObjectPropertyStart(name);
        values.forEach(json::writeStringProperty);
        json.writeEndObject();
    }

    /** What is told of the call itself. */
    private record Delivery(String invocationId, int attempt) {
        void write(JsonGenerator json) {
            json.writeObjectPropertyStart("delivery");
            json.writeStringProperty("invocation_id", invocationId);
            json.writeNumberProperty("attempt", attempt);
            json.writeEndObject();
        }
    }
}
