package io.callbacks.event;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whether a target can run callbacks. Repeated while the deployer lives.
 *
 * @param target {@code process}, {@code docker} or {@code kubernetes}
 * @param available whether it can
 * @param reason why not, and what to do about it; or what is limited
 * @param runtimes what it runs, such as {@code python3.11}, {@code node20}
 * @param seenAt when this was looked at
 */
public record TargetSeen(
        @JsonProperty("c_type") String target,
        boolean available,
        @Nullable String reason,
        List<String> runtimes,
        Instant seenAt)
        implements Event {
    public TargetSeen {
        requireNonNull(target, "c_type");
        runtimes = List.copyOf(runtimes);
        requireNonNull(seenAt, "seen_at");
    }

    @Override
    public String topic() {
        return Topics.TARGET;
    }

    @Override
    public String key() {
        return target;
    }

    @Override
    public String type() {
        return "target-seen";
    }

    @Override
    public String source() {
        return "/deployer";
    }

    @Override
    public String id() {
        return target + "/" + seenAt;
    }
}
