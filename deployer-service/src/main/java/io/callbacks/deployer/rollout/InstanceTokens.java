package io.callbacks.deployer.rollout;

import io.callbacks.service.key.MacKey;
import java.nio.file.Path;

/**
 * What control calls to an instance must carry, told by its id under a key of the deployer's own:
 * it need not be kept anywhere, and a restarted deployer knows it again.
 */
public final class InstanceTokens {
    private final MacKey key;

    private InstanceTokens(MacKey key) {
        this.key = key;
    }

    /**
     * With the key of a directory, made if there is none; readable by its owner alone (mode 600).
     *
     * @throws java.io.UncheckedIOException if it can be neither read nor made
     */
    public static InstanceTokens in(Path directory) {
        return new InstanceTokens(MacKey.in(directory.resolve("instance-tokens.key")));
    }

    /** That of an instance. */
    public String of(String instance) {
        return key.sign(instance);
    }
}
