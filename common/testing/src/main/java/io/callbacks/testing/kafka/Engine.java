package io.callbacks.testing.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.github.dockerjava.transport.DockerHttpClient;
import com.github.dockerjava.zerodep.ZerodepDockerHttpClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.testcontainers.utility.DockerImageName;

/**
 * The Docker engine as it is asked before Testcontainers is, which tries for minutes to pull images
 * where no registry can be reached.
 */
final class Engine implements AutoCloseable {
    private static final URI HOST =
            URI.create(
                    Objects.requireNonNullElse(
                            System.getenv("DOCKER_HOST"), "unix:///var/run/docker.sock"));

    private final DockerHttpClient http =
            new ZerodepDockerHttpClient.Builder()
                    .dockerHost(HOST)
                    .connectionTimeout(Duration.ofSeconds(5))
                    .build();

    private record Answer(int status, String body) {}

    /** What keeps an image from being run; pulls it if it is not there. */
    static Optional<String> hindranceTo(DockerImageName image) {
        try (var engine = new Engine()) {
            return engine.hindrance(image);
        } catch (RuntimeException e) { // what the client makes of every failure to connect
            return Optional.of(
                    "no Docker engine answers at %s: %s".formatted(HOST, e.getMessage()));
        }
    }

    private Optional<String> hindrance(DockerImageName image) {
        if (isThere(image)) {
            return Optional.empty();
        }
        var pulled =
                ask(
                        "POST",
                        "/images/create?fromImage=%s&tag=%s"
                                .formatted(image.getUnversionedPart(), image.getVersionPart()));
        return isThere(image)
                ? Optional.empty()
                : Optional.of("no image %s: %s".formatted(image, pulled.body().strip()));
    }

    private boolean isThere(DockerImageName image) {
        return ask("GET", "/images/" + image.asCanonicalNameString() + "/json").status() == 200;
    }

    private Answer ask(String method, String path) {
        var request = DockerHttpClient.Request.builder().method(method).path(path).build();
        try (var response = http.execute(request)) {
            return new Answer(
                    response.getStatusCode(), new String(response.getBody().readAllBytes(), UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            http.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
