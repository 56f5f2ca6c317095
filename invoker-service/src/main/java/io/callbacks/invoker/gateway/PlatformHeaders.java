package io.callbacks.invoker.gateway;

import io.callbacks.event.Route;
import io.callbacks.invoker.http.EndToEndHeaders;
import io.callbacks.invoker.http.Forwarded;
import io.callbacks.invoker.http.Problem;
import io.callbacks.invoker.http.RequestId;
import io.netty.handler.codec.http.HttpHeaders;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import tools.jackson.core.json.JsonWriteFeature;
import tools.jackson.databind.json.JsonMapper;

/** What the gateway and an instance tell each other beside the caller's own headers. */
final class PlatformHeaders {
    static final String REVISION = "X-Callbacks-Revision";
    static final String ENV_VERSION = "X-Callbacks-Env-Version";
    static final String MIN_ENV_VERSION = "X-Callbacks-Min-Env-Version";
    static final String REFUSED = "X-Callbacks-Refused";

    /** Says that the body is an event, which the handler gets as it is. */
    static final String EVENT = "X-Callbacks-Event";

    /** Those of an instance the caller gets to see. */
    static final Set<String> PASSED = EndToEndHeaders.names(REVISION, ENV_VERSION, Problem.ERROR);

    private static final JsonMapper ASCII =
            JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

    private PlatformHeaders() {}

    /** Adds what the instance must know. */
    static void addTo(HttpHeaders out, Invocation call, Turn turn) {
        Forwarded.addTo(out, call.request());
        RequestId.addTo(out, call.call().id());
        addTo(out, turn, call.timeout().left());
        addTo(
                out,
                "/" + call.target().template().text(),
                call.match().parameters(),
                Forwarded.addressOf(call.request()));
    }

    /** Adds what depends on the instance. */
    static void addTo(HttpHeaders out, Turn turn, Duration timeout) {
        out.set("X-Callbacks-Instance", turn.instance().id());
        out.set("X-Callbacks-Timeout-Ms", Long.toString(timeout.toMillis()));
    }

    /** Adds what an HTTP event tells of where it came in. */
    static void addTo(
            HttpHeaders out, String resource, Map<String, String> parameters, String peer) {
        out.set("X-Callbacks-Resource", resource);
        out.set("X-Callbacks-Source-Ip", peer);
        if (!parameters.isEmpty()) {
            out.set("X-Callbacks-Path-Parameters", ASCII.writeValueAsString(parameters));
        }
    }

    /** Says what serves, where the instance has not said it. */
    static void served(HttpHeaders out, Route by) {
        if (!out.contains(REVISION)) {
            out.set(REVISION, Integer.toString(by.revision()));
        }
        if (!out.contains(ENV_VERSION)) {
            out.set(ENV_VERSION, Long.toString(by.envVersion()));
        }
    }

    /** The same for an answer of the gateway's own. */
    static Problem served(Problem problem, Route by) {
        return problem.with(REVISION, Integer.toString(by.revision()))
                .with(ENV_VERSION, Long.toString(by.envVersion()));
    }

    /** The version a request asks for; 0 for any. */
    static long minEnvVersion(HttpHeaders headers) {
        var asked = headers.get(MIN_ENV_VERSION);
        if (asked == null) {
            return 0;
        }
        try {
            return Math.max(0, Long.parseLong(asked));
        } catch (NumberFormatException e) {
            throw Problem.badRequest(MIN_ENV_VERSION + " is not a number.").asException();
        }
    }
}
