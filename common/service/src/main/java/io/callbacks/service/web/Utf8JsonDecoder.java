package io.callbacks.service.web;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.core.ResolvableType;
import org.springframework.core.codec.DecodingException;
import org.springframework.core.codec.Hints;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.http.codec.json.JacksonJsonDecoder;
import org.springframework.util.MimeType;
import tools.jackson.databind.json.JsonMapper;

/**
 * Decodes JSON that is UTF-8 to the letter. Jackson alone takes what is not shortest form, and
 * guesses other encodings. Nor does it log what it decodes, at any level: there are secrets in it.
 */
final class Utf8JsonDecoder extends JacksonJsonDecoder {
    Utf8JsonDecoder(JsonMapper json) {
        super(json);
    }

    @Override
    public Object decode(
            DataBuffer body,
            ResolvableType type,
            @Nullable MimeType mimeType,
            @Nullable Map<String, Object> hints) {
        if (!isUtf8(bytes(body))) {
            DataBufferUtils.release(body);
            throw new DecodingException("not UTF-8");
        }
        var silent = Hints.merge(Hints.none(), Hints.SUPPRESS_LOGGING_HINT, true);
        return super.decode(
                body, type, mimeType, hints == null ? silent : Hints.merge(hints, silent));
    }

    private static ByteBuffer bytes(DataBuffer body) {
        var bytes = ByteBuffer.allocate(body.readableByteCount());
        body.toByteBuffer(bytes);
        return bytes.rewind();
    }

    /** No NUL is left bare in JSON, but UTF-16 and UTF-32 are full of them. */
    static boolean isUtf8(ByteBuffer bytes) {
        try {
            return UTF_8.newDecoder().decode(bytes).chars().noneMatch(c -> c == 0);
        } catch (CharacterCodingException e) {
            return false;
        }
    }
}
