package io.callbacks.standalone;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What runs, and in which order it ends: first the door, then who acts on what came in, last where
 * it is kept.
 */
final class Parts implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Parts.class);
    private static final List<String> ENDING =
            List.of(
                    "fast start",
                    "invoker",
                    "deployer",
                    "builder",
                    "registry",
                    "store",
                    "broker",
                    "data directory");

    private final Map<String, AutoCloseable> running = new HashMap<>();
    private boolean ending;

    /** Takes a part that has started; one that comes too late is ended at once. */
    <T extends AutoCloseable> T add(String name, T part) {
        synchronized (this) {
            if (!ending) {
                running.put(name, part);
                return part;
            }
        }
        end(name, part);
        throw new StartFailure("stopped while it was starting");
    }

    /** Ends all parts. Whoever comes second finds nothing left to do. */
    @Override
    public void close() {
        synchronized (this) {
            ending = true;
        }
        for (var name : ENDING) {
            var part = take(name);
            if (part != null) {
                end(name, part);
            }
        }
    }

    private synchronized @Nullable AutoCloseable take(String name) {
        return running.remove(name);
    }

    private static void end(String name, AutoCloseable part) {
        try {
            part.close();
            log.info("Ended part={}", name);
        } catch (Exception e) { // the others must end all the same
            log.error("Could not end part={}", name, e);
        }
    }
}
