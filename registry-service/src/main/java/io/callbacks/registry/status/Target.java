package io.callbacks.registry.status;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.data.annotation.Id;
import org.springframework.data.mongodb.core.mapping.Document;

/**
 * What is known of a target.
 *
 * @param reason why it is not available, and what to do about it; or what is limited
 * @param heardAt when the deployer last told of it
 */
@Document("targets")
public record Target(
        @Id String name,
        boolean available,
        @Nullable String reason,
        List<String> runtimes,
        Instant heardAt) {
    public Target {
        runtimes = List.copyOf(runtimes);
    }
}
