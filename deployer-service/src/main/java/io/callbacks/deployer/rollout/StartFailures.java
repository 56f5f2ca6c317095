package io.callbacks.deployer.rollout;

import io.callbacks.event.Failure;
import org.jspecify.annotations.Nullable;

/** Failures of starting and running, told so that the user can mend them. */
public final class StartFailures {
    private StartFailures() {}

    /** The handler could not be imported; told by the shim. */
    public static Failure of(
            String kind, @Nullable String packageName, String message, @Nullable String logTail) {
        return new Failure(kind, packageName, message, hint(kind, packageName), logTail);
    }

    private static String hint(String kind, @Nullable String packageName) {
        if (packageName != null) {
            return "Add '" + packageName + "' to library, or correct its name in the code.";
        }
        return switch (kind) {
            case "HandlerNotFound" ->
                    "Define handler(event) in Python, or export handler in Node.js.";
            case "StartupTimeout" ->
                    "Do less while the code is imported, or raise startup_timeout_seconds.";
            case "KeyError" ->
                    "See that env has all the names that the code reads while it is imported.";
            case "SyntaxError", "IndentationError" -> "Correct the code.";
            default -> "See log_tail for where it happened; correct code or env.";
        };
    }

    /** An instance that ran has ended by itself. */
    public static Failure ended(String how, @Nullable String logTail) {
        return new Failure(
                "instance-ended",
                null,
                "The instance ended: " + how + ".",
                "It is started again, later each time; see the logs for what it did last.",
                logTail);
    }
}
