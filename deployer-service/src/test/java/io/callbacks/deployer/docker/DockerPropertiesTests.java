package io.callbacks.deployer.docker;

import static org.assertj.core.api.Assertions.assertThat;

import io.callbacks.deployer.docker.DockerProperties.Address;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.util.unit.DataSize;

class DockerPropertiesTests {
    @Test
    void hasDefaults() {
        var properties = bound(Map.of());
        assertThat(properties.types()).containsExactly("node", "python");
        assertThat(properties.images()).containsEntry("python", "python:3.11-slim");
        assertThat(properties)
                .isEqualTo(
                        new DockerProperties(
                                "",
                                Map.of(),
                                true,
                                Address.AUTO,
                                1,
                                DataSize.ofMegabytes(64),
                                DataSize.ofMegabytes(64),
                                256,
                                "",
                                "",
                                "",
                                List.of()));
    }

    @Test
    void bindsEveryProperty() {
        var properties =
                bound(
                        Map.ofEntries(
                                Map.entry("host", "tcp://engine:2375"),
                                Map.entry("images.[python3.11]", "python:3.11-slim"),
                                Map.entry("lifeline", "false"),
                                Map.entry("address", "container"),
                                Map.entry("cpus", "0.5"),
                                Map.entry("headroom", "32MB"),
                                Map.entry("scratch", "16MB"),
                                Map.entry("processes", "100"),
                                Map.entry("subnet", "10.1.0.0/24"),
                                Map.entry("gateway-network", "gateway"),
                                Map.entry("firewall-image", "firewall:1"),
                                Map.entry("index-addresses", "10.0.0.1, 10.2.0.0/16")));
        assertThat(properties)
                .isEqualTo(
                        new DockerProperties(
                                "tcp://engine:2375",
                                Map.of("python3.11", "python:3.11-slim"),
                                false,
                                Address.CONTAINER,
                                0.5,
                                DataSize.ofMegabytes(32),
                                DataSize.ofMegabytes(16),
                                100,
                                "10.1.0.0/24",
                                "gateway",
                                "firewall:1",
                                List.of("10.0.0.1", "10.2.0.0/16")));
    }

    private static DockerProperties bound(Map<String, String> settings) {
        var source = new MapConfigurationPropertySource();
        settings.forEach((name, value) -> source.put("callbacks.docker." + name, value));
        return new Binder(source)
                .bindOrCreate("callbacks.docker", Bindable.of(DockerProperties.class));
    }
}
