package io.callbacks.registry.testing;

import java.net.http.HttpResponse;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What the registry answered. */
public record Answer(HttpResponse<String> response) {
    private static final JsonMapper JSON = new JsonMapper();
    private static final String PROBLEM = "urn:callbacks:problem:";

    public int status() {
        return response.statusCode();
    }

    public String header(String name) {
        return response.headers().firstValue(name).orElse("");
    }

    /** The body as JSON. */
    public JsonNode json() {
        return JSON.readTree(response.body());
    }

    /** A number in the body. */
    public long number(String pointer) {
        return json().requiredAt(pointer).longValue();
    }

    /** A value in the body as text; null is "null". */
    public String text(String pointer) {
        return json().requiredAt(pointer).asString("null");
    }

    /** The name of the problem in the body; its status must be the answer's. */
    public String problem() {
        var json = json();
        if (json.path("status").intValue() != status()
                || !header("Content-Type").equals("application/problem+json")) {
            return "not a problem: " + this;
        }
        var type = json.path("type").asString("");
        return type.startsWith(PROBLEM) ? type.substring(PROBLEM.length()) : type;
    }

    /** The field the problem is about. */
    public String field() {
        return json().path("field").asString("");
    }

    @Override
    public String toString() {
        return status() + " " + response.headers().map() + " " + response.body();
    }
}
