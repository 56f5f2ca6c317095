package io.callbacks.deployer.instance;

import io.callbacks.deployer.rollout.RunLog;
import io.callbacks.deployer.rollout.StartFailures;
import io.callbacks.event.Failure;
import java.time.DateTimeException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A line that a front wrote to its standard output. */
public sealed interface FrontLine {
    /** What the function wrote. */
    record Logged(RunLog.Line line) implements FrontLine {}

    /** The handler is imported. */
    record Listening(int port) implements FrontLine {}

    /** The handler cannot be imported. */
    record LoadFailed(Failure failure) implements FrontLine {}

    /** Another event, or nothing of ours: shown as it is. */
    record Other(String text) implements FrontLine {}

    static FrontLine parse(String line) {
        try {
            var json = Parser.JSON.readTree(line);
            return switch (json.path("event").asString("")) {
                case "" -> json.has("message") ? new Logged(Parser.logLine(json)) : new Other(line);
                case "listening" -> new Listening(json.path("port").asInt(0));
                case "load-failed" -> new LoadFailed(Parser.failure(json));
                default -> new Other(line);
            };
        } catch (JacksonException e) {
            return new Other(line);
        }
    }

    /** Reads the members. */
    final class Parser {
        private static final JsonMapper JSON = new JsonMapper();

        private Parser() {}

        private static Failure failure(JsonNode json) {
            return StartFailures.of(
                    json.path("class").asString("Error"),
                    text(json, "package"),
                    json.path("message").asString(""),
                    json.path("log_tail").asString(""));
        }

        private static RunLog.Line logLine(JsonNode json) {
            return new RunLog.Line(
                    time(json.path("time").asString("")),
                    text(json, "request_id"),
                    json.path("stream").asString("stdout"),
                    json.path("message").asString(""));
        }

        private static @Nullable String text(JsonNode json, String member) {
            var value = json.path(member);
            return value.isString() ? value.stringValue() : null;
        }

        private static Instant time(String text) {
            try {
                return Instant.parse(text);
            } catch (DateTimeException e) {
                return Instant.now();
            }
        }
    }
}
