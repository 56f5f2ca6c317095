package io.callbacks.cloudevent;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.exc.MismatchedInputException;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reads CloudEvents from Kafka records, in binary and in structured mode.
 *
 * @see <a
 *     href="https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/kafka-protocol-binding.md">CloudEvents
 *     Kafka binding</a>
 */
public final class CloudEventReader {
    private static final String PREFIX = "ce_";
    private static final String STRUCTURED = "application/cloudevents";
    private static final JsonMapper JSON =
            JsonMapper.builder()
                    .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
                    .build();

    private CloudEventReader() {}

    /** Whether a record claims to be a CloudEvent. */
    public static boolean claims(Map<String, byte[]> headers) {
        return headers.containsKey("ce_specversion") || isStructured(headers);
    }

    /**
     * The event in a record.
     *
     * @param headers the last of each name
     * @throws InvalidCloudEventException if it holds none, or a broken one
     */
    public static CloudEvent read(Map<String, byte[]> headers, byte @Nullable [] value) {
        var event = isStructured(headers) ? structured(headers, value) : binary(headers, value);
        AttributeRules.check(event);
        return event;
    }

    private static boolean isStructured(Map<String, byte[]> headers) {
        var type = headers.get("content-type");
        return type != null
                && new String(type, UTF_8).toLowerCase(Locale.ROOT).startsWith(STRUCTURED);
    }

    private static CloudEvent binary(Map<String, byte[]> headers, byte @Nullable [] data) {
        var values = new LinkedHashMap<String, String>();
        headers.forEach(
                (name, value) -> {
                    if (name.startsWith(PREFIX)) {
                        values.put(name.substring(PREFIX.length()), text(name, value));
                    } else if (name.equals("content-type")) {
                        values.put("datacontenttype", text(name, value));
                    }
                });
        return event(values, data, false);
    }

    private static CloudEvent structured(Map<String, byte[]> headers, byte @Nullable [] value) {
        var type = text("content-type", headers.get("content-type"));
        var name = type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
        if (!name.equals("application/cloudevents+json")) {
            throw new InvalidCloudEventException(
                    "content-type '%s' is not supported; send application/cloudevents+json, one event in a record, or binary mode."
                            .formatted(AttributeRules.shown(type)));
        }
        var json = json(value);
        var values = new LinkedHashMap<String, String>();
        for (var member : json.properties()) {
            var known = member.getKey();
            if (!known.equals("data") && !known.equals("data_base64")) {
                put(values, known, member.getValue());
            }
        }
        var data = data(json, values.get("datacontenttype"));
        return event(values, data, !json.has("data_base64"));
    }

    private static JsonNode json(byte @Nullable [] value) {
        try {
            var json = value == null ? null : JSON.readTree(value);
            if (json != null && json.isObject()) {
                return json;
            }
        } catch (MismatchedInputException e) {
            throw InvalidCloudEventException.at(e, "the value has a member of an object twice");
        } catch (JacksonException e) {
            throw InvalidCloudEventException.at(e, "the value is not JSON");
        }
        throw new InvalidCloudEventException("the value is not a JSON object.");
    }

    private static void put(Map<String, String> values, String name, JsonNode value) {
        if (value.isNull()) {
            return; // as if it were absent
        }
        if (value.isContainer()) {
            throw new InvalidCloudEventException(
                    "attribute '%s' is an object or an array; attributes are strings, numbers or booleans."
                            .formatted(AttributeRules.shown(name)));
        }
        values.put(name, value.asString());
    }

    private static byte @Nullable [] data(JsonNode json, @Nullable String type) {
        var encoded = json.get("data_base64");
        var data = json.get("data");
        if (encoded != null && data != null) {
            throw new InvalidCloudEventException("there are both data and data_base64; send one.");
        }
        if (encoded != null) {
            return decoded(encoded);
        }
        if (data == null) {
            return null;
        }
        return data.isString() && type != null && !CloudEvent.isJson(type)
                ? data.stringValue().getBytes(UTF_8)
                : JSON.writeValueAsBytes(data);
    }

    private static byte[] decoded(JsonNode encoded) {
        try {
            if (encoded.isString()) {
                return Base64.getDecoder().decode(encoded.stringValue());
            }
        } catch (IllegalArgumentException e) {
            // told below, as for what is not even text
        }
        throw new InvalidCloudEventException("data_base64 is not Base64.");
    }

    private static CloudEvent event(
            Map<String, String> values, byte @Nullable [] data, boolean jsonUntilSaid) {
        var attributes = new LinkedHashMap<String, String>();
        for (var name : AttributeRules.NAMES) {
            var value = values.remove(name);
            if (value != null) {
                attributes.put(name, value);
            }
        }
        return jsonUntilSaid && !attributes.containsKey("datacontenttype")
                ? new CloudEvent(attributes, values, data, true)
                : CloudEvent.of(attributes, values, data);
    }

    private static String text(String name, byte @Nullable [] value) {
        try {
            return value == null
                    ? ""
                    : UTF_8.newDecoder().decode(ByteBuffer.wrap(value)).toString();
        } catch (CharacterCodingException e) {
            throw new InvalidCloudEventException(
                    "header '%s' is not UTF-8.".formatted(AttributeRules.shown(name)));
        }
    }
}
