package io.callbacks.standalone;

import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** Walks once through what a platform does, so that the JVM sees it done. */
final class Rehearsal {
    private static final int CALLS = 50;
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration PAUSE = Duration.ofMillis(50);
    private static final JsonMapper JSON = new JsonMapper();

    private final URI gateway;
    private final HttpClient client = HttpClient.newHttpClient();

    Rehearsal(URI gateway) {
        this.gateway = gateway;
    }

    /** Ends this JVM as soon as nobody holds the other end of its standard input. */
    static void endWithParent() {
        Thread.ofPlatform()
                .daemon()
                .name("lifeline")
                .start(
                        () -> {
                            try {
                                System.in.transferTo(OutputStream.nullOutputStream());
                            } catch (IOException e) {
                                // as good as its end
                            }
                            Runtime.getRuntime().halt(1);
                        });
    }

    /**
     * What is answered hardly matters, only that it was.
     *
     * @throws StartFailure if the platform does not answer
     */
    void run(Languages languages) {
        try {
            walkThrough(languages);
        } catch (IOException | JacksonException e) {
            throw new StartFailure("the rehearsal broke off: " + e, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StartFailure("interrupted", e);
        }
    }

    private void walkThrough(Languages languages) throws IOException, InterruptedException {
        var type = languages.has("python") ? "python" : "node";
        get("/targets");
        send("POST", "/callbacks/", Greeting.callback("rehearsal", type));
        send("POST", "/deploy/", "{\"callback_id\": 1, \"status\": true}");
        for (var i = 0; i < CALLS; i++) {
            get("/api/rehearsal");
        }
        callLater();
        send("PUT", "/callbacks/1", "{\"env\": {\"NAME\": \"value\"}}");
        get("/callbacks/");
        get("/metrics");
        send("DELETE", "/callbacks/1", "");
    }

    /** These pass through Kafka, and what comes of them, as calls by event do. */
    private void callLater() throws IOException, InterruptedException {
        var last = Optional.<String>empty();
        for (var i = 0; i < CALLS; i++) {
            var accepted = exchange("GET", "/api/rehearsal", "", "respond-async");
            last = accepted.headers().firstValue("Location");
        }
        if (last.isPresent()) {
            awaitEnd(last.get());
        }
    }

    private void awaitEnd(String invocation) throws IOException, InterruptedException {
        var late = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() < late
                && JSON.readTree(get(invocation).body()).path("ended_at").isNull()) {
            Thread.sleep(PAUSE);
        }
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return send("GET", path, "");
    }

    private HttpResponse<String> send(String method, String path, String json)
            throws IOException, InterruptedException {
        return exchange(method, path, json, "wait=30");
    }

    private HttpResponse<String> exchange(String method, String path, String json, String prefer)
            throws IOException, InterruptedException {
        var request =
                HttpRequest.newBuilder(gateway.resolve(path))
                        .method(method, BodyPublishers.ofString(json))
                        .header("Content-Type", "application/json")
                        .header("Prefer", prefer)
                        .timeout(PATIENCE)
                        .build();
        return client.send(request, BodyHandlers.ofString());
    }
}
