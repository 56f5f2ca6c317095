package io.callbacks.deployer.log;

import io.callbacks.deployer.rollout.RunLog.Line;
import java.time.DateTimeException;
import java.time.Instant;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;

/** Log lines as they are kept, and as they are shown. */
final class LogLines {
    private static final JsonMapper JSON = new JsonMapper();

    private LogLines() {}

    static String format(Line line) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("time", line.time().toString())
                .put("request_id", line.requestId())
                .put("stream", line.stream())
                .put("message", line.message())
                .toString();
    }

    /** A line that was cut off by a crash is shown as it is. */
    static Line parse(String text) {
        try {
            var json = JSON.readTree(text);
            var request = json.path("request_id");
            return new Line(
                    Instant.parse(json.path("time").asString("")),
                    request.isString() ? request.stringValue() : null,
                    json.path("stream").asString("stdout"),
                    json.path("message").asString(""));
        } catch (JacksonException | DateTimeException e) {
            return new Line(Instant.EPOCH, null, "platform", text);
        }
    }

    static String show(Line line) {
        return "%s %s %s %s"
                .formatted(
                        line.time(),
                        line.stream(),
                        line.requestId() == null ? "-" : line.requestId(),
                        line.message());
    }
}
