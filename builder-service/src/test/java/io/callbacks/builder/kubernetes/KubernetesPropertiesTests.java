package io.callbacks.builder.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import io.callbacks.kubernetes.PullPolicy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.util.unit.DataSize;

class KubernetesPropertiesTests {
    private static KubernetesProperties bound(Map<String, String> settings) {
        return new Binder(new MapConfigurationPropertySource(settings))
                .bindOrCreate("callbacks.kubernetes", KubernetesProperties.class);
    }

    @Test
    void hasDefaults() {
        assertThat(bound(Map.of()))
                .isEqualTo(
                        new KubernetesProperties(
                                "",
                                "",
                                "",
                                Map.of("python", "python:3.11-slim", "node", "node:22-slim"),
                                PullPolicy.IF_NOT_PRESENT,
                                List.of(),
                                Path.of("/usr/local/share/ca-certificates"),
                                Duration.ofMinutes(1),
                                DataSize.ofGigabytes(1),
                                2,
                                DataSize.ofGigabytes(4)));
    }

    @Test
    void bindsEveryProperty() {
        var settings = new HashMap<String, String>();
        settings.put("callbacks.kubernetes.kubeconfig", "/kube/config");
        settings.put("callbacks.kubernetes.context", "kind");
        settings.put("callbacks.kubernetes.namespace", "functions");
        settings.put("callbacks.kubernetes.images.python3.11", "ours/python:3.11");
        settings.put("callbacks.kubernetes.images[node]", "ours/node:24");
        settings.put("callbacks.kubernetes.image-pull-policy", "Always");
        settings.put("callbacks.kubernetes.image-pull-secrets", "registry, other");
        settings.put("callbacks.kubernetes.extra-ca", "/ca.pem");
        settings.put("callbacks.kubernetes.preparation", "2m");
        settings.put("callbacks.kubernetes.build-memory", "2GB");
        settings.put("callbacks.kubernetes.build-cpus", "0.5");
        settings.put("callbacks.kubernetes.build-scratch", "1GB");
        assertThat(bound(settings))
                .isEqualTo(
                        new KubernetesProperties(
                                "/kube/config",
                                "kind",
                                "functions",
                                Map.of(
                                        "python", "python:3.11-slim",
                                        "python3.11", "ours/python:3.11",
                                        "node", "ours/node:24"),
                                PullPolicy.ALWAYS,
                                List.of("registry", "other"),
                                Path.of("/ca.pem"),
                                Duration.ofMinutes(2),
                                DataSize.ofGigabytes(2),
                                0.5,
                                DataSize.ofGigabytes(1)));
    }
}
