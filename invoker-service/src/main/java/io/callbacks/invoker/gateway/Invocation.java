package io.callbacks.invoker.gateway;

import io.callbacks.invoker.http.RequestBody;
import io.callbacks.invoker.route.Match;
import io.callbacks.invoker.route.Target;
import io.netty.handler.codec.http.HttpMethod;
import java.time.Duration;
import reactor.netty.http.server.HttpServerRequest;

/**
 * A call on its way to a function.
 *
 * @param match the callback it is for
 * @param minEnvVersion the oldest env it may see
 * @param queueEnd when it stops waiting for an instance
 * @param timeout when the function must have answered
 */
record Invocation(
        Call call,
        Match.Found match,
        RequestBody body,
        long minEnvVersion,
        Deadline queueEnd,
        Deadline timeout) {
    HttpServerRequest request() {
        return call.request();
    }

    Target target() {
        return match.target();
    }

    /** What the function sees: a HEAD runs a GET, where that is what the callback takes. */
    HttpMethod method() {
        return request().method().equals(HttpMethod.HEAD) && target().method().equals("GET")
                ? HttpMethod.GET
                : request().method();
    }

    /** How long it may wait for an instance yet. */
    Duration patience() {
        return (timeout.isBefore(queueEnd) ? timeout : queueEnd).left();
    }

    boolean isTimedOut() {
        return timeout.left().isZero();
    }
}
