package io.callbacks.registry.validation;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.callbacks.event.Trigger;
import io.callbacks.event.Trigger.Cluster;
import io.callbacks.event.Trigger.Filter;
import io.callbacks.event.Trigger.Start;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What triggers may say. */
final class TriggerRule {
    private static final int MOST = 20;

    /** All of them go into every snapshot of the callback, which Kafka must take. */
    private static final int LARGEST = 256 * 1024;

    private static final int LONGEST_NAME = 60;
    private static final int LONGEST_TOPIC = 249;
    private static final int MOST_AT_ONCE = 500;
    private static final int USUAL_CONCURRENCY = 10;
    private static final int MOST_CONDITIONS = 20;
    private static final int LONGEST_CONDITION = 4096;
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]+");
    private static final Pattern ATTRIBUTE = Pattern.compile("[a-z0-9]{1,64}");

    /** Consumer groups of the services, which a stranger in them would bring to a halt. */
    private static final Pattern OURS =
            Pattern.compile("(registry|builder|deployer|invoker)(-.*)?");

    private TriggerRule() {}

    /**
     * Reads the triggers of a request.
     *
     * @param present those there are, with passwords that can be left unchanged
     */
    static List<TriggerFields> read(Fields fields, List<Trigger> present) {
        var json = fields.value("triggers");
        if (json != null && json.toString().getBytes(UTF_8).length > LARGEST) {
            fields.fault(
                    "triggers",
                    "invalid-triggers",
                    "'triggers' has more than %d bytes.".formatted(LARGEST));
            return List.of();
        }
        var triggers = new ArrayList<TriggerFields>();
        var names = new HashSet<String>();
        for (var item : fields.objects("triggers", MOST)) {
            var kafka = item.value("kafka");
            if (kafka != null && kafka.isObject()) {
                triggers.add(trigger(item.object("kafka"), present, names));
            } else {
                item.fault(
                        "kafka",
                        "invalid-kafka",
                        "'kafka' is required: an object that names a topic.");
            }
        }
        return triggers;
    }

    private static TriggerFields trigger(Fields fields, List<Trigger> present, Set<String> names) {
        var elsewhere = fields.value("bootstrap_servers") != null;
        var topic = topic(fields, "topic", true, elsewhere);
        var name = name(fields, topic, names);
        return new TriggerFields(
                name,
                topic == null ? "" : topic,
                group(fields, elsewhere),
                start(fields),
                fields.number("concurrency", 1, MOST_AT_ONCE, USUAL_CONCURRENCY),
                fields.number("batch", 1, MOST_AT_ONCE, 1),
                filter(fields),
                topic(fields, "output", false, elsewhere),
                ClusterRule.read(fields, cluster(present, name)),
                fields.flag("paused", false));
    }

    private static Optional<Cluster> cluster(List<Trigger> present, String name) {
        return present.stream()
                .filter(trigger -> trigger.name().equals(name))
                .map(Trigger::cluster)
                .filter(Objects::nonNull)
                .findFirst();
    }

    private static @Nullable String topic(
            Fields fields, String field, boolean required, boolean elsewhere) {
        var topic = fields.text(field, required);
        if (topic == null) {
            return null;
        }
        if (!isName(topic, LONGEST_TOPIC)) {
            fields.fault(
                    field,
                    Fields.rule(field),
                    "'%s' must be the name of a topic: 1 to %d of letters, digits, '.', '_' and '-'."
                            .formatted(field, LONGEST_TOPIC));
        } else if (!elsewhere && topic.startsWith("callbacks.")) {
            fields.fault(
                    field,
                    Fields.rule(field),
                    "'%s' is a topic of the platform; choose another one."
                            .formatted(Fault.shown(topic)));
        }
        return topic;
    }

    private static boolean isName(String text, int longest) {
        return text.length() <= longest
                && NAME.matcher(text).matches()
                && !text.equals(".")
                && !text.equals("..");
    }

    private static String name(Fields fields, @Nullable String topic, Set<String> names) {
        var given = fields.text("name", false);
        var name = given == null ? topic : given;
        if (name == null) {
            return ""; // told of already
        }
        if (given == null ? name.length() > LONGEST_NAME : !isName(name, LONGEST_NAME)) {
            fields.fault(
                    "name",
                    "invalid-name",
                    "'name' must be 1 to %d of letters, digits, '.', '_' and '-'; without one it is the topic's."
                            .formatted(LONGEST_NAME));
        } else if (!names.add(name)) {
            fields.fault(
                    "name",
                    "invalid-name",
                    "Another trigger is named '%s' already; give each its own name."
                            .formatted(name));
        }
        return name;
    }

    private static @Nullable String group(Fields fields, boolean elsewhere) {
        var group = fields.text("group", false);
        if (group == null) {
            return null;
        }
        if (group.isBlank()
                || group.length() > LONGEST_TOPIC
                || group.chars().anyMatch(Character::isISOControl)) {
            fields.fault(
                    "group",
                    "invalid-group",
                    "'group' must be 1 to %d characters, no control characters among them."
                            .formatted(LONGEST_TOPIC));
        } else if (!elsewhere && OURS.matcher(group).matches()) {
            fields.fault(
                    "group",
                    "invalid-group",
                    "'%s' is a consumer group of the platform; choose another one."
                            .formatted(group));
        }
        return group;
    }

    private static Start start(Fields fields) {
        return switch (fields.text("start", false)) {
            case "earliest" -> Start.EARLIEST;
            case "latest" -> Start.LATEST;
            case null -> Start.LATEST;
            default -> {
                fields.fault("start", "invalid-start", "'start' must be earliest or latest.");
                yield Start.LATEST;
            }
        };
    }

    private static Filter filter(Fields fields) {
        var filter = fields.object("filter");
        var exact = conditions(filter, "exact");
        var prefix = conditions(filter, "prefix");
        var suffix = conditions(filter, "suffix");
        if (exact.size() + prefix.size() + suffix.size() > MOST_CONDITIONS) {
            fields.fault(
                    "filter",
                    "invalid-filter",
                    "'filter' has more than %d conditions.".formatted(MOST_CONDITIONS));
        }
        return new Filter(exact, prefix, suffix);
    }

    private static Map<String, String> conditions(Fields filter, String kind) {
        var conditions = new HashMap<String, String>();
        var json = filter.value(kind);
        if (json == null) {
            return conditions;
        }
        if (!json.isObject()) {
            filter.fault(kind, Fields.rule(kind), "'" + kind + "' must be an object of strings.");
            return conditions;
        }
        for (var entry : json.properties()) {
            var value = entry.getValue().isString() ? entry.getValue().stringValue() : null;
            if (isCondition(filter, kind, entry.getKey(), value) && value != null) {
                conditions.put(entry.getKey(), value);
            }
        }
        return conditions;
    }

    private static boolean isCondition(
            Fields filter, String kind, String attribute, @Nullable String value) {
        var field = kind + "." + attribute;
        if (!ATTRIBUTE.matcher(attribute).matches()) {
            filter.fault(
                    field,
                    Fields.rule(kind),
                    "'%s' is not a name of an attribute; use lower-case letters and digits."
                            .formatted(Fault.shown(attribute)));
            return false;
        }
        if (value == null
                || value.length() > LONGEST_CONDITION
                || value.chars().anyMatch(Character::isISOControl)
                || !UTF_8.newEncoder().canEncode(value)) {
            filter.fault(
                    field,
                    Fields.rule(kind),
                    "The value of '%s' must be a string of at most %d characters, no control characters among them."
                            .formatted(attribute, LONGEST_CONDITION));
            return false;
        }
        return true;
    }
}
