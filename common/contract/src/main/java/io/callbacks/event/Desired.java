package io.callbacks.event;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * What should run.
 *
 * @param generation grows with each change of what should run
 * @param on whether it should run at all
 * @param target where: {@code process}, {@code docker} or {@code kubernetes}; the default target
 *     while it was never deployed
 * @param revision the revision to run
 * @param envVersion the env to run with
 * @param source what that revision is built from
 */
public record Desired(
        long generation,
        boolean on,
        @JsonProperty("c_type") String target,
        int revision,
        long envVersion,
        Source source) {
    public Desired {
        requireNonNull(target, "c_type");
        requireNonNull(source, "source");
    }
}
