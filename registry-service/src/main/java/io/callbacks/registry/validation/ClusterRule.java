package io.callbacks.registry.validation;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.callbacks.event.Trigger.Cluster;
import io.callbacks.registry.validation.TriggerFields.ClusterFields;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** How a trigger may say where its brokers are, and who it is to them. */
final class ClusterRule {
    private static final int MOST_SERVERS = 20;
    private static final int LARGEST_CA = 64 * 1024;
    private static final int LONGEST_SECRET = 4096;
    private static final int HIGHEST_PORT = 65_535;
    private static final List<String> PROTOCOLS =
            List.of("PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL");
    private static final List<String> MECHANISMS =
            List.of("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512");
    private static final Pattern SERVER =
            Pattern.compile("(?:[A-Za-z0-9._-]{1,253}|\\[[0-9A-Fa-f:.]{2,45}]):(\\d{1,5})");
    private static final String BEGIN = "-----BEGIN CERTIFICATE-----";
    private static final Pattern PEM = Pattern.compile(BEGIN + "[^-]*+-----END CERTIFICATE-----");

    private ClusterRule() {}

    /** What a protocol makes of a field; anything goes where the protocol is not known. */
    private enum Need {
        REQUIRED,
        OPTIONAL,
        REFUSED;

        static Need of(boolean known, boolean needed) {
            return known ? needed ? REQUIRED : REFUSED : OPTIONAL;
        }
    }

    /**
     * Reads it.
     *
     * @param present whose password may be left unchanged
     * @return null for the platform's own
     */
    static @Nullable ClusterFields read(Fields fields, Optional<Cluster> present) {
        var servers = servers(fields);
        var given = fields.value("security");
        var security = fields.object("security");
        if (given != null && fields.value("bootstrap_servers") == null) {
            fields.fault(
                    "security",
                    "invalid-security",
                    "'security' is for brokers named in 'bootstrap_servers'.");
        }
        var secured = given != null && given.isObject();
        var said = oneOf(security, "protocol", PROTOCOLS, Need.of(secured, true));
        var protocol = secured ? String.valueOf(said) : "PLAINTEXT";
        var known = PROTOCOLS.contains(protocol);
        var sasl = Need.of(known, protocol.startsWith("SASL_"));
        var mechanism = oneOf(security, "mechanism", MECHANISMS, sasl);
        var username = secret(security, "username", sasl);
        var password = secret(security, "password", sasl);
        var ca = ca(security, !known || protocol.endsWith("SSL"));
        if (servers == null) {
            return null;
        }
        var cluster = new ClusterFields(servers, protocol, mechanism, username, password, ca);
        if (sasl != Need.REFUSED && CallbackFields.MASK.equals(password)) {
            checkUnchanged(security, cluster, present.filter(it -> it.passwordSealed() != null));
        }
        return cluster;
    }

    /** A password goes to whom it was given for, and by the ways it was given for. */
    private static void checkUnchanged(
            Fields security, ClusterFields cluster, Optional<Cluster> present) {
        if (present.isEmpty()) {
            security.fault(
                    "password",
                    "invalid-password",
                    "There is no password yet that %s could leave unchanged."
                            .formatted(CallbackFields.MASK));
        } else if (!cluster.isSameButPassword(present.get())) {
            security.fault(
                    "password",
                    "invalid-password",
                    "Send the password itself: %s leaves it unchanged only where 'bootstrap_servers' and the rest of 'security' are unchanged too."
                            .formatted(CallbackFields.MASK));
        }
    }

    private static @Nullable String servers(Fields fields) {
        var text = fields.text("bootstrap_servers", false);
        if (text == null) {
            return null;
        }
        var servers = Arrays.stream(text.split(",", -1)).map(String::strip).toList();
        if (servers.size() > MOST_SERVERS || !servers.stream().allMatch(ClusterRule::isServer)) {
            fields.fault(
                    "bootstrap_servers",
                    "invalid-bootstrap-servers",
                    "'bootstrap_servers' must be 1 to %d of host:port, with commas between them."
                            .formatted(MOST_SERVERS));
        }
        return servers.stream().collect(Collectors.joining(","));
    }

    private static boolean isServer(String text) {
        var server = SERVER.matcher(text);
        if (!server.matches()) {
            return false;
        }
        var port = Integer.parseInt(server.group(1));
        return port >= 1 && port <= HIGHEST_PORT;
    }

    private static @Nullable String oneOf(
            Fields security, String field, List<String> known, Need need) {
        var value = text(security, field, need);
        if (value != null && need != Need.REFUSED && !known.contains(value)) {
            security.fault(
                    field,
                    Fields.rule(field),
                    "'%s' must be one of %s.".formatted(field, String.join(", ", known)));
        }
        return value;
    }

    private static @Nullable String secret(Fields security, String field, Need need) {
        var value = text(security, field, need);
        if (value != null
                && need != Need.REFUSED
                && (value.isEmpty()
                        || value.length() > LONGEST_SECRET
                        || value.chars().anyMatch(Character::isISOControl))) {
            security.fault(
                    field,
                    Fields.rule(field),
                    "'%s' must be 1 to %d characters, no control characters among them."
                            .formatted(field, LONGEST_SECRET));
        }
        return value;
    }

    private static @Nullable String ca(Fields security, boolean tls) {
        var ca = text(security, "ca", tls ? Need.OPTIONAL : Need.REFUSED);
        if (ca == null || !tls) {
            return null;
        }
        if (ca.getBytes(UTF_8).length > LARGEST_CA) {
            security.fault(
                    "ca", "invalid-ca", "'ca' has more than %d bytes.".formatted(LARGEST_CA));
        } else if (!PEM.matcher(ca).find()) {
            security.fault(
                    "ca", "invalid-ca", "'ca' must hold certificates in PEM: " + BEGIN + "…");
        }
        return ca;
    }

    private static @Nullable String text(Fields security, String field, Need need) {
        var value = security.text(field, need == Need.REQUIRED);
        if (value != null && need == Need.REFUSED) {
            security.fault(
                    field,
                    Fields.rule(field),
                    "'%s' does not go with this protocol; leave it out, or choose another one."
                            .formatted(field));
        }
        return value;
    }
}
