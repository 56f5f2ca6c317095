package io.callbacks.builder.docker;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.util.unit.DataSize;

class DockerPropertiesTests {
    private static DockerProperties bound(Map<String, String> settings) {
        return new Binder(new MapConfigurationPropertySource(settings))
                .bindOrCreate("callbacks.docker", DockerProperties.class);
    }

    @Test
    void hasDefaults() {
        assertThat(bound(Map.of()))
                .isEqualTo(
                        new DockerProperties(
                                "",
                                Map.of("python", "python:3.11-slim", "node", "node:22-slim"),
                                Path.of("/usr/local/share/ca-certificates"),
                                "10.231.240.0/20",
                                DataSize.ofGigabytes(1),
                                2,
                                256));
    }

    @Test
    void bindsEveryProperty() {
        var bound =
                bound(
                        Map.of(
                                "callbacks.docker.host", "tcp://engine:2375",
                                "callbacks.docker.images.python3.11", "ours/python:3.11",
                                "callbacks.docker.images[node]", "ours/node:24",
                                "callbacks.docker.extra-ca", "/ca.pem",
                                "callbacks.docker.build-subnet", "10.1.0.0/24",
                                "callbacks.docker.build-memory", "2GB",
                                "callbacks.docker.build-cpus", "0.5",
                                "callbacks.docker.build-pids", "99"));
        assertThat(bound)
                .isEqualTo(
                        new DockerProperties(
                                "tcp://engine:2375",
                                Map.of(
                                        "python", "python:3.11-slim",
                                        "python3.11", "ours/python:3.11",
                                        "node", "ours/node:24"),
                                Path.of("/ca.pem"),
                                "10.1.0.0/24",
                                DataSize.ofGigabytes(2),
                                0.5,
                                99));
    }
}
