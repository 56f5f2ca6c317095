package io.callbacks.deployer.kubernetes;

import io.callbacks.deployer.rollout.InstanceTokens;
import io.callbacks.deployer.rollout.RunLog;
import io.callbacks.kubernetes.KubernetesCluster;
import io.callbacks.kubernetes.Labels;
import io.callbacks.service.installation.Installation;
import io.callbacks.service.layer.LayerUrls;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class KubernetesPlatformConfiguration {
    @Bean
    KubernetesCluster kubernetesCluster(KubernetesProperties properties) {
        return KubernetesCluster.of(properties.access(System.getenv()));
    }

    @Bean
    KubernetesPlatform kubernetesPlatform(
            KubernetesCluster cluster,
            KubernetesProperties properties,
            Installation installation,
            LayerUrls urls,
            InstanceTokens tokens,
            RunLog runLog) {
        var labels = new Labels(installation.id());
        var layers = new LayerList(urls);
        var timeZone = System.getenv().getOrDefault("TZ", "");
        var request = new PodRequest(labels, properties, timeZone);
        var preflight =
                new Preflight(
                        cluster,
                        layers,
                        new CallbacksPolicy(cluster, labels, properties),
                        properties.types());
        return new KubernetesPlatform(
                new Pods(cluster, labels, request, layers),
                new DisruptionBudgets(cluster, labels),
                preflight,
                tokens,
                runLog,
                properties.preparation());
    }
}
