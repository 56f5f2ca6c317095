package io.callbacks.builder.layer;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.callbacks.blob.BlobStore;
import io.callbacks.blob.MissingBlobException;
import io.callbacks.runtimes.ImageContext;
import io.callbacks.service.layer.LayerUrls;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Serves layers to whoever has a signed URL, and takes those that are waited for. */
final class LayerServer implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(LayerServer.class);
    private static final String PATH = "/layers/";
    private static final Pattern TREE = Pattern.compile("([0-9a-f]{64})\\.tar");
    private static final List<String> LANGUAGES = List.of("python", "node");

    /** From its first byte to the last one of its body. */
    private static final Duration LONGEST_REQUEST = Duration.ofMinutes(10);

    private static final int MOST_CONNECTIONS = 500;

    static {
        limit("sun.net.httpserver.maxReqTime", LONGEST_REQUEST.toSeconds());
        limit("jdk.httpserver.maxConnections", MOST_CONNECTIONS);
    }

    private final LayerUrls urls;
    private final BlobStore blobs;
    private final Uploads uploads;
    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    /** The server takes no such settings otherwise, and has no limits of its own. */
    private static void limit(String setting, long value) {
        System.getProperties().putIfAbsent(setting, Long.toString(value));
    }

    /** Serves from now on. */
    LayerServer(InetSocketAddress address, LayerUrls urls, BlobStore blobs, Uploads uploads)
            throws IOException {
        this.urls = urls;
        this.blobs = blobs;
        this.uploads = uploads;
        server = HttpServer.create(address, 0);
        server.setExecutor(threads);
        server.createContext(PATH, this::handle);
        server.start();
    }

    int port() {
        return server.getAddress().getPort();
    }

    /**
     * A failure closes the connection in the middle of the answer, which must not look like its
     * end: an exchange is closed only when all went well.
     */
    private void handle(HttpExchange exchange) throws IOException {
        try {
            answer(exchange);
            exchange.close();
        } catch (IOException | RuntimeException e) {
            log.warn(
                    "Layer was not handed over: request={} {} reason={}",
                    exchange.getRequestMethod(),
                    exchange.getRequestURI().getRawPath(), // whoever asks may have made it up
                    e.toString());
            throw e;
        }
    }

    private void answer(HttpExchange exchange) throws IOException {
        var method = exchange.getRequestMethod();
        var name = exchange.getRequestURI().getPath().substring(PATH.length());
        if (!urls.permits(method, exchange.getRequestURI())) {
            exchange.sendResponseHeaders(403, -1);
        } else if (method.equals("GET")) {
            get(exchange, name);
        } else {
            put(exchange, name);
        }
    }

    // --- from here

    /** Writes what a layer is made of. */
    private interface Content {
        void writeTo(TarWriter tar) throws IOException;
    }

    private void get(HttpExchange exchange, String name) throws IOException {
        var content = content(name);
        if (content.isEmpty()) {
            exchange.sendResponseHeaders(404, -1);
            return;
        }
        exchange.getResponseHeaders().set("Content-Type", "application/x-tar");
        exchange.sendResponseHeaders(200, 0);
        var tar = new TarWriter(exchange.getResponseBody());
        content.get().writeTo(tar);
        tar.close(); // only if all of it was written
    }

    private Optional<Content> content(String name) {
        for (var language : LANGUAGES) {
            if (name.equals(LayerUrls.nameOfShim(language))) {
                return Optional.of(tar -> writeShim(language, tar));
            }
        }
        var tree = TREE.matcher(name);
        return tree.matches() ? tree("sha256:" + tree.group(1)) : Optional.empty();
    }

    private static void writeShim(String language, TarWriter tar) throws IOException {
        for (var file : ImageContext.of(language).shim().entrySet()) {
            tar.file(file.getKey(), file.getValue());
        }
    }

    private Optional<Content> tree(String digest) {
        try {
            var root = blobs.tree(digest);
            return Optional.of(tar -> tar.tree(root));
        } catch (MissingBlobException e) {
            return Optional.empty();
        }
    }

    // --- to here

    private void put(HttpExchange exchange, String name) throws IOException {
        var upload = uploads.find(name).filter(Upload::begin);
        var status = upload.isPresent() ? taken(upload.get(), exchange.getRequestBody()) : 409;
        exchange.sendResponseHeaders(status, -1);
    }

    private static int taken(Upload upload, InputStream archive) throws IOException {
        return switch (upload.take(archive)) {
            case Arrival.Arrived _ -> 201;
            case Arrival.TooLarge _ -> 413;
            case Arrival.Refused _ -> 422;
            case Arrival.Awaited _ -> throw new IllegalStateException("taken and still awaited");
        };
    }

    @Override
    public void close() {
        server.stop(0);
        threads.close();
    }
}
