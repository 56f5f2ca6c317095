package io.callbacks.deployer.kubernetes;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.callbacks.blob.Digests;
import io.callbacks.event.Layer;
import io.callbacks.event.Layer.Role;
import io.callbacks.runtimes.Shims;
import io.callbacks.service.layer.LayerUrls;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Layers of Python functions, served where pods reach them. */
public final class TestLayers implements AutoCloseable {
    private final Path directory;
    private final LayerUrls urls;
    private final HttpServer server;
    private final Map<String, byte[]> tars = new ConcurrentHashMap<>();

    /**
     * @param apiServer from where pods are reached, and reach back
     */
    public TestLayers(Path directory, URI apiServer) {
        this.directory = directory;
        this.urls = LayerUrls.in(directory, "", Clock.systemUTC());
        try {
            server = HttpServer.create(new InetSocketAddress("0.0.0.0", 0), 0);
            tars.put(
                    LayerUrls.nameOfShim("python"),
                    tar(Shims.unpackInto(directory.resolve("shims")).python()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/", this::answer);
        server.start();
        var port = server.getAddress().getPort();
        urls.announce(URI.create("http://" + localAddress(apiServer) + ":" + port));
    }

    private static String localAddress(URI apiServer) {
        try (var socket = new DatagramSocket()) {
            socket.connect(new InetSocketAddress(apiServer.getHost(), apiServer.getPort()));
            return socket.getLocalAddress().getHostAddress();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    LayerUrls urls() {
        return urls;
    }

    private void answer(HttpExchange exchange) throws IOException {
        var uri = exchange.getRequestURI();
        var tar = tars.get(uri.getPath().substring("/layers/".length()));
        if (tar == null || !urls.permits(exchange.getRequestMethod(), uri)) {
            exchange.sendResponseHeaders(403, -1);
        } else {
            exchange.sendResponseHeaders(200, tar.length);
            exchange.getResponseBody().write(tar);
        }
        exchange.close();
    }

    /** The layer of a function. */
    public Layer of(String python) {
        return layer(Role.CODE, "function.py", python);
    }

    /** A layer of one file. */
    public Layer layer(Role role, String name, String content) {
        try {
            var tree = Files.createTempDirectory(directory, "layer-");
            Files.writeString(tree.resolve(name), content);
            var tar = tar(tree);
            var digest = Digests.of(tar);
            tars.put(LayerUrls.nameOf(digest), tar);
            return new Layer(role, digest, content.length());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A layer that nobody serves. */
    static Layer missing() {
        return new Layer(Role.CODE, Digests.of("missing".getBytes(UTF_8)), 1);
    }

    private static byte[] tar(Path tree) throws IOException {
        var command = List.of("tar", "-c", "-f", "-", "-C", tree.toString(), ".");
        var process = new ProcessBuilder(command).start();
        try (var output = process.getInputStream()) {
            return output.readAllBytes();
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
