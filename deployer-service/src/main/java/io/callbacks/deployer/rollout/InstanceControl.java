package io.callbacks.deployer.rollout;

import io.callbacks.event.DeploymentObserved.Serving;
import io.callbacks.event.Failure;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Control calls to an instance's front; the same on every platform. */
final class InstanceControl {
    private static final Duration QUICK = Duration.ofSeconds(5);
    private static final int UNPROCESSABLE = 422;
    private static final JsonMapper JSON = new JsonMapper();

    private final HttpClient http =
            HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .connectTimeout(Duration.ofSeconds(2))
                    .build();

    /**
     * Gives an instance another env and waits until every later request sees it.
     *
     * @return why the handler cannot be imported with it; then the old env stays
     * @throws PlatformException if the instance does not answer as it should
     */
    Optional<Failure> env(
            RunningInstance instance,
            long version,
            long generation,
            Map<String, String> env,
            Duration longest) {
        var body =
                JSON.writeValueAsString(
                        Map.of("version", version, "generation", generation, "env", env));
        var answer = call(instance, "PUT", "env", body, longest);
        return switch (answer.statusCode()) {
            case 200 -> Optional.empty();
            case UNPROCESSABLE -> Optional.of(failure(instance, answer.body()));
            default -> throw unexpected(instance, "env", answer);
        };
    }

    /**
     * Makes an instance turn away what has not reached the handler. One that is gone has obeyed.
     */
    void refuse(RunningInstance instance) {
        try {
            call(instance, "POST", "refuse", "", QUICK);
        } catch (PlatformException e) {
            // gone: it takes no requests any more
        }
    }

    /** Whether an instance takes requests as what was told to serve. */
    boolean serves(RunningInstance instance, Serving told) {
        try {
            var ready = read(instance, "ready");
            return ready.path("instance").asString("").equals(instance.id())
                    && ready.path("revision").asInt(0) == told.revision()
                    && ready.path("env_version").asLong(0) == told.envVersion()
                    && ready.path("generation").asLong(0) <= told.generation()
                    && !read(instance, "stats").path("refusing").asBoolean(true);
        } catch (PlatformException | JacksonException e) {
            return false; // it does not answer as an instance of ours would
        }
    }

    private JsonNode read(RunningInstance instance, String what) {
        var answer = call(instance, "GET", what, "", QUICK);
        if (answer.statusCode() != 200) {
            throw unexpected(instance, what, answer);
        }
        return JSON.readTree(answer.body());
    }

    private HttpResponse<String> call(
            RunningInstance instance, String method, String what, String body, Duration longest) {
        var request =
                HttpRequest.newBuilder(instance.url().resolve("/_callbacks/" + what))
                        .method(method, BodyPublishers.ofString(body))
                        .header("Authorization", "Bearer " + instance.token())
                        .header("Content-Type", "application/json")
                        .timeout(longest)
                        .build();
        try {
            return http.send(request, BodyHandlers.ofString());
        } catch (IOException e) {
            throw new PlatformException("instance " + instance.id() + " does not answer", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PlatformException("interrupted while calling " + instance.id(), e);
        }
    }

    private static Failure failure(RunningInstance instance, String body) {
        try {
            var json = JSON.readTree(body);
            return StartFailures.of(
                    json.path("class").asString("Error"),
                    json.path("package").isString() ? json.path("package").stringValue() : null,
                    json.path("message").asString(""),
                    json.path("log_tail").asString(""));
        } catch (JacksonException e) {
            throw new PlatformException("instance " + instance.id() + " answered nonsense", e);
        }
    }

    private static PlatformException unexpected(
            RunningInstance instance, String what, HttpResponse<String> answer) {
        return new PlatformException(
                "instance %s answered %d to %s".formatted(instance.id(), answer.statusCode(), what),
                null);
    }
}
