package io.callbacks.invoker.route;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The path of a request, cut into segments. Percent-encoding is decoded, but for an encoded slash
 * or backslash, which stays as it was sent: no literal matches it, and a parameter gets it encoded.
 *
 * @param segments without the empty one a trailing slash leaves
 */
public record RequestPath(List<String> segments) {
    private static final Pattern SEPARATOR = Pattern.compile("(?i)%2f|%5c");

    /**
     * Reads a path as it was sent.
     *
     * @throws MalformedPathException for a dot segment (also an encoded one), a NUL, an encoding
     *     that is broken or not UTF-8
     */
    public static RequestPath parse(String path) {
        var segments = new ArrayList<String>();
        int from = path.startsWith("/") ? 1 : 0;
        while (from < path.length()) {
            int slash = path.indexOf('/', from);
            int to = slash < 0 ? path.length() : slash;
            segments.add(segment(path.substring(from, to)));
            from = to + 1;
        }
        return new RequestPath(segments);
    }

    private static String segment(String sent) {
        var segment = sent.indexOf('%') < 0 ? sent : decoded(sent);
        if (segment.indexOf('.') >= 0) {
            refuseDots(segment);
        }
        return segment;
    }

    private static void refuseDots(String segment) {
        for (var part : SEPARATOR.split(segment, -1)) {
            if (part.equals(".") || part.equals("..")) {
                throw new MalformedPathException("The path has a dot segment.");
            }
        }
    }

    private static String decoded(String sent) {
        var bytes = ByteBuffer.allocate(sent.length());
        for (int i = 0; i < sent.length(); i++) {
            if (sent.charAt(i) != '%') {
                bytes.put((byte) sent.charAt(i));
                continue;
            }
            var octet = octet(sent, i);
            if (octet == '/' || octet == '\\') {
                bytes.put(sent.substring(i, i + 3).getBytes(UTF_8));
            } else {
                bytes.put(octet);
            }
            i += 2;
        }
        return text(bytes.flip());
    }

    private static byte octet(String sent, int percent) {
        if (percent + 2 >= sent.length()
                || !HexFormat.isHexDigit(sent.charAt(percent + 1))
                || !HexFormat.isHexDigit(sent.charAt(percent + 2))) {
            throw new MalformedPathException("The path has a broken percent-encoding.");
        }
        byte octet = (byte) HexFormat.fromHexDigits(sent, percent + 1, percent + 3);
        if (octet == 0) {
            throw new MalformedPathException("The path has a NUL.");
        }
        return octet;
    }

    private static String text(ByteBuffer bytes) {
        try {
            return UTF_8.newDecoder().decode(bytes).toString();
        } catch (CharacterCodingException e) {
            throw new MalformedPathException("The path is not UTF-8.");
        }
    }
}
