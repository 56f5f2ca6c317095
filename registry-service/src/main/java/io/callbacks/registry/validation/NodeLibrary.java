package io.callbacks.registry.validation;

import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A package.json as far as it names packages of the registry; scripts in it are never run. */
final class NodeLibrary {
    private static final JsonMapper JSON =
            JsonMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();
    private static final List<String> DEPENDENCIES =
            List.of("dependencies", "devDependencies", "optionalDependencies", "peerDependencies");
    private static final int LONGEST_NAME = 214;
    private static final Pattern NAME =
            Pattern.compile("(?:@[a-z0-9~-][a-z0-9._~-]*/)?[A-Za-z0-9~-][A-Za-z0-9._~-]*");
    private static final Pattern RANGE = Pattern.compile("[0-9A-Za-z.^~<>=|*+ -]*");
    private static final Pattern OVERRIDE = Pattern.compile("\\$?" + NAME + "|" + RANGE);

    private NodeLibrary() {}

    static void check(String library, Fields fields) {
        var json = parsed(library);
        if (json == null || !json.isObject()) {
            fault(
                    fields,
                    "'library' must be a package.json: a JSON object, or a string that holds one.");
            return;
        }
        for (var member : DEPENDENCIES) {
            dependencies(member, json.get(member), fields);
        }
        overrides(json.get("overrides"), fields);
        if (json.has("workspaces")) {
            fault(fields, "'workspaces' in 'library' name directories, and there are none.");
        }
    }

    private static @Nullable JsonNode parsed(String library) {
        try {
            return JSON.readTree(library);
        } catch (JacksonException e) {
            return null;
        }
    }

    private static void dependencies(String member, @Nullable JsonNode json, Fields fields) {
        if (json == null) {
            return;
        }
        if (!json.isObject()) {
            fault(fields, "'" + member + "' in 'library' must be an object of names and versions.");
            return;
        }
        json.properties().forEach(entry -> dependency(entry.getKey(), entry.getValue(), fields));
    }

    private static void dependency(String name, JsonNode range, Fields fields) {
        if (name.length() > LONGEST_NAME || !NAME.matcher(name).matches()) {
            fault(fields, "'%s' in 'library' is not a package name.".formatted(Fault.shown(name)));
        }
        if (!range.isString() || !RANGE.matcher(range.stringValue()).matches()) {
            fault(
                    fields,
                    "'%s' in 'library' wants %s; write a version or a range, such as ^1.3.0: URLs, paths, aliases and git references are not allowed."
                            .formatted(Fault.shown(name), Fault.shown(range.toString())));
        }
    }

    private static void overrides(@Nullable JsonNode json, Fields fields) {
        if (json == null) {
            return;
        }
        if (json.isString() && OVERRIDE.matcher(json.stringValue()).matches()) {
            return;
        }
        if (json.isObject()) {
            json.values().forEach(part -> overrides(part, fields));
            return;
        }
        fault(
                fields,
                "'overrides' in 'library' has %s; only versions and ranges are allowed."
                        .formatted(Fault.shown(json.toString())));
    }

    private static void fault(Fields fields, String detail) {
        fields.fault("library", "invalid-library", detail);
    }
}
