package io.callbacks.invoker.route;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

class RoutePropertiesTests {
    private static RouteProperties bound(Map<String, String> settings) {
        return new Binder(new MapConfigurationPropertySource(settings))
                .bindOrCreate("callbacks", RouteProperties.class);
    }

    @Test
    void hasDefaults() {
        assertThat(bound(Map.of())).isEqualTo(new RouteProperties("127.0.0.1:9092"));
    }

    @Test
    void bindsEveryProperty() {
        assertThat(bound(Map.of("callbacks.kafka", "k:1"))).isEqualTo(new RouteProperties("k:1"));
    }
}
