package io.callbacks.builder.docker;

import io.callbacks.builder.install.ContainerPlan;
import java.util.ArrayList;
import java.util.List;

/** An install, and what makes an image of its container as small as it may be. */
final class InstallScript {
    /** Where what installers have fetched before is mounted. */
    static final String CACHE = "/cache";

    /**
     * Nothing of the work is left for the image, nor of what says where packages came from. A cache
     * of more than two GiB is given up.
     */
    private static final String SCRIPT =
            """
            umask 022
            "$@" 2>&1
            code=$?
            rm -rf /tmp/* /tmp/.[!.]* %1$s/package-lock.json %1$s/node_modules/.package-lock.json
            if [ -d /cache ] && [ "$(du -sk /cache | cut -f 1)" -gt 2097152 ]; then
                find /cache -mindepth 1 -delete
            fi
            exit $code
            """
                    .formatted(ContainerPlan.LIBRARY);

    private InstallScript() {}

    static List<String> of(ContainerPlan plan) {
        var all = new ArrayList<>(List.of("/bin/sh", "-c", SCRIPT, "install"));
        all.addAll(plan.words());
        return all;
    }
}
