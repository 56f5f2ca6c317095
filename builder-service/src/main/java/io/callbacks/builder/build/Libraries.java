package io.callbacks.builder.build;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.callbacks.blob.Digests;
import java.util.Locale;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Brings libraries that mean the same into the same form, so that they are installed once. */
final class Libraries {
    private static final JsonMapper JSON = new JsonMapper();
    private static final String[] MEMBERS = {"dependencies", "optionalDependencies", "overrides"};

    private Libraries() {}

    /** The normal form; empty if there is nothing to install. */
    static String normal(String type, @Nullable String library) {
        if (library == null || library.isBlank()) {
            return "";
        }
        return type.startsWith("node") ? node(library) : python(library);
    }

    private static String python(String library) {
        return library.lines()
                .map(line -> line.replaceFirst("(^|\\s)#.*", "").strip())
                .filter(line -> !line.isEmpty())
                .map(Libraries::requirement)
                .distinct()
                .sorted()
                .collect(Collectors.joining("\n"));
    }

    /** Names compare without case and with all separators alike; white space means nothing. */
    private static String requirement(String line) {
        int end = 0;
        while (end < line.length()
                && (Character.isLetterOrDigit(line.charAt(end))
                        || "._-".indexOf(line.charAt(end)) >= 0)) {
            end++;
        }
        var name = line.substring(0, end).toLowerCase(Locale.ROOT).replaceAll("[._-]+", "-");
        var marker = line.indexOf(';');
        var versions =
                line.substring(end, marker < 0 ? line.length() : marker).replaceAll("\\s+", "");
        return name + versions + (marker < 0 ? "" : " " + line.substring(marker).strip());
    }

    private static String node(String library) {
        var all = JSON.readTree(library);
        var kept = JsonNodeFactory.instance.objectNode();
        for (var member : MEMBERS) {
            var value = all.get(member);
            if (value != null && value.isObject() && !value.isEmpty()) {
                kept.set(member, sorted(value));
            }
        }
        return kept.isEmpty() ? "" : kept.toString();
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
        return JSON.readTree(library).path("type").asString("").equals("module");
    }

    /** Names an install: the same key, the same result. */
    static String key(String runtime, String normal) {
        return Digests.of((runtime + "\n" + normal).getBytes(UTF_8));
    }
}
