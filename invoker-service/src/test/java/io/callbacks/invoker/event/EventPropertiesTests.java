package io.callbacks.invoker.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.util.unit.DataSize;

class EventPropertiesTests {
    private static EventProperties bound(Map<String, String> settings) {
        return new Binder(new MapConfigurationPropertySource(settings))
                .bindOrCreate("callbacks.invoker.events", EventProperties.class);
    }

    @Test
    void hasDefaults() {
        assertThat(bound(Map.of()))
                .isEqualTo(
                        new EventProperties(
                                Duration.ofMinutes(10),
                                Duration.ofMinutes(2),
                                10_000,
                                DataSize.ofMegabytes(64),
                                ""));
    }

    @Test
    void bindsEveryProperty() {
        var bound =
                bound(
                        Map.of(
                                "callbacks.invoker.events.deduplication", "1d",
                                "callbacks.invoker.events.patience", "3s",
                                "callbacks.invoker.events.window", "1",
                                "callbacks.invoker.events.bytes", "2MB",
                                "callbacks.invoker.events.member", "invoker-1"));
        assertThat(bound)
                .isEqualTo(
                        new EventProperties(
                                Duration.ofDays(1),
                                Duration.ofSeconds(3),
                                1,
                                DataSize.ofMegabytes(2),
                                "invoker-1"));
    }

    @Test
    void takesDeduplicationThatIsOff() {
        var bound = bound(Map.of("callbacks.invoker.events.deduplication", "0"));
        assertThat(bound.deduplication()).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "deduplication, -1s, deduplication must be 0 to 1d",
        "deduplication, 25h, deduplication must be 0 to 1d",
        "window, 0, window must be 1 or more"
    })
    void refusesWhatCannotBe(String name, String value, String reason) {
        assertThatException()
                .isThrownBy(() -> bound(Map.of("callbacks.invoker.events." + name, value)))
                .withStackTraceContaining("callbacks.invoker.events." + reason);
    }
}
