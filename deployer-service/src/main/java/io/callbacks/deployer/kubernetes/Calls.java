package io.callbacks.deployer.kubernetes;

import io.callbacks.deployer.rollout.PlatformException;
import io.callbacks.kubernetes.ClusterUnavailableException;
import io.callbacks.kubernetes.KubernetesCluster;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.function.Supplier;

/** Calls to the API server, whose failures are the platform's. */
final class Calls {
    private Calls() {}

    static <T> T ask(String what, Supplier<T> call) {
        try {
            return call.get();
        } catch (KubernetesClientException e) {
            throw failed(what, e);
        } catch (ClusterUnavailableException e) {
            throw new PlatformException(String.valueOf(e.getMessage()), e);
        }
    }

    static PlatformException failed(String what, KubernetesClientException error) {
        var away = KubernetesCluster.isUnreachable(error) ? "the API server does not answer: " : "";
        return new PlatformException(
                "cannot " + what + ": " + away + KubernetesCluster.reason(error), error);
    }
}
