package io.callbacks.registry.status;

import io.callbacks.event.Failure;
import org.jspecify.annotations.Nullable;

/**
 * How far a build is.
 *
 * @param attempt the latest one
 * @param error why it failed; null unless it did
 */
public record BuildState(
        int revision,
        String platform,
        int attempt,
        Stage stage,
        double seconds,
        boolean cached,
        @Nullable Failure error) {
    /** Stages of a build, in order. */
    public enum Stage {
        BUILDING,
        BUILT,
        FAILED
    }

    /** Whether this tells of something later than the other one. */
    boolean isAfter(BuildState other) {
        return attempt > other.attempt
                || attempt == other.attempt
                        && stage != Stage.BUILDING
                        && other.stage == Stage.BUILDING;
    }

    boolean isOf(int ofRevision, String ofPlatform) {
        return revision == ofRevision && platform.equals(ofPlatform);
    }
}
