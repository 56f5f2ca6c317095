package io.callbacks.invoker.gateway;

import io.callbacks.invoker.http.Problem;
import io.callbacks.invoker.route.Match;

/** The answers the gateway gives instead of a function. */
final class Problems {
    private Problems() {}

    static Problem unknownPath() {
        return Problem.of(404, "unknown-path", "No callback is registered for this path.");
    }

    static Problem methodNotAllowed(Match.OtherMethod known) {
        var allowed = String.join(", ", known.allowed());
        return Problem.of(
                        405,
                        "method-not-allowed",
                        "No callback takes this method on this path; allowed are " + allowed + ".")
                .with("Allow", allowed);
    }

    static Problem notDeployed() {
        return Problem.of(
                404, "not-deployed", "The callback is registered but not deployed; deploy it.");
    }

    static Problem notReady() {
        return Problem.of(503, "not-ready", "No instance of the callback is ready; try again soon.")
                .with("Retry-After", "1");
    }

    static Problem starting() {
        return Problem.of(503, "not-ready", "The gateway has not read its tables yet.")
                .with("Retry-After", "1");
    }

    static Problem busy() {
        return Problem.of(429, "busy", "All instances of the callback are busy; try again soon.")
                .with("Retry-After", "1");
    }

    static Problem timeout() {
        return Problem.of(504, "timeout", "The callback did not answer within its timeout.");
    }

    static Problem brokeOff() {
        return Problem.of(
                502, "instance-broke-off", "The instance broke off or answered nonsense.");
    }

    static Problem internalError() {
        return Problem.of(
                500, "internal-error", "The gateway failed to handle this; its log says why.");
    }
}
