package io.callbacks.invoker.trigger;

import io.callbacks.event.Trigger;
import io.callbacks.seal.Opener;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** How to reach the brokers of a trigger. */
final class Cluster {
    private final String own;
    private final Supplier<Opener> opener;

    /**
     * @param own the platform's brokers
     */
    Cluster(String own, Supplier<Opener> opener) {
        this.own = own;
        this.opener = opener;
    }

    /** The brokers. */
    String servers(Trigger trigger) {
        var cluster = trigger.cluster();
        return cluster == null ? own : cluster.servers();
    }

    /**
     * Settings of its clients, all but the brokers.
     *
     * @throws io.callbacks.seal.SealException if the password cannot be opened
     */
    Map<String, Object> security(String uid, Trigger trigger) {
        var cluster = trigger.cluster();
        var settings = new HashMap<String, Object>();
        if (cluster == null) {
            return settings;
        }
        settings.put("security.protocol", cluster.protocol());
        if (cluster.ca() != null) {
            settings.put("ssl.truststore.type", "PEM");
            settings.put("ssl.truststore.certificates", cluster.ca());
        }
        if (cluster.mechanism() != null) {
            settings.put("sasl.mechanism", cluster.mechanism());
            settings.put("sasl.jaas.config", login(uid, trigger, cluster));
        }
        return settings;
    }

    private String login(String uid, Trigger trigger, Trigger.Cluster cluster) {
        var sealed = cluster.passwordSealed();
        var name = trigger.sealedAs();
        var password = sealed == null ? "" : opener.get().open(uid, Map.of(name, sealed)).get(name);
        var module =
                "PLAIN".equals(cluster.mechanism())
                        ? "org.apache.kafka.common.security.plain.PlainLoginModule"
                        : "org.apache.kafka.common.security.scram.ScramLoginModule";
        return "%s required username=\"%s\" password=\"%s\";"
                .formatted(module, quoted(cluster.username()), quoted(password));
    }

    private static String quoted(@Nullable String text) {
        return text == null ? "" : text.replace("\\", "\\\\").replace("\"", "\\\"");
    }
}
