package io.callbacks.deployer.rollout;

import io.callbacks.event.Layer;
import io.callbacks.event.Limits;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What an instance shall be.
 *
 * @param id unlike any other's, safe as a file name
 * @param functionName what the function is told to be called
 * @param image made of the layers, where the platform runs images
 * @param env plain values, in memory only
 * @param token what control calls to it must carry
 */
public record InstanceSpec(
        String id,
        long callbackId,
        long generation,
        int revision,
        String type,
        String functionName,
        List<Layer> layers,
        @Nullable String image,
        Limits limits,
        long envVersion,
        Map<String, String> env,
        String token) {
    public InstanceSpec {
        layers = List.copyOf(layers);
        env = Map.copyOf(env);
    }

    @Override
    public String toString() {
        return "InstanceSpec[id=%s, generation=%d, revision=%d, type=%s, env=%s]"
                .formatted(id, generation, revision, type, env.keySet());
    }
}
