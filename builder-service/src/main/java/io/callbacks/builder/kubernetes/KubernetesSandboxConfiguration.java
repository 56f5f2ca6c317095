package io.callbacks.builder.kubernetes;

import io.callbacks.blob.BlobStore;
import io.callbacks.builder.build.BuilderProperties;
import io.callbacks.builder.build.ImageRegistry;
import io.callbacks.builder.build.Images;
import io.callbacks.builder.build.Replica;
import io.callbacks.builder.build.Sandbox;
import io.callbacks.builder.install.InstallLimits;
import io.callbacks.builder.install.OperatorSettings;
import io.callbacks.builder.layer.LayerReaders;
import io.callbacks.builder.layer.Uploads;
import io.callbacks.kubernetes.KubernetesCluster;
import io.callbacks.kubernetes.Labels;
import io.callbacks.service.installation.Installation;
import io.callbacks.service.layer.LayerUrls;
import java.util.Optional;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Nothing here asks anything of the cluster before a build does: it may be absent. */
@Configuration(proxyBeanMethods = false)
class KubernetesSandboxConfiguration {
    @Bean
    KubernetesCluster kubernetesCluster(KubernetesProperties properties) {
        return KubernetesCluster.of(properties.access(System.getenv()));
    }

    @Bean
    LayerReaders clusterReaders(KubernetesCluster cluster) {
        return new ClusterReaders(cluster);
    }

    @Bean
    ClusterJobs clusterJobs(
            KubernetesCluster cluster,
            Installation installation,
            Replica replica,
            KubernetesProperties properties,
            BuilderProperties builder) {
        return new ClusterJobs(
                cluster,
                new Labels(installation.id()),
                replica.replica(),
                properties,
                limits(builder));
    }

    @Bean
    Images kubernetesLeftovers(ClusterJobs jobs) {
        return new KubernetesLeftovers(jobs);
    }

    @Bean
    Sandbox kubernetesSandbox(
            ClusterJobs jobs,
            Uploads uploads,
            ObjectProvider<LayerUrls> urls,
            BlobStore blobs,
            KubernetesProperties properties,
            BuilderProperties builder,
            Optional<ImageRegistry> registry) {
        return new KubernetesSandbox(
                new ClusterRuntimes(jobs, properties.images()),
                jobs,
                uploads,
                urls::getObject,
                OperatorSettings.from(System.getenv()),
                properties.extraCa(),
                blobs,
                limits(builder),
                registry);
    }

    private static InstallLimits limits(BuilderProperties builder) {
        return new InstallLimits(builder.timeout(), builder.largestLayer().toBytes());
    }
}
