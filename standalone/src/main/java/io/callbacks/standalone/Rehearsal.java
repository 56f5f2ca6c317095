package io.callbacks.standalone;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.URI;

/** Walks once through what a platform does, so that the JVM sees it done. */
final class Rehearsal {
    private static final int CALLS = 50;

    private final URI gateway;

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

    void run(Languages languages) {
        var type = languages.has("python") ? "python" : "node";
        send("GET", "/targets", "");
        send("POST", "/callbacks/", Greeting.callback("rehearsal", type));
        send("POST", "/deploy/", "{\"callback_id\": 1, \"status\": true}");
        for (var i = 0; i < CALLS; i++) {
            send("GET", "/api/rehearsal", "");
        }
        send("PUT", "/callbacks/1", "{\"env\": {\"NAME\": \"value\"}}");
        send("GET", "/callbacks/", "");
        send("GET", "/metrics", "");
        send("DELETE", "/callbacks/1", "");
    }

    /** What is answered does not matter, only that it was. */
    private void send(String method, String path, String json) {
        try {
            exchange(method, path, json);
        } catch (IOException e) {
            throw new UncheckedIOException("the rehearsal broke off at " + path, e);
        }
    }

    private void exchange(String method, String path, String json) throws IOException {
        var call = (HttpURLConnection) gateway.resolve(path).toURL().openConnection();
        call.setRequestMethod(method);
        call.setReadTimeout(60_000);
        if (!json.isEmpty()) {
            call.setRequestProperty("Content-Type", "application/json");
            call.setRequestProperty("Prefer", "wait=30");
            call.setDoOutput(true);
            call.getOutputStream().write(json.getBytes(UTF_8));
        }
        call.getResponseCode();
        call.disconnect();
    }
}
