package io.callbacks.registry.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Calls the registry as the gateway does. */
public final class Caller {
    private static final AtomicInteger PATHS = new AtomicInteger();

    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(10)).build();
    private final Supplier<URI> registry;

    public Caller(Supplier<URI> registry) {
        this.registry = registry;
    }

    /** A path no other callback has. */
    public static String freshPath() {
        return "fresh/" + PATHS.incrementAndGet();
    }

    /** A callback that says no more than it must, with more members behind it. */
    public static String callback(String path, String more) {
        return """
               {"path": "%s", "method": "GET", "type": "python", "code": "def handler(event): pass"%s}"""
                .formatted(path, more.isEmpty() ? "" : ", " + more);
    }

    /** Makes a callback and gives its id. */
    public long create(String more) {
        var answer = post("/callbacks", callback(freshPath(), more));
        if (answer.status() != 201) {
            throw new AssertionError("not created: " + answer);
        }
        return answer.number("/callback_id");
    }

    public Answer get(String path, String... headers) {
        return call("GET", path, new byte[0], headers);
    }

    public Answer post(String path, String json, String... headers) {
        return call("POST", path, json.getBytes(UTF_8), json(headers));
    }

    public Answer put(String path, String json, String... headers) {
        return call("PUT", path, json.getBytes(UTF_8), json(headers));
    }

    public Answer patch(String path, String json, String... headers) {
        return call("PATCH", path, json.getBytes(UTF_8), json(headers));
    }

    public Answer delete(String path, String... headers) {
        return call("DELETE", path, new byte[0], headers);
    }

    /** Any call at all. */
    public Answer call(String method, String path, byte[] body, String... headers) {
        var request =
                HttpRequest.newBuilder(URI.create(registry.get() + path))
                        .timeout(Duration.ofSeconds(30))
                        .method(
                                method,
                                body.length == 0
                                        ? BodyPublishers.noBody()
                                        : BodyPublishers.ofByteArray(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        try {
            return new Answer(http.send(request.build(), BodyHandlers.ofString()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** What is there, not taken for text. */
    public HttpResponse<byte[]> bytes(String path) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create(registry.get() + path)).build();
        return http.send(request, BodyHandlers.ofByteArray());
    }

    /** The lines of an endless answer, as they come. */
    public Stream<String> lines(String path) {
        var request = HttpRequest.newBuilder(URI.create(registry.get() + path)).build();
        try {
            return http.send(request, BodyHandlers.ofLines()).body();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static String[] json(String[] headers) {
        return Stream.concat(Stream.of("Content-Type", "application/json"), Stream.of(headers))
                .toArray(String[]::new);
    }
}
