package io.callbacks.invoker.event;

import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;

/** How this service consumes. */
public final class KafkaSettings {
    /** How long one that was killed keeps others from its partitions. */
    private static final int SESSION_MILLIS = 10_000;

    private KafkaSettings() {}

    /** Of a consumer that reads what it is assigned. */
    static Map<String, Object> reader(String servers) {
        return Map.of(
                ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                servers,
                ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                false,
                ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG,
                false,
                ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                "read_committed",
                ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                "earliest");
    }

    /**
     * Of one that shares partitions with others of its group.
     *
     * @param member its name in the group, if it comes back under it; else empty
     */
    public static Map<String, Object> member(String servers, String group, String member) {
        var settings = new HashMap<>(reader(servers));
        settings.put(ConsumerConfig.GROUP_ID_CONFIG, group);
        // where it begins, and goes on when records are gone, is decided by who consumes
        settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
        settings.put(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, SESSION_MILLIS);
        settings.put(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, SESSION_MILLIS / 4);
        settings.put(
                ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG,
                CooperativeStickyAssignor.class.getName());
        if (!member.isEmpty()) {
            settings.put(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG, member);
        }
        return settings;
    }
}
