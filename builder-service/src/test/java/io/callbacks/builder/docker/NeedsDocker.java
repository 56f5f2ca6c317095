package io.callbacks.builder.docker;

import io.callbacks.docker.DockerEngine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Skips tests, saying why, where there is no engine or no base image. */
final class NeedsDocker implements ExecutionCondition {
    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        return context.getTestMethod().isPresent()
                ? ConditionEvaluationResult.enabled("as its class is")
                : trouble()
                        .map(ConditionEvaluationResult::disabled)
                        .orElseGet(() -> ConditionEvaluationResult.enabled("there is an engine"));
    }

    private static Optional<String> trouble() {
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
