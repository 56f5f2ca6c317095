package io.callbacks.registry.validation;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * Reads a JSON object field by field and keeps every fault. A field that was never asked for is
 * unknown. What a reading method gives for a faulty field is of no use: {@link #check} comes first.
 */
public final class Fields {
    private static final int MOST_TOLD = 100;

    private final JsonNode json;
    private final String prefix;
    private final List<Fault> faults = new ArrayList<>();
    private final List<Fields> inner = new ArrayList<>();
    private int count;
    private final Set<String> known = new TreeSet<>();

    public Fields(JsonNode json) {
        this(json, "");
        if (!json.isObject()) {
            fault("", "invalid-body", "The body must be a JSON object.");
        }
    }

    /**
     * The parameters of a request as fields.
     *
     * @param numbers those that are numbers, where they look like one
     */
    public static Fields of(Map<String, String> parameters, Set<String> numbers) {
        var json = JsonNodeFactory.instance.objectNode();
        parameters.forEach(
                (name, value) -> {
                    if (numbers.contains(name) && value.matches("\\d{1,18}")) {
                        json.put(name, Long.parseLong(value));
                    } else {
                        json.put(name, value);
                    }
                });
        return new Fields(json);
    }

    private Fields(JsonNode json, String prefix) {
        this.json = json.isObject() ? json : JsonNodeFactory.instance.objectNode();
        this.prefix = prefix;
    }

    /** Whether the field is there, be it null. */
    public boolean has(String name) {
        known.add(name);
        return json.has(name);
    }

    /** The field's value; null if it is absent or null. */
    public @Nullable JsonNode value(String name) {
        known.add(name);
        var value = json.get(name);
        return value == null || value.isNull() ? null : value;
    }

    /** A text; null if it is absent or null, which is a fault if it is required. */
    public @Nullable String text(String name, boolean required) {
        var value = value(name);
        if (value == null) {
            if (required) {
                fault(name, rule(name), "'" + name + "' is required.");
            }
            return null;
        }
        if (!value.isString()) {
            fault(name, rule(name), "'" + name + "' must be a string.");
            return null;
        }
        return unicode(name, value.stringValue());
    }

    private @Nullable String unicode(String name, String text) {
        if (UTF_8.newEncoder().canEncode(text)) {
            return text;
        }
        fault(
                name,
                rule(name),
                "'" + name + "' holds half of a surrogate pair; send valid Unicode.");
        return null;
    }

    /** A whole number in a range; {@code fallback} if it is absent or null. */
    public int number(String name, int least, int most, int fallback) {
        return (int) number(name, (long) least, most, fallback);
    }

    /** A whole number in a range; {@code fallback} if it is absent or null. */
    public long number(String name, long least, long most, long fallback) {
        var value = value(name);
        if (value == null) {
            return fallback;
        }
        if (!value.isIntegralNumber()
                || value.bigIntegerValue().bitLength() > 63
                || value.longValue() < least
                || value.longValue() > most) {
            fault(
                    name,
                    rule(name),
                    "'%s' must be a whole number from %d to %d.".formatted(name, least, most));
            return fallback;
        }
        return value.longValue();
    }

    /** True or false; {@code fallback} if it is absent or null. */
    public boolean flag(String name, boolean fallback) {
        var value = value(name);
        if (value == null) {
            return fallback;
        }
        if (!value.isBoolean()) {
            fault(name, rule(name), "'" + name + "' must be true or false.");
            return fallback;
        }
        return value.booleanValue();
    }

    /** The fields of an object, told of as {@code name.field}; none if it is absent or null. */
    public Fields object(String name) {
        var value = value(name);
        if (value != null && !value.isObject()) {
            fault(name, rule(name), "'" + name + "' must be an object.");
        }
        var fields =
                new Fields(
                        value == null ? JsonNodeFactory.instance.objectNode() : value,
                        prefix + name + ".");
        inner.add(fields);
        return fields;
    }

    /** The values of an array; none if it is absent or null, or has too many. */
    public List<JsonNode> array(String name, int most) {
        var value = value(name);
        if (value == null) {
            return List.of();
        }
        if (!value.isArray() || value.size() > most) {
            fault(name, rule(name), "'%s' must be an array of %d at most.".formatted(name, most));
            return List.of();
        }
        return value.valueStream().toList();
    }

    /** The objects of an array, their fields told of as {@code name[0].field}. */
    public List<Fields> objects(String name, int most) {
        var values = array(name, most);
        var objects = new ArrayList<Fields>();
        for (int i = 0; i < values.size(); i++) {
            var at = "%s[%d]".formatted(name, i);
            if (values.get(i).isObject()) {
                objects.add(new Fields(values.get(i), prefix + at + "."));
            } else {
                fault(at, rule(name), "'" + at + "' must be an object.");
            }
        }
        inner.addAll(objects);
        return objects;
    }

    /** Notes a fault. All are counted, but no more are told than anyone reads. */
    public void fault(String field, String problem, String detail) {
        count++;
        if (faults.size() < MOST_TOLD) {
            faults.add(new Fault(prefix + field, problem, detail));
        }
    }

    /**
     * The name of the rule for a field: {@code timeout_seconds} has {@code
     * invalid-timeout-seconds}.
     */
    public static String rule(String name) {
        return "invalid-" + name.replace('_', '-');
    }

    /**
     * Ends the reading.
     *
     * @throws InvalidRequestException with all faults, unknown fields among them
     */
    public void check() {
        findUnknown();
        inner.forEach(this::takeFaultsOf);
        if (!faults.isEmpty()) {
            throw new InvalidRequestException(count, faults);
        }
    }

    private void takeFaultsOf(Fields object) {
        object.findUnknown();
        object.inner.forEach(object::takeFaultsOf);
        count += object.count;
        object.faults.stream().limit(MOST_TOLD - faults.size()).forEach(faults::add);
    }

    private void findUnknown() {
        for (var name : json.propertyNames()) {
            if (!known.contains(name)) {
                fault(
                        name,
                        "unknown-field",
                        "There is no field '%s'; known: %s."
                                .formatted(Fault.shown(name), String.join(", ", known)));
            }
        }
    }
}
