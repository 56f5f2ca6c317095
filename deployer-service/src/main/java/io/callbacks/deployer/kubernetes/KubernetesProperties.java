package io.callbacks.deployer.kubernetes;

import io.callbacks.kubernetes.ClusterAccess;
import io.callbacks.kubernetes.LanguageImages;
import io.callbacks.kubernetes.PullPolicy;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * How callbacks run on a Kubernetes cluster.
 *
 * @param kubeconfig file; empty for that of {@code KUBECONFIG}, the usual one, or the cluster that
 *     the platform runs in
 * @param context of the kubeconfig; empty for its current one
 * @param namespace where everything is made; empty for that of the context
 * @param images image of each type that can be deployed; {@code python} and {@code node} have
 *     defaults
 * @param imagePullPolicy when nodes pull them
 * @param imagePullSecrets names of the Secrets that nodes pull them with
 * @param cpus processors that an instance may use
 * @param cpuRequest processors that are kept for one
 * @param headroom memory of an instance beyond {@code memory_mb}, for what is not the function
 * @param scratch size of {@code /tmp}, and of {@code /work}; what is there counts as memory
 * @param storage of code, dependencies and log of an instance on its node
 * @param preparation how long it may take until an instance has a node, image and layers
 * @param invokers who may call instances
 * @param closed networks that instances may not reach, beside all private ones
 * @param open networks that they may reach all the same
 */
@ConfigurationProperties("callbacks.kubernetes")
record KubernetesProperties(
        @DefaultValue("") String kubeconfig,
        @DefaultValue("") String context,
        @DefaultValue("") String namespace,
        @DefaultValue Map<String, String> images,
        @DefaultValue("IfNotPresent") PullPolicy imagePullPolicy,
        @DefaultValue List<String> imagePullSecrets,
        @DefaultValue("1") double cpus,
        @DefaultValue("0.05") double cpuRequest,
        @DefaultValue("64MB") DataSize headroom,
        @DefaultValue("64MB") DataSize scratch,
        @DefaultValue("2GB") DataSize storage,
        @DefaultValue("60s") Duration preparation,
        @DefaultValue Invokers invokers,
        @DefaultValue List<String> closed,
        @DefaultValue List<String> open) {
    KubernetesProperties {
        images = new LanguageImages(images).byType();
        imagePullSecrets = List.copyOf(imagePullSecrets);
        closed = List.copyOf(closed);
        open = List.copyOf(open);
    }

    /**
     * Who may call instances; anybody if nothing is set.
     *
     * @param namespaces labels of their namespace; empty for that of the instances
     * @param pods labels of theirs
     * @param cidrs networks, where they are no pods
     */
    record Invokers(
            @DefaultValue Map<String, String> namespaces,
            @DefaultValue Map<String, String> pods,
            @DefaultValue List<String> cidrs) {
        Invokers {
            namespaces = Map.copyOf(namespaces);
            pods = Map.copyOf(pods);
            cidrs = List.copyOf(cidrs);
        }
    }

    ClusterAccess access(Map<String, String> environment) {
        return new ClusterAccess(kubeconfig, context, namespace, environment);
    }

    /** What can be deployed, in order. */
    List<String> types() {
        return new LanguageImages(images).types();
    }
}
