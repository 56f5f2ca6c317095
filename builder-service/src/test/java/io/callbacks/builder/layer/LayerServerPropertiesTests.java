package io.callbacks.builder.layer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

class LayerServerPropertiesTests {
    private static LayerServerProperties bound(Map<String, String> settings) {
        return new Binder(new MapConfigurationPropertySource(settings))
                .bindOrCreate("callbacks.layers", LayerServerProperties.class);
    }

    @Test
    void hasDefaults() {
        assertThat(bound(Map.of())).isEqualTo(new LayerServerProperties(null, "", ""));
    }

    @Test
    void bindsEveryProperty() {
        var bound =
                bound(
                        Map.of(
                                "callbacks.layers.port", "8005",
                                "callbacks.layers.address", "10.0.0.1",
                                "callbacks.layers.url", "http://builder:8005"));
        assertThat(bound)
                .isEqualTo(new LayerServerProperties(8005, "10.0.0.1", "http://builder:8005"));
    }
}
