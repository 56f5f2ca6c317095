package io.callbacks.kubernetes;

import java.util.HashMap;
import java.util.Map;

/** Labels of what an installation makes; only what carries its own is touched. */
public final class Labels {
    public static final String INSTALLATION = "callbacks.io/installation";
    public static final String ROLE = "callbacks.io/role";
    public static final String INSTANCE = "callbacks.io/instance";
    public static final String CALLBACK = "callbacks.io/callback";
    public static final String GENERATION = "callbacks.io/generation";
    public static final String REVISION = "callbacks.io/revision";
    private static final String MANAGED_BY = "app.kubernetes.io/managed-by";

    private final String installation;

    /**
     * @param installation the id of it
     */
    public Labels(String installation) {
        this.installation = installation;
    }

    /** Enough of the installation's id to tell names apart. */
    public String prefix() {
        return installation.substring(0, 8);
    }

    /** What everything of this installation has, and nothing else. */
    public Map<String, String> ours() {
        return Map.of(INSTALLATION, installation);
    }

    /** What everything of a role has, and nothing else. */
    public Map<String, String> ours(String role) {
        return Map.of(INSTALLATION, installation, ROLE, role);
    }

    /** Of something that is made for a role. */
    public Map<String, String> of(String role, Map<String, String> more) {
        var labels = new HashMap<>(more);
        labels.putAll(ours(role));
        labels.put(MANAGED_BY, KubernetesCluster.FIELD_MANAGER);
        return Map.copyOf(labels);
    }
}
