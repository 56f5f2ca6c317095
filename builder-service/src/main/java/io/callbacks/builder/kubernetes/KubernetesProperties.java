package io.callbacks.builder.kubernetes;

import io.callbacks.kubernetes.ClusterAccess;
import io.callbacks.kubernetes.LanguageImages;
import io.callbacks.kubernetes.PullPolicy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * The Kubernetes cluster and how dependencies are installed on it.
 *
 * @param kubeconfig file; empty for that of {@code KUBECONFIG}, the usual one, or the cluster that
 *     the platform runs in
 * @param context of the kubeconfig; empty for its current one
 * @param namespace where everything is made; empty for that of the context
 * @param images image of each type; {@code python} and {@code node} have defaults
 * @param imagePullPolicy when nodes pull them
 * @param imagePullSecrets names of the Secrets that nodes pull them with
 * @param extraCa certificate authorities to trust in installs: a file, or a directory's {@code
 *     .crt} files; need not exist
 * @param preparation how long it may take until an install has a node and an image
 * @param buildMemory of an install
 * @param buildCpus of an install
 * @param buildScratch disk for what an install needs beside what it brings
 */
@ConfigurationProperties("callbacks.kubernetes")
record KubernetesProperties(
        @DefaultValue("") String kubeconfig,
        @DefaultValue("") String context,
        @DefaultValue("") String namespace,
        @DefaultValue Map<String, String> images,
        @DefaultValue("IfNotPresent") PullPolicy imagePullPolicy,
        @DefaultValue List<String> imagePullSecrets,
        @DefaultValue("/usr/local/share/ca-certificates") Path extraCa,
        @DefaultValue("60s") Duration preparation,
        @DefaultValue("1GB") DataSize buildMemory,
        @DefaultValue("2") double buildCpus,
        @DefaultValue("4GB") DataSize buildScratch) {
    KubernetesProperties {
        images = new LanguageImages(images).byType();
        imagePullSecrets = List.copyOf(imagePullSecrets);
    }

    ClusterAccess access(Map<String, String> environment) {
        return new ClusterAccess(kubeconfig, context, namespace, environment);
    }
}
