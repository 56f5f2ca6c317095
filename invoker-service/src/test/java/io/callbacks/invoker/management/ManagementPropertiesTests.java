package io.callbacks.invoker.management;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.util.unit.DataSize;

class ManagementPropertiesTests {
    private static ManagementProperties bound(Map<String, String> settings) {
        return new Binder(new MapConfigurationPropertySource(settings))
                .bindOrCreate("callbacks.invoker", ManagementProperties.class);
    }

    @Test
    void hasDefaults() {
        assertThat(bound(Map.of()))
                .isEqualTo(
                        new ManagementProperties(
                                URI.create("http://127.0.0.1:8001"),
                                URI.create("http://127.0.0.1:8002"),
                                URI.create("http://127.0.0.1:8003"),
                                Set.of(),
                                Set.of(),
                                DataSize.ofMegabytes(2),
                                Duration.ofSeconds(5)));
    }

    @Test
    void bindsEveryProperty() {
        var bound =
                bound(
                        Map.of(
                                "callbacks.invoker.registry-url", "http://r",
                                "callbacks.invoker.builder-url", "http://b",
                                "callbacks.invoker.deployer-url", "http://d",
                                "callbacks.invoker.hosts", "a,b",
                                "callbacks.invoker.origins", "https://c",
                                "callbacks.invoker.max-management-body", "1KB",
                                "callbacks.invoker.service-wait", "1s"));
        assertThat(bound)
                .isEqualTo(
                        new ManagementProperties(
                                URI.create("http://r"),
                                URI.create("http://b"),
                                URI.create("http://d"),
                                Set.of("a", "b"),
                                Set.of("https://c"),
                                DataSize.ofKilobytes(1),
                                Duration.ofSeconds(1)));
    }
}
