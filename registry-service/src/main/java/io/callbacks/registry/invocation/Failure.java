package io.callbacks.registry.invocation;

import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * Why a call failed.
 *
 * @param problem as RFC 9457 has it
 */
record Failure(JsonNode problem) {
    private static final JsonMapper JSON = new JsonMapper();

    static Failure of(Optional<End> end) {
        return end.map(e -> read(e.body()))
                .orElseGet(() -> made("result-gone", "Why it failed is not kept any more."));
    }

    private static Failure read(byte[] body) {
        try {
            var problem = JSON.readTree(body);
            if (problem.isObject()) {
                return new Failure(problem);
            }
        } catch (JacksonException e) {
            // told below, as for what is no problem
        }
        return made("unknown-failure", "It failed without saying why.");
    }

    private static Failure made(String name, String detail) {
        return new Failure(
                JsonNodeFactory.instance
                        .objectNode()
                        .put("type", "urn:callbacks:problem:" + name)
                        .put("detail", detail));
    }

    String sentence() {
        var name = problem.path("type").asString("").replace("urn:callbacks:problem:", "");
        var detail = problem.path("detail").asString("");
        return detail.isEmpty() ? name : name + ": " + detail;
    }
}
