package io.callbacks.builder.kubernetes;

import io.callbacks.kubernetes.KubernetesCluster;
import io.callbacks.kubernetes.Permission;
import io.callbacks.testing.Needs;
import java.util.Optional;

/** A cluster where namespaces may be made. */
final class NeedsCluster extends Needs {
    @Override
    protected Optional<String> missing() {
        try (var cluster = KubernetesCluster.of(ClusterPlace.access(""))) {
            return cluster.trouble(Permission.of("", "namespaces", "create", "delete"));
        }
    }
}
