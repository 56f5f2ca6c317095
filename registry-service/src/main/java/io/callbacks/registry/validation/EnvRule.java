package io.callbacks.registry.validation;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** What an env may hold. */
final class EnvRule {
    /** What is shown for every value, and sent back for "unchanged". */
    static final String MASK = "********";

    private static final int LARGEST = 64 * 1024;
    private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");
    private static final Set<String> RESERVED =
            Set.of(
                    "PATH",
                    "HOME",
                    "TMPDIR",
                    "PWD",
                    "SHELL",
                    "USER",
                    "IFS",
                    "LD_PRELOAD",
                    "LD_LIBRARY_PATH",
                    "LD_AUDIT",
                    "DYLD_INSERT_LIBRARIES",
                    "DYLD_LIBRARY_PATH",
                    "PYTHONPATH",
                    "PYTHONHOME",
                    "PYTHONSTARTUP",
                    "NODE_OPTIONS",
                    "NODE_PATH",
                    "NODE_EXTRA_CA_CERTS",
                    "BASH_ENV",
                    "ENV");

    private EnvRule() {}

    /**
     * Reads the env of a request.
     *
     * @param present names that have a value already
     * @param removable whether null removes a name
     * @return new values by name; {@link #MASK} for "unchanged", null for "removed"
     */
    static Map<String, @Nullable String> read(
            Fields fields, Set<String> present, boolean removable) {
        var env = new LinkedHashMap<String, @Nullable String>();
        var json = fields.value("env");
        if (json == null) {
            return env;
        }
        if (!json.isObject()) {
            fault(fields, "env", "'env' must be an object of strings.");
            return env;
        }
        int size = 0;
        for (var entry : json.properties()) {
            var name = entry.getKey();
            if (!name(name, fields)) {
                continue;
            }
            var value = value(name, entry.getValue(), present, removable, fields);
            env.put(name, value);
            size += name.length() + (value == null ? 0 : value.getBytes(UTF_8).length);
        }
        if (size > LARGEST) {
            fault(fields, "env", "'env' has %d bytes; %d are allowed.".formatted(size, LARGEST));
        }
        return env;
    }

    private static boolean name(String name, Fields fields) {
        if (!NAME.matcher(name).matches()) {
            fault(
                    fields,
                    "env." + name,
                    "'%s' is not a name of env; use letters, digits and _, no digit first."
                            .formatted(Fault.shown(name)));
            return false;
        }
        if (RESERVED.contains(name) || name.startsWith("CALLBACKS_")) {
            fault(
                    fields,
                    "env." + name,
                    "'%s' is reserved for the platform; choose another name."
                            .formatted(Fault.shown(name)));
            return false;
        }
        return true;
    }

    private static @Nullable String value(
            String name, JsonNode json, Set<String> present, boolean removable, Fields fields) {
        if (json.isNull() && removable) {
            return null;
        }
        if (!json.isString()) {
            fault(
                    fields,
                    "env." + name,
                    "The value of '%s' must be a string.".formatted(Fault.shown(name)));
            return MASK;
        }
        var value = json.stringValue();
        if (value.equals(MASK) && !present.contains(name)) {
            fault(
                    fields,
                    "env." + name,
                    "'%s' has no value yet that %s could leave unchanged."
                            .formatted(Fault.shown(name), MASK));
        }
        if (value.indexOf('\0') >= 0 || !UTF_8.newEncoder().canEncode(value)) {
            fault(
                    fields,
                    "env." + name,
                    "The value of '%s' holds a NUL or half of a surrogate pair."
                            .formatted(Fault.shown(name)));
            return MASK;
        }
        return value;
    }

    private static void fault(Fields fields, String field, String detail) {
        fields.fault(field, "invalid-env", detail);
    }
}
