package io.callbacks.deployer.kubernetes;

import io.callbacks.kubernetes.ClusterAccess;
import io.callbacks.kubernetes.KubernetesCluster;
import io.callbacks.kubernetes.Permission;
import io.callbacks.testing.Needs;
import java.util.Optional;

/** A cluster where namespaces may be made. */
public final class NeedsCluster extends Needs {
    @Override
    protected Optional<String> missing() {
        var access = new ClusterAccess("", "", "default", System.getenv());
        try (var cluster = KubernetesCluster.of(access)) {
            return cluster.trouble(Permission.of("", "namespaces", "create", "delete"));
        }
    }
}
