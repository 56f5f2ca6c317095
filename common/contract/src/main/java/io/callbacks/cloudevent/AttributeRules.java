package io.callbacks.cloudevent;

import java.net.URI;
import java.net.URISyntaxException;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** What the attributes of a CloudEvent may be. */
final class AttributeRules {
    /** Those of the specification. */
    static final List<String> NAMES =
            List.of(
                    "specversion",
                    "id",
                    "source",
                    "type",
                    "subject",
                    "time",
                    "datacontenttype",
                    "dataschema");

    private static final List<String> REQUIRED = List.of("specversion", "id", "source", "type");
    private static final Pattern NAME = Pattern.compile("[a-z0-9]{1,64}");
    private static final Pattern MEDIA_TYPE =
            Pattern.compile("[\\w!#$&^.+-]+/[\\w!#$&^.+-]+\\s*(?:;.*)?");
    private static final Pattern TIME =
            Pattern.compile(
                    "\\d{4}-\\d\\d-\\d\\d[Tt]\\d\\d:\\d\\d:\\d\\d(?:\\.\\d+)?(?:[Zz]|[+-]\\d\\d:\\d\\d)");
    private static final int LONGEST = 4096;
    private static final int MOST_EXTENSIONS = 64;
    private static final int SHOWN = 64;

    private AttributeRules() {}

    /** Throws the first thing that is wrong. */
    static void check(CloudEvent event) {
        REQUIRED.forEach(name -> require(event, name));
        event.attributes().forEach(AttributeRules::checkValue);
        var version = event.attributes().getOrDefault("specversion", "");
        if (!version.equals("1.0")) {
            throw wrong("specversion is '%s'; only 1.0 is known.".formatted(shown(version)));
        }
        checkUri("source", event.source(), false);
        event.value("dataschema").ifPresent(schema -> checkUri("dataschema", schema, true));
        event.value("time").ifPresent(AttributeRules::checkTime);
        event.contentType().ifPresent(AttributeRules::checkMediaType);
        if (event.extensions().size() > MOST_EXTENSIONS) {
            throw wrong("there are more than " + MOST_EXTENSIONS + " extensions.");
        }
        event.extensions().forEach(AttributeRules::checkExtension);
    }

    /** As much of a text as a message can hold. */
    static String shown(String text) {
        return text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "…";
    }

    private static void require(CloudEvent event, String name) {
        if (!event.attributes().containsKey(name)) {
            throw wrong("attribute '" + name + "' is missing.");
        }
    }

    private static void checkValue(String name, String value) {
        if (value.isEmpty()) {
            throw wrong("attribute '" + shown(name) + "' is empty.");
        }
        if (value.length() > LONGEST) {
            throw wrong(
                    "attribute '%s' is longer than %d characters.".formatted(shown(name), LONGEST));
        }
        if (value.chars().anyMatch(Character::isISOControl)) {
            throw wrong("attribute '" + shown(name) + "' holds a control character.");
        }
    }

    private static void checkExtension(String name, String value) {
        if (!NAME.matcher(name).matches()) {
            throw wrong(
                    "'%s' is not a name of an attribute; use lower-case letters and digits."
                            .formatted(shown(name)));
        }
        if (name.equals("data")) {
            throw wrong("an attribute cannot be named 'data'.");
        }
        if (!value.isEmpty()) {
            checkValue(name, value);
        }
    }

    private static void checkUri(String name, String value, boolean absolute) {
        try {
            if (!absolute || new URI(value).isAbsolute()) {
                var _ = new URI(value);
                return;
            }
        } catch (URISyntaxException e) {
            // told below, as for a relative one
        }
        throw wrong(
                "%s is '%s', which is not %s."
                        .formatted(
                                name,
                                shown(value),
                                absolute ? "an absolute URI" : "a URI reference"));
    }

    private static void checkTime(String time) {
        try {
            if (TIME.matcher(time).matches()) {
                var _ = OffsetDateTime.parse(time.toUpperCase(Locale.ROOT));
                return;
            }
        } catch (DateTimeException e) {
            // told below, as for what does not even look like one
        }
        throw wrong(
                "time is '%s'; write it as RFC 3339 does: 2026-01-02T03:04:05Z."
                        .formatted(shown(time)));
    }

    /** Whether it can be the media type of data. */
    static boolean isMediaType(String type) {
        return MEDIA_TYPE.matcher(type).matches()
                && type.length() <= LONGEST
                && type.chars().noneMatch(Character::isISOControl);
    }

    private static void checkMediaType(String type) {
        if (!isMediaType(type)) {
            throw wrong("datacontenttype is '%s', which is no media type.".formatted(shown(type)));
        }
    }

    private static InvalidCloudEventException wrong(String what) {
        return new InvalidCloudEventException(what);
    }
}
