package io.callbacks.cloudevent;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** Data that says it is JSON. */
public final class JsonData {
    private static final JsonMapper JSON = new JsonMapper();

    private JsonData() {}

    /**
     * Looks whether data that says it is JSON is so.
     *
     * @throws InvalidCloudEventException if not
     */
    public static void check(CloudEvent event) {
        var data = event.data();
        if (data == null || !event.isJson()) {
            return;
        }
        try {
            check(data);
        } catch (JacksonException e) {
            throw InvalidCloudEventException.at(e, "the data is not JSON, as datacontenttype says");
        }
    }

    private static void check(byte[] data) {
        try (var parser = JSON.createParser(text(data))) {
            if (parser.nextToken() == null) {
                throw new InvalidCloudEventException(
                        "the data is empty; leave datacontenttype out, or send JSON.");
            }
            parser.skipChildren();
            if (parser.nextToken() != null) {
                throw new InvalidCloudEventException("the data is more than one JSON value.");
            }
        }
    }

    /** Whether there is one JSON value, and nothing else. */
    static boolean isIn(byte[] data) {
        try {
            check(data);
            return true;
        } catch (JacksonException | InvalidCloudEventException e) {
            return false;
        }
    }

    private static String text(byte[] data) {
        try {
            return UTF_8.newDecoder().decode(ByteBuffer.wrap(data)).toString();
        } catch (CharacterCodingException e) { // JSON can be UTF-16, but not here
            throw new InvalidCloudEventException("the data is JSON that is not UTF-8.");
        }
    }
}
