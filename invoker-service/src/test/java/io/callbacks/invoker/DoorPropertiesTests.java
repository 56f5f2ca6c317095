package io.callbacks.invoker;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

class DoorPropertiesTests {
    private static DoorProperties bound(Map<String, String> settings) {
        return new Binder(new MapConfigurationPropertySource(settings))
                .bindOrCreate("callbacks.invoker", DoorProperties.class);
    }

    @Test
    void hasDefaults() {
        assertThat(bound(Map.of())).isEqualTo(new DoorProperties(Duration.ZERO));
    }

    @Test
    void bindsEveryProperty() {
        assertThat(bound(Map.of("callbacks.invoker.notice", "7s")))
                .isEqualTo(new DoorProperties(Duration.ofSeconds(7)));
    }
}
