package io.callbacks.deployer.instance;

import io.callbacks.deployer.rollout.InstanceSpec;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/** The line that an instance is told first, on its standard input: all that is secret. */
public final class FirstLine {
    private static final JsonMapper JSON = new JsonMapper();

    private FirstLine() {}

    /** Ends with a newline. */
    public static String of(InstanceSpec spec) {
        var configuration =
                Map.of(
                        "token", spec.token(),
                        "env", spec.env(),
                        "env_version", spec.envVersion(),
                        "generation", spec.generation());
        return JSON.writeValueAsString(configuration) + "\n";
    }
}
