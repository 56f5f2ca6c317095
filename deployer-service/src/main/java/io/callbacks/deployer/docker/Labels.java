package io.callbacks.deployer.docker;

import io.callbacks.deployer.rollout.InstanceSpec;
import io.callbacks.service.installation.Installation;
import java.util.Map;

/** Names and labels of what an installation makes; only what carries its labels is touched. */
final class Labels {
    static final String INSTANCE = "callbacks.io/instance";
    static final String CALLBACK = "callbacks.io/callback";
    private static final String INSTALLATION = "callbacks.io/installation";
    private static final String ROLE = "callbacks.io/role";

    private final String installation;

    Labels(Installation installation) {
        this.installation = installation.id();
    }

    String containerName(String instance) {
        return "callbacks-" + installation.substring(0, 8) + "-" + instance;
    }

    /** Of everything of a role. */
    Map<String, String> of(String role) {
        return Map.of(INSTALLATION, installation, ROLE, role);
    }

    /** Common to all instances, and to nothing else. */
    Map<String, String> ofInstances() {
        return of("instance");
    }

    Map<String, String> of(InstanceSpec spec) {
        return Map.of(
                INSTALLATION,
                installation,
                ROLE,
                "instance",
                INSTANCE,
                spec.id(),
                CALLBACK,
                Long.toString(spec.callbackId()),
                "callbacks.io/generation",
                Long.toString(spec.generation()),
                "callbacks.io/revision",
                Integer.toString(spec.revision()));
    }
}
