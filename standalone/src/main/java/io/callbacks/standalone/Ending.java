package io.callbacks.standalone;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** The way out, however it is taken: Ctrl-C, SIGTERM or a failed start. */
final class Ending {
    /** Longer than any part may take to drain. */
    private static final Duration LIMIT = Duration.ofSeconds(45);

    private static final int NOT_IN_TIME = 3;

    /** Whether this JVM ends by its own will, and not because it was told to. */
    private static volatile boolean ownWill;

    private Ending() {}

    /** Ends all parts and then the JVM. */
    static void exit(int status) {
        ownWill = true;
        System.exit(status);
    }

    static void atExit(Parts parts, Console console) {
        var ending = new Thread(() -> end(parts, console), "ending");
        Runtime.getRuntime().addShutdownHook(ending);
    }

    private static void end(Parts parts, Console console) {
        var from = System.nanoTime();
        Thread.ofPlatform().daemon().name("ending-guard").start(() -> haltInTime(console));
        console.say("Stopping");
        parts.close();
        console.say("Stopped in " + Console.inSeconds(Duration.ofNanos(System.nanoTime() - from)));
        if (!ownWill) { // told to by a signal, and obeyed in good order: that is a success
            Runtime.getRuntime().halt(0);
        }
    }

    private static void haltInTime(Console console) {
        try {
            TimeUnit.SECONDS.sleep(LIMIT.toSeconds());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        }
        console.fail("could not stop within %d s".formatted(LIMIT.toSeconds()));
        Runtime.getRuntime().halt(NOT_IN_TIME);
    }
}
