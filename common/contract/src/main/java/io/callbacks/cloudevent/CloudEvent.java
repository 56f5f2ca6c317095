package io.callbacks.cloudevent;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import io.callbacks.blob.Digests;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A CloudEvent 1.0 of somebody else's.
 *
 * @param attributes those of the specification that it has, {@code id}, {@code source}, {@code
 *     type} and {@code specversion} among them
 * @param extensions all others, values as text
 * @param data its bytes; null if it has none
 * @param isJson whether the data is JSON: its media type says so, or it stands in JSON without one
 * @see <a href="https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md">CloudEvents
 *     1.0.2</a>
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
public record CloudEvent(
        Map<String, String> attributes,
        Map<String, String> extensions,
        byte @Nullable [] data,
        boolean isJson) {
    private static final Pattern JSON =
            Pattern.compile("(?:[^;]*/|[^;]*\\+)json\\s*(?:;.*)?", Pattern.CASE_INSENSITIVE);

    public CloudEvent {
        attributes = Collections.unmodifiableMap(new LinkedHashMap<>(attributes));
        extensions = Collections.unmodifiableMap(new LinkedHashMap<>(extensions));
    }

    /** One whose data is JSON if its media type says so. */
    public static CloudEvent of(
            Map<String, String> attributes,
            Map<String, String> extensions,
            byte @Nullable [] data) {
        var type = attributes.get("datacontenttype");
        return new CloudEvent(attributes, extensions, data, type != null && isJson(type));
    }

    /** With {@link #source}, what tells it from every other event. */
    public String id() {
        return requireNonNull(attributes.get("id"));
    }

    public String source() {
        return requireNonNull(attributes.get("source"));
    }

    public String type() {
        return requireNonNull(attributes.get("type"));
    }

    public Optional<String> subject() {
        return Optional.ofNullable(attributes.get("subject"));
    }

    /** What tells it from every other event: a SHA-256 of its source and its id. */
    public byte[] identity() {
        var hash = Digests.sha256();
        hash.update(source().getBytes(UTF_8));
        hash.update((byte) 0); // which is in neither
        return hash.digest(id().getBytes(UTF_8));
    }

    /** The media type of the data. */
    public Optional<String> contentType() {
        return Optional.ofNullable(attributes.get("datacontenttype"));
    }

    public Optional<String> extension(String name) {
        return Optional.ofNullable(extensions.get(name));
    }

    /** An attribute or an extension. */
    public Optional<String> value(String name) {
        return Optional.ofNullable(attributes.getOrDefault(name, extensions.get(name)));
    }

    /** Whether a media type is one of JSON. */
    public static boolean isJson(String mediaType) {
        return JSON.matcher(mediaType.strip().toLowerCase(Locale.ROOT)).matches();
    }

    @Override
    public String toString() {
        return "CloudEvent[attributes=%s, extensions=%s]"
                .formatted(attributes, extensions.keySet());
    }
}
