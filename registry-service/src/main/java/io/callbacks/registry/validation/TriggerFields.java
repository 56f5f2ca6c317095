package io.callbacks.registry.validation;

import io.callbacks.event.Trigger;
import io.callbacks.event.Trigger.Filter;
import io.callbacks.event.Trigger.Start;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A trigger as a request describes it.
 *
 * @param group null for the usual one, which has the callback's number in it
 * @param cluster null for the platform's own
 */
public record TriggerFields(
        String name,
        String topic,
        @Nullable String group,
        Start start,
        int concurrency,
        int batch,
        Filter filter,
        @Nullable String output,
        @Nullable ClusterFields cluster,
        boolean paused) {

    /**
     * Brokers other than the platform's.
     *
     * @param password in the clear; {@link CallbackFields#MASK} for "unchanged"
     */
    public record ClusterFields(
            String servers,
            String protocol,
            @Nullable String mechanism,
            @Nullable String username,
            @Nullable String password,
            @Nullable String ca) {
        boolean isSameButPassword(Trigger.Cluster other) {
            return servers.equals(other.servers())
                    && protocol.equals(other.protocol())
                    && Objects.equals(mechanism, other.mechanism())
                    && Objects.equals(username, other.username())
                    && Objects.equals(ca, other.ca());
        }

        @Override
        public String toString() {
            return "ClusterFields[servers=%s, protocol=%s]".formatted(servers, protocol);
        }
    }

    /** The password, where there is one. */
    public Optional<String> password() {
        return Optional.ofNullable(cluster).map(ClusterFields::password);
    }

    /** The trigger of this callback. */
    public Trigger of(long callbackId, @Nullable String passwordSealed) {
        return new Trigger(
                name,
                topic,
                group == null ? "callbacks-%d-%s".formatted(callbackId, name) : group,
                start,
                concurrency,
                batch,
                filter,
                output,
                cluster == null
                        ? null
                        : new Trigger.Cluster(
                                cluster.servers,
                                cluster.protocol,
                                cluster.mechanism,
                                cluster.username,
                                passwordSealed,
                                cluster.ca),
                paused);
    }
}
