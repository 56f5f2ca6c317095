package io.callbacks.event;

import static java.util.Objects.requireNonNull;
import static java.util.Objects.requireNonNullElse;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A topic of the user's own whose records call the callback.
 *
 * @param name unlike any other trigger's of the callback
 * @param group consumer group
 * @param start where a group begins that has no offsets yet
 * @param concurrency most calls in flight for each invoker, 1 to 500
 * @param batch most records in one call, 1 to 500
 * @param filter which events are for the handler
 * @param output a topic for what it answers
 * @param cluster where the topics are; null for the platform's own
 * @param paused whether it rests
 */
public record Trigger(
        String name,
        String topic,
        String group,
        Start start,
        int concurrency,
        int batch,
        Filter filter,
        @Nullable String output,
        @Nullable Cluster cluster,
        boolean paused) {
    public Trigger {
        requireNonNull(name, "name");
        requireNonNull(topic, "topic");
        requireNonNull(group, "group");
        requireNonNull(start, "start");
        filter = requireNonNullElse(filter, Filter.NONE);
    }

    /** Where to begin. */
    public enum Start {
        EARLIEST,
        LATEST
    }

    /**
     * Attributes and extensions an event must have, with values that are, begin or end like these.
     */
    public record Filter(
            Map<String, String> exact, Map<String, String> prefix, Map<String, String> suffix) {
        /** Lets everything pass. */
        public static final Filter NONE = new Filter(Map.of(), Map.of(), Map.of());

        public Filter {
            exact = Map.copyOf(requireNonNullElse(exact, Map.of()));
            prefix = Map.copyOf(requireNonNullElse(prefix, Map.of()));
            suffix = Map.copyOf(requireNonNullElse(suffix, Map.of()));
        }
    }

    /**
     * Brokers other than the platform's.
     *
     * @param servers {@code host:port}, several with commas
     * @param protocol {@code PLAINTEXT}, {@code SSL}, {@code SASL_PLAINTEXT}, {@code SASL_SSL}
     * @param mechanism of SASL: {@code PLAIN}, {@code SCRAM-SHA-256}, {@code SCRAM-SHA-512}
     * @param passwordSealed for the invokers, under the name {@link Trigger#sealedAs}
     * @param ca certificates to trust, PEM
     */
    public record Cluster(
            String servers,
            String protocol,
            @Nullable String mechanism,
            @Nullable String username,
            @Nullable String passwordSealed,
            @Nullable String ca) {
        public Cluster {
            requireNonNull(servers, "servers");
            requireNonNull(protocol, "protocol");
        }

        @Override
        public String toString() {
            return "Cluster[servers=%s, protocol=%s, username=%s]"
                    .formatted(servers, protocol, username);
        }
    }

    /** The name its password is sealed for. */
    @JsonIgnore
    public String sealedAs() {
        return sealedAs(name);
    }

    /** The name the password of a trigger is sealed for. */
    public static String sealedAs(String name) {
        return "trigger/" + name + "/password";
    }

    /** The same, resting or not. */
    public Trigger paused(boolean now) {
        return new Trigger(
                name, topic, group, start, concurrency, batch, filter, output, cluster, now);
    }
}
