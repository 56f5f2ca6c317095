package io.callbacks.deployer.rollout;

import io.callbacks.event.Failure;
import io.callbacks.event.Layer;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.data.annotation.Id;
import org.springframework.data.mongodb.core.mapping.Document;

/**
 * What came of a build.
 *
 * @param id uid, revision and platform
 * @param image made of the layers, where the platform runs images
 * @param failure null if it succeeded
 */
@Document("builds")
record BuildResult(
        @Id String id,
        long callbackId,
        int attempt,
        List<Layer> layers,
        @Nullable String image,
        @Nullable Failure failure) {
    BuildResult {
        layers = List.copyOf(layers);
    }

    static String id(String uid, int revision, String platform) {
        return uid + ":" + revision + ":" + platform;
    }
}
