package io.callbacks.standalone;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;

/** What whoever started the platform reads. Everything else goes to the log. */
final class Console {
    private final PrintStream out;
    private final PrintStream errors;

    Console(PrintStream out, PrintStream errors) {
        this.out = out;
        this.errors = errors;
    }

    /** A part has started. */
    synchronized void started(String part, Duration took, String detail) {
        say("  %-10s %7s  %s".formatted(part, inSeconds(took), detail));
    }

    synchronized void say(String message) {
        out.println(message);
        out.flush();
    }

    synchronized void warn(String message) {
        errors.println("  warning: " + message);
    }

    synchronized void fail(String message) {
        errors.println("callbacks: " + message);
    }

    static String inSeconds(Duration time) {
        return String.format(Locale.ROOT, "%.1f s", time.toMillis() / 1000.0);
    }
}
