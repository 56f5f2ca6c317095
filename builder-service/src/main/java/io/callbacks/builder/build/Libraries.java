package io.callbacks.builder.build;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.callbacks.blob.Digests;
import java.util.Locale;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Brings libraries that mean the same into the same form, so that they are installed once. What
 * names anything but packages of the index is refused here again: installers read paths, addresses,
 * options and variables of their environment out of it.
 */
final class Libraries {
    private static final JsonMapper JSON = new JsonMapper();
    private static final String[] MEMBERS = {"dependencies", "optionalDependencies", "overrides"};
    private static final Pattern COMMENT = Pattern.compile("(^|\\s)#.*");

    /** A name, then extras and versions, then a marker. */
    private static final Pattern REQUIREMENT =
            Pattern.compile(
                    "([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)"
                            + "(\\s*(?:\\[[A-Za-z0-9._,\\s-]*])?[A-Za-z0-9.,*+!_()<>=~\\s-]*?)"
                            + "(?:;([A-Za-z0-9_.'\"<>=!~()\\s,*+-]+))?");

    private static final Pattern RANGE = Pattern.compile("[0-9A-Za-z.^~<>=|*+ -]*");
    private static final Pattern REFERENCE = Pattern.compile("\\$[@A-Za-z0-9._/~-]+");
    private static final Pattern NODE_NAME =
            Pattern.compile("(?:@[A-Za-z0-9~-][A-Za-z0-9._~-]*/)?[A-Za-z0-9~-][A-Za-z0-9._~-]*");

    private Libraries() {}

    /**
     * The normal form; empty if there is nothing to install.
     *
     * @throws RefusedLibraryException if it asks for more than packages of the index
     */
    static String normal(String type, @Nullable String library) {
        if (library == null || library.isBlank()) {
            return "";
        }
        return type.startsWith("node") ? node(library) : python(library);
    }

    // --- requirement lines

    private static String python(String library) {
        return library.lines()
                .map(line -> COMMENT.matcher(line).replaceFirst("").strip())
                .filter(line -> !line.isEmpty())
                .map(Libraries::requirement)
                .distinct()
                .sorted()
                .collect(Collectors.joining("\n"));
    }

    /** Names compare without case and with all separators alike; white space means nothing. */
    private static String requirement(String line) {
        var parts = REQUIREMENT.matcher(line);
        if (!parts.matches() || line.contains(" -")) {
            throw new RefusedLibraryException("'" + line + "' is not allowed as a requirement.");
        }
        var name = parts.group(1).toLowerCase(Locale.ROOT).replaceAll("[._-]+", "-");
        var versions = parts.group(2).replaceAll("\\s+", "");
        var marker = parts.group(3);
        return name + versions + (marker == null ? "" : " ; " + marker.strip());
    }

    // --- package.json

    private static String node(String library) {
        var all = parsed(library);
        var kept = JsonNodeFactory.instance.objectNode();
        for (var member : MEMBERS) {
            var value = all.get(member);
            if (value != null && value.isObject() && !value.isEmpty()) {
                check(member, value);
                kept.set(member, sorted(value));
            }
        }
        return kept.has("dependencies") || kept.has("optionalDependencies") ? kept.toString() : "";
    }

    private static JsonNode parsed(String library) {
        try {
            return JSON.readTree(library);
        } catch (JacksonException e) {
            throw new RefusedLibraryException("The library is not a package.json.");
        }
    }

    private static void check(String member, JsonNode packages) {
        for (var entry : packages.properties()) {
            var name = entry.getKey();
            var wanted = entry.getValue();
            if (member.equals("overrides")) {
                if (wanted.isObject()) {
                    check(member, wanted);
                    continue;
                }
            } else if (!NODE_NAME.matcher(name).matches()) {
                throw new RefusedLibraryException("'" + name + "' is not a name of a package.");
            }
            if (!isRange(wanted) && !(member.equals("overrides") && isReference(wanted))) {
                throw new RefusedLibraryException(
                        "'" + name + "' wants " + wanted + ", which is not a version or range.");
            }
        }
    }

    private static boolean isRange(JsonNode wanted) {
        return wanted.isString() && RANGE.matcher(wanted.stringValue()).matches();
    }

    private static boolean isReference(JsonNode wanted) {
        return wanted.isString() && REFERENCE.matcher(wanted.stringValue()).matches();
    }

    private static JsonNode sorted(JsonNode node) {
        if (!node.isObject()) {
            return node;
        }
        var members = new TreeMap<String, JsonNode>();
        node.properties().forEach(e -> members.put(e.getKey(), sorted(e.getValue())));
        ObjectNode sorted = JsonNodeFactory.instance.objectNode();
        members.forEach(sorted::set);
        return sorted;
    }

    /** Whether a package.json says that its code is an ES module. */
    static boolean isModule(@Nullable String library) {
        if (library == null || library.isBlank()) {
            return false;
        }
        return parsed(library).path("type").asString("").equals("module");
    }

    /** Names an install: the same key, the same result. */
    static String key(String runtime, String normal) {
        return Digests.of((runtime + "\n" + normal).getBytes(UTF_8));
    }
}
