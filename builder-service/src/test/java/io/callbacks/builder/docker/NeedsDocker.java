package io.callbacks.builder.docker;

import io.callbacks.docker.DockerEngine;
import io.callbacks.testing.Needs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;

/** An engine with the base images. */
final class NeedsDocker extends Needs {
    @Override
    protected Optional<String> missing() {
        try (var docker = DockerEngine.at("")) {
            return docker.trouble().or(() -> missingImage(new Engine(() -> docker)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Optional<String> missingImage(Engine engine) {
        return List.of("callbacks/base-python:local", "callbacks/base-node:local").stream()
                .filter(image -> engine.image(image).isEmpty())
                .map(image -> "There is no image " + image + "; run runtimes/base-images.sh.")
                .findFirst();
    }
}
