package io.callbacks.registry.invocation;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * Bytes as JSON can hold them.
 *
 * @param text if they are UTF-8
 * @param base64 else
 */
record Content(@Nullable String text, @Nullable String base64) {
    static final Content NONE = new Content(null, null);

    static Content of(byte[] bytes) {
        try {
            return new Content(UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString(), null);
        } catch (CharacterCodingException e) {
            return new Content(null, Base64.getEncoder().encodeToString(bytes));
        }
    }

    /** Whichever it is. */
    static @Nullable String shown(byte @Nullable [] bytes) {
        if (bytes == null) {
            return null;
        }
        var content = of(bytes);
        return content.text() == null ? content.base64() : content.text();
    }
}
