package io.callbacks.builder.kubernetes;

import io.callbacks.builder.build.SandboxException;
import io.callbacks.kubernetes.ClusterUnavailableException;
import io.callbacks.kubernetes.KubernetesCluster;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.function.Supplier;

/** Calls of the cluster, with their failures told as the builder knows them. */
final class Calls {
    private Calls() {}

    /** Runs something that calls the cluster; whatever goes wrong there is trouble of the place. */
    static <T> T calling(Supplier<T> calls) {
        try {
            return calls.get();
        } catch (ClusterUnavailableException e) {
            throw new SandboxException(String.valueOf(e.getMessage()), e);
        } catch (KubernetesClientException e) {
            throw new SandboxException(
                    "the Kubernetes cluster says: " + KubernetesCluster.reason(e), e);
        }
    }
}
