package io.callbacks.builder.docker;

import java.util.HashMap;
import java.util.Map;

/** The labels of what is made on an engine. */
final class Labels {
    static final String INSTALLATION = "callbacks.io/installation";
    static final String ROLE = "callbacks.io/role";
    static final String CALLBACK = "callbacks.io/callback";
    static final String REVISION = "callbacks.io/revision";
    static final String UID = "callbacks.io/uid";

    /** Which builder a build container belongs to, and in which of its lives. */
    static final String OWNER = "callbacks.io/owner";

    /** The digest of the code in an image. */
    static final String CODE = "callbacks.io/code";

    /** The id of the image that another one is made of. */
    static final String BASE = "callbacks.io/base";

    /** The version of the language in a runtime image. */
    static final String VERSION = "callbacks.io/version";

    private final String installation;

    Labels(String installation) {
        this.installation = installation;
    }

    /** Of something of this installation. */
    Map<String, String> of(Role role, Map<String, String> more) {
        var labels = new HashMap<>(more);
        labels.put(INSTALLATION, installation);
        labels.put(ROLE, role.label());
        return Map.copyOf(labels);
    }

    /** What everything of this installation has. */
    Map<String, String> ours() {
        return Map.of(INSTALLATION, installation);
    }

    /** Enough of the installation's id to tell names apart. */
    String prefix() {
        return installation.substring(0, 8);
    }
}
