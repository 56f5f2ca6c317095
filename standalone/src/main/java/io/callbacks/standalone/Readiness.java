package io.callbacks.standalone;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Asks a service whether it is ready, as anybody outside would. */
final class Readiness {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final int PAUSE_MILLIS = 50;

    private Readiness() {}

    /** Returns once the service is ready. */
    static void await(String service, URI url) {
        var deadline = System.nanoTime() + LIMIT.toNanos();
        while (!isReady(url.resolve("/readyz"))) {
            if (System.nanoTime() > deadline) {
                throw new StartFailure(
                        "the %s was not ready within %d s".formatted(service, LIMIT.toSeconds()));
            }
            pause();
        }
    }

    private static boolean isReady(URI url) {
        try {
            var connection = (HttpURLConnection) url.toURL().openConnection();
            connection.setConnectTimeout(1_000);
            connection.setReadTimeout(5_000);
            try {
                return connection.getResponseCode() == HttpURLConnection.HTTP_OK;
            } finally {
                connection.disconnect();
            }
        } catch (IOException e) {
            return false; // not even listening yet
        }
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StartFailure("interrupted while it was starting", e);
        }
    }
}
