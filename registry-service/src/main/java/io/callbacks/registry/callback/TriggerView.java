package io.callbacks.registry.callback;

import io.callbacks.event.Trigger;
import io.callbacks.event.Trigger.Cluster;
import io.callbacks.event.Trigger.Filter;
import io.callbacks.registry.validation.CallbackFields;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A trigger as the API shows it, and takes it back. */
record TriggerView(Kafka kafka) {

    /** A topic that calls a callback. */
    record Kafka(
            String name,
            String topic,
            String group,
            String start,
            int concurrency,
            int batch,
            Filter filter,
            @Nullable String output,
            @Nullable String bootstrapServers,
            @Nullable Security security,
            boolean paused) {}

    /**
     * Who the callback is to brokers that are not the platform's.
     *
     * @param password the mask, if there is one
     */
    record Security(
            String protocol,
            @Nullable String mechanism,
            @Nullable String username,
            @Nullable String password,
            @Nullable String ca) {
        static Security of(Cluster cluster) {
            return new Security(
                    cluster.protocol(),
                    cluster.mechanism(),
                    cluster.username(),
                    cluster.passwordSealed() == null ? null : CallbackFields.MASK,
                    cluster.ca());
        }
    }

    static TriggerView of(Trigger trigger) {
        var cluster = trigger.cluster();
        return new TriggerView(
                new Kafka(
                        trigger.name(),
                        trigger.topic(),
                        trigger.group(),
                        trigger.start().name().toLowerCase(Locale.ROOT),
                        trigger.concurrency(),
                        trigger.batch(),
                        trigger.filter(),
                        trigger.output(),
                        cluster == null ? null : cluster.servers(),
                        cluster == null ? null : Security.of(cluster),
                        trigger.paused()));
    }
}
