package io.callbacks.invoker.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.util.unit.DataSize;

class GatewayPropertiesTests {
    private static GatewayProperties bound(Map<String, String> settings) {
        return new Binder(new MapConfigurationPropertySource(settings))
                .bindOrCreate("callbacks.invoker", GatewayProperties.class);
    }

    @Test
    void hasDefaults() {
        assertThat(bound(Map.of()))
                .isEqualTo(
                        new GatewayProperties(
                                Duration.ofSeconds(10),
                                1000,
                                DataSize.ofMegabytes(6),
                                DataSize.ofMegabytes(1)));
    }

    @Test
    void bindsEveryProperty() {
        var bound =
                bound(
                        Map.of(
                                "callbacks.invoker.queue-time", "3s",
                                "callbacks.invoker.queue-length", "5",
                                "callbacks.invoker.max-body", "1MB",
                                "callbacks.invoker.repeatable-body", "2KB"));
        assertThat(bound)
                .isEqualTo(
                        new GatewayProperties(
                                Duration.ofSeconds(3),
                                5,
                                DataSize.ofMegabytes(1),
                                DataSize.ofKilobytes(2)));
    }
}
