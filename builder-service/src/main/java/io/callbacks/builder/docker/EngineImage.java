package io.callbacks.builder.docker;

import com.github.dockerjava.api.command.InspectImageResponse;
import com.github.dockerjava.api.command.RootFS;
import com.github.dockerjava.api.model.ContainerConfig;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An image as it is on the engine.
 *
 * @param platform operating system and architecture
 * @param layers digests of their content
 */
record EngineImage(
        String id,
        String platform,
        List<String> layers,
        List<String> environment,
        List<String> command,
        Map<String, String> labels) {
    static EngineImage of(InspectImageResponse seen) {
        var config = Objects.requireNonNullElseGet(seen.getConfig(), ContainerConfig::new);
        var labels = config.getLabels();
        return new EngineImage(
                Objects.requireNonNull(seen.getId()),
                seen.getOs() + "/" + seen.getArch(),
                layers(seen.getRootFS()),
                list(config.getEnv()),
                list(config.getCmd()),
                labels == null ? Map.of() : Map.copyOf(labels));
    }

    private static List<String> layers(@Nullable RootFS root) {
        var layers = root == null ? null : root.getLayers();
        return layers == null ? List.of() : List.copyOf(layers);
    }

    private static List<String> list(String @Nullable [] words) {
        return words == null ? List.of() : List.of(words);
    }
}
