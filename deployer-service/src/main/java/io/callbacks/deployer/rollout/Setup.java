package io.callbacks.deployer.rollout;

import io.callbacks.event.CallbackSnapshot;
import io.callbacks.event.Limits;
import java.util.Map;

/**
 * What instances run with: all that a new one must be started for, and the env.
 *
 * @param path what the function is told to be called
 */
record Setup(
        int revision,
        String type,
        String path,
        String target,
        Limits limits,
        long envVersion,
        Map<String, String> envSealed) {
    Setup {
        envSealed = Map.copyOf(envSealed);
    }

    static Setup wanted(CallbackSnapshot snapshot) {
        var desired = snapshot.desired();
        return new Setup(
                desired.revision(),
                desired.source().type(),
                snapshot.path(),
                desired.target(),
                snapshot.limits(),
                snapshot.envVersion(),
                snapshot.envSealed());
    }

    Setup withEnvOf(Setup other) {
        return new Setup(revision, type, path, target, limits, other.envVersion, other.envSealed);
    }

    /** Whether the same instances can serve both, given the env. */
    boolean isSameButEnv(Setup other) {
        return revision == other.revision
                && target.equals(other.target)
                && limits.equals(other.limits);
    }

    @Override
    public String toString() {
        return "Setup[revision=%d, target=%s, envVersion=%d, env=%s]"
                .formatted(revision, target, envVersion, envSealed.keySet());
    }
}
