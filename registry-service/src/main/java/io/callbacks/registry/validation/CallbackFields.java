package io.callbacks.registry.validation;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.callbacks.event.Limits;
import io.callbacks.event.Retry;
import io.callbacks.event.Scale;
import io.callbacks.event.Trigger;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A callback as a request describes it: every field is what the callback shall have, taken from the
 * request where it says so and from the callback as it is where it does not.
 *
 * @param code new code, if the request brings some
 * @param env see {@link EnvRule#read}; empty if the request does not speak of env
 * @param triggers empty if the request does not speak of triggers
 */
public record CallbackFields(
        String path,
        String method,
        String type,
        Optional<String> code,
        @Nullable String library,
        Optional<Map<String, @Nullable String>> env,
        Limits limits,
        Scale instances,
        Retry retry,
        Optional<List<TriggerFields>> triggers) {
    /** What is shown for every env value, and sent back for "unchanged". */
    public static final String MASK = EnvRule.MASK;

    private static final int LARGEST_CODE = 512 * 1024;
    private static final int MOST_INSTANCES = 100;
    private static final int LARGEST_LIBRARY = 64 * 1024;
    private static final Set<String> METHODS =
            Set.of("GET", "POST", "PUT", "PATCH", "DELETE", "ANY");
    private static final Pattern TYPE = Pattern.compile("python(3\\.\\d{1,2})?|node(\\d{1,2})?");

    /**
     * The callback as it is, for a request that changes it.
     *
     * @param env its names
     */
    public record Present(
            String path,
            String method,
            String type,
            @Nullable String library,
            Set<String> env,
            Limits limits,
            Scale instances,
            Retry retry,
            List<Trigger> triggers) {}

    /**
     * Reads the request that makes a callback.
     *
     * @throws InvalidRequestException with all its faults
     */
    public static CallbackFields ofNew(JsonNode json) {
        return read(new Fields(json), null, false);
    }

    /**
     * Reads a request that changes a callback.
     *
     * @param merge whether env is merged (JSON Merge Patch) and not replaced
     * @throws InvalidRequestException with all its faults
     */
    public static CallbackFields ofChange(JsonNode json, Present present, boolean merge) {
        return read(new Fields(json), present, merge);
    }

    private static CallbackFields read(Fields fields, @Nullable Present present, boolean merge) {
        var path = path(fields, present);
        var method = method(fields, present == null ? null : present.method());
        var type = type(fields, present);
        var code = code(fields, present);
        var library = library(fields, type, present);
        var names = present == null ? Set.<String>of() : present.env();
        Optional<Map<String, @Nullable String>> env =
                fields.has("env")
                        ? Optional.of(EnvRule.read(fields, names, merge))
                        : Optional.empty();
        var limits = limits(fields, present == null ? Limits.DEFAULT : present.limits());
        var instances =
                instances(fields, limits, present == null ? Scale.ONE : present.instances());
        var retry = RetryRule.read(fields, present == null ? Retry.DEFAULT : present.retry());
        Optional<List<TriggerFields>> triggers =
                fields.has("triggers")
                        ? Optional.of(
                                TriggerRule.read(
                                        fields, present == null ? List.of() : present.triggers()))
                        : Optional.empty();
        fields.check();
        return new CallbackFields(
                path, method, type, code, library, env, limits, instances, retry, triggers);
    }

    private static String path(Fields fields, @Nullable Present present) {
        if (present != null && !fields.has("path")) {
            return present.path();
        }
        var path = fields.text("path", true);
        if (path == null) {
            return "";
        }
        var normal = PathRule.normal(path);
        var wrong = PathRule.wrong(normal);
        if (wrong != null) {
            fields.fault("path", "invalid-path", wrong);
        }
        return normal;
    }

    private static String method(Fields fields, @Nullable String present) {
        if (present != null && !fields.has("method")) {
            return present;
        }
        var method = method(fields, true);
        return method == null ? "" : method;
    }

    /** The field {@code method}; null if it is absent or null. */
    public static @Nullable String method(Fields fields, boolean required) {
        var method = fields.text("method", required);
        if (method != null && !METHODS.contains(method)) {
            fields.fault(
                    "method",
                    "invalid-method",
                    "'method' must be one of GET, POST, PUT, PATCH, DELETE, ANY.");
        }
        return method;
    }

    private static String type(Fields fields, @Nullable Present present) {
        if (present != null && !fields.has("type")) {
            return present.type();
        }
        var type = fields.text("type", true);
        if (type != null && !TYPE.matcher(type).matches()) {
            fields.fault(
                    "type",
                    "invalid-type",
                    "'type' must be python or node, with or without a version: python3.11, node20.");
        }
        return type == null ? "" : type;
    }

    private static Optional<String> code(Fields fields, @Nullable Present present) {
        if (present != null && !fields.has("code")) {
            return Optional.empty();
        }
        var code = fields.text("code", true);
        if (code == null) {
            return Optional.empty();
        }
        var size = code.getBytes(UTF_8).length;
        if (code.isBlank()) {
            fields.fault("code", "invalid-code", "'code' is empty; it must define handler.");
        } else if (size > LARGEST_CODE) {
            fields.fault(
                    "code",
                    "invalid-code",
                    "'code' has %d bytes; %d are allowed.".formatted(size, LARGEST_CODE));
        } else if (code.indexOf('\0') >= 0) {
            fields.fault("code", "invalid-code", "'code' holds a NUL character.");
        }
        return Optional.of(code);
    }

    private static @Nullable String library(Fields fields, String type, @Nullable Present present) {
        var library =
                present != null && !fields.has("library") ? present.library() : given(fields, type);
        if (library == null || library.isBlank()) {
            return null;
        }
        if (library.getBytes(UTF_8).length > LARGEST_LIBRARY) {
            fields.fault(
                    "library",
                    "invalid-library",
                    "'library' has more than " + LARGEST_LIBRARY + " bytes.");
        } else if (type.startsWith("node")) {
            NodeLibrary.check(library, fields);
        } else {
            PythonLibrary.check(library, fields);
        }
        return library;
    }

    private static @Nullable String given(Fields fields, String type) {
        var value = fields.value("library");
        return value != null && value.isObject() && type.startsWith("node")
                ? value.toString()
                : fields.text("library", false);
    }

    private static Limits limits(Fields fields, Limits present) {
        return new Limits(
                limit(
                        fields,
                        "timeout_seconds",
                        1,
                        900,
                        present.timeoutSeconds(),
                        Limits.DEFAULT.timeoutSeconds()),
                limit(fields, "memory_mb", 64, 8192, present.memoryMb(), Limits.DEFAULT.memoryMb()),
                limit(
                        fields,
                        "concurrency",
                        1,
                        100,
                        present.concurrency(),
                        Limits.DEFAULT.concurrency()),
                limit(
                        fields,
                        "startup_timeout_seconds",
                        1,
                        900,
                        present.startupTimeoutSeconds(),
                        Limits.DEFAULT.startupTimeoutSeconds()));
    }

    /** Said as a whole: what an object does not name is the default again. */
    private static Scale instances(Fields fields, Limits limits, Scale present) {
        if (!fields.has("instances")) {
            return present;
        }
        var inner = fields.object("instances");
        var max = inner.number("max", 1, MOST_INSTANCES, Scale.ONE.max());
        var min = inner.number("min", 1, max, Scale.ONE.min());
        var target = (int) inner.number("target_concurrency", 1, limits.concurrency(), 0);
        return new Scale(min, max, target == 0 ? null : target);
    }

    /** Absent: as it is; null: the default again. */
    private static int limit(
            Fields fields, String name, int least, int most, int present, int fallback) {
        return fields.has(name) ? fields.number(name, least, most, fallback) : present;
    }
}
