package io.callbacks.invoker.event;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/** Texts in Kafka records. */
public final class Texts {
    private Texts() {}

    /** The last header of each name that has a value. */
    public static Map<String, byte[]> of(Headers headers) {
        var all = new LinkedHashMap<String, byte[]>();
        for (var header : headers) {
            if (header.value() != null) {
                all.put(header.key(), header.value());
            }
        }
        return all;
    }

    /** As text, or else as Base64. */
    static String orBase64(byte[] bytes) {
        var text = text(bytes);
        return text == null ? Base64.getEncoder().encodeToString(bytes) : text;
    }

    /** Null if it is not UTF-8. */
    static @Nullable String text(byte[] bytes) {
        try {
            return UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            return null;
        }
    }
}
