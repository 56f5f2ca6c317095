package io.callbacks.deployer.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import io.callbacks.deployer.kubernetes.KubernetesProperties.Invokers;
import io.callbacks.kubernetes.PullPolicy;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.util.unit.DataSize;

class KubernetesPropertiesTests {
    @Test
    void hasDefaults() {
        var properties = bound(Map.of());
        assertThat(properties.types()).containsExactly("node", "python");
        assertThat(properties.images()).containsEntry("python", "python:3.11-slim");
        assertThat(properties)
                .isEqualTo(
                        new KubernetesProperties(
                                "",
                                "",
                                "",
                                Map.of(),
                                PullPolicy.IF_NOT_PRESENT,
                                List.of(),
                                1,
                                0.05,
                                DataSize.ofMegabytes(64),
                                DataSize.ofMegabytes(64),
                                DataSize.ofGigabytes(2),
                                Duration.ofMinutes(1),
                                new Invokers(Map.of(), Map.of(), List.of()),
                                List.of(),
                                List.of()));
    }

    @Test
    void bindsEveryProperty() {
        var properties =
                bound(
                        Map.ofEntries(
                                Map.entry("kubeconfig", "/etc/kubeconfig"),
                                Map.entry("context", "there"),
                                Map.entry("namespace", "mine"),
                                Map.entry("images.[python3.12]", "python:3.12-slim"),
                                Map.entry("image-pull-policy", "Always"),
                                Map.entry("image-pull-secrets", "registry"),
                                Map.entry("cpus", "0.5"),
                                Map.entry("cpu-request", "0.1"),
                                Map.entry("headroom", "32MB"),
                                Map.entry("scratch", "16MB"),
                                Map.entry("storage", "1GB"),
                                Map.entry("preparation", "5m"),
                                Map.entry("invokers.namespaces.team", "platform"),
                                Map.entry("invokers.pods.app", "invoker"),
                                Map.entry("invokers.cidrs", "192.0.2.0/24"),
                                Map.entry("closed", "203.0.113.0/24"),
                                Map.entry("open", "10.0.0.1/32, 10.2.0.0/16")));
        assertThat(properties)
                .isEqualTo(
                        new KubernetesProperties(
                                "/etc/kubeconfig",
                                "there",
                                "mine",
                                Map.of("python3.12", "python:3.12-slim"),
                                PullPolicy.ALWAYS,
                                List.of("registry"),
                                0.5,
                                0.1,
                                DataSize.ofMegabytes(32),
                                DataSize.ofMegabytes(16),
                                DataSize.ofGigabytes(1),
                                Duration.ofMinutes(5),
                                new Invokers(
                                        Map.of("team", "platform"),
                                        Map.of("app", "invoker"),
                                        List.of("192.0.2.0/24")),
                                List.of("203.0.113.0/24"),
                                List.of("10.0.0.1/32", "10.2.0.0/16")));
    }

    private static KubernetesProperties bound(Map<String, String> settings) {
        var source = new MapConfigurationPropertySource();
        settings.forEach((name, value) -> source.put("callbacks.kubernetes." + name, value));
        return new Binder(source)
                .bindOrCreate("callbacks.kubernetes", Bindable.of(KubernetesProperties.class));
    }
}
