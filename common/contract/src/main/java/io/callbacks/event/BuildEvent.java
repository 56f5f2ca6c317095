package io.callbacks.event;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How a build goes. Keyed by callback id; at least once, in order per key. */
public sealed interface BuildEvent extends Event {
    /** Which build. */
    BuildKey build();

    @Override
    default String topic() {
        return Topics.BUILD;
    }

    @Override
    default String key() {
        return Long.toString(build().callbackId());
    }

    @Override
    default String source() {
        return "/builder";
    }

    @Override
    default String id() {
        var build = build();
        return "%s/%d/%s/%d/%s"
                .formatted(
                        build.uid(), build.revision(), build.platform(), build.attempt(), type());
    }

    /**
     * Names one try at building one revision for one platform.
     *
     * @param attempt counts up from 1
     */
    record BuildKey(long callbackId, String uid, int revision, String platform, int attempt) {
        public BuildKey {
            requireNonNull(uid, "uid");
            requireNonNull(platform, "platform");
        }
    }

    /** Someone works on it. */
    record BuildStarted(@JsonUnwrapped BuildKey build) implements BuildEvent {
        public BuildStarted {
            requireNonNull(build, "build");
        }

        @Override
        public String type() {
            return "build-started";
        }
    }

    /**
     * The layers are in the blob store.
     *
     * @param image the image made of them, on platforms that run images
     * @param seconds how long it took
     * @param cached whether the dependencies were there already
     */
    record BuildSucceeded(
            @JsonUnwrapped BuildKey build,
            List<Layer> layers,
            @Nullable String image,
            double seconds,
            boolean cached)
            implements BuildEvent {
        public BuildSucceeded {
            requireNonNull(build, "build");
            layers = List.copyOf(layers);
        }

        @Override
        public String type() {
            return "build-succeeded";
        }
    }

    /**
     * It cannot be built as it stands.
     *
     * @param seconds how long it took
     */
    record BuildFailed(@JsonUnwrapped BuildKey build, Failure error, double seconds)
            implements BuildEvent {
        public BuildFailed {
            requireNonNull(build, "build");
            requireNonNull(error, "error");
        }

        @Override
        public String type() {
            return "build-failed";
        }
    }
}
