package io.callbacks.builder.layer;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.callbacks.blob.DirectoryBlobStore;
import io.callbacks.service.layer.LayerUrls;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LayerServerTests {
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    @TempDir Path directory;
    private DirectoryBlobStore blobs;
    private Uploads uploads;
    private LayerUrls urls;
    private LayerServer server;

    @BeforeEach
    void serve() throws IOException {
        blobs = new DirectoryBlobStore(directory.resolve("blobs"));
        uploads = new Uploads(blobs, directory.resolve("work"));
        urls = LayerUrls.in(directory, "", Clock.systemUTC());
        var anyPort = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        server = new LayerServer(anyPort, urls, blobs, uploads);
        urls.announce(URI.create("http://127.0.0.1:" + server.port()));
    }

    @AfterEach
    void end() {
        server.close();
    }

    // --- from there

    @Test
    void servesATree() throws Exception {
        var tree = Files.createDirectories(directory.resolve("tree"));
        Files.writeString(tree.resolve("function.py"), "code");
        var name = LayerUrls.nameOf(blobs.putTree(tree).digest());
        assertThat(unpacked(get(name)).resolve("function.py")).hasContent("code");
    }

    @Test
    void servesTheShims() throws Exception {
        var python = unpacked(get(LayerUrls.nameOfShim("python")));
        assertThat(python.resolve("main.py")).isRegularFile();
        assertThat(python.resolve("callbacks_shim/front.py")).isRegularFile();
        assertThat(python.resolve("Dockerfile")).doesNotExist();
        assertThat(unpacked(get(LayerUrls.nameOfShim("node"))).resolve("main.js")).isRegularFile();
    }

    @Test
    void hasNoOthers() throws Exception {
        assertThat(get("ab".repeat(32) + ".tar").statusCode()).isEqualTo(404);
        assertThat(get("shim-perl.tar").statusCode()).isEqualTo(404);
    }

    @Test
    void saysNothingToWhoHasNoSignature() throws Exception {
        var name = LayerUrls.nameOfShim("node");
        var signed = urls.toGet(name, MINUTE).toString();
        for (var url :
                new String[] {
                    signed.substring(0, signed.indexOf('?')),
                    signed.replace("shim-node", "shim-python"),
                    signed.replaceFirst("expires=.", "expires=9"),
                    signed + "&x=y",
                    urls.toPut(name, MINUTE).toString(),
                    urls.toGet(name, Duration.ofSeconds(-1)).toString()
                }) {
            var answer = send(HttpRequest.newBuilder(URI.create(url)).build());
            assertThat(answer.statusCode()).as(url).isEqualTo(403);
            assertThat(answer.body()).isEmpty();
        }
    }

    // --- to there

    @Test
    void keepsALayerThatIsAwaited() throws Exception {
        try (var upload = uploads.open("key.tar", 5000)) {
            assertThat(put("key.tar", new HostileTar().file("a", "content"))).isEqualTo(201);
            assertThat(upload.arrival()).isInstanceOf(Arrival.Arrived.class);
            var tree = ((Arrival.Arrived) upload.arrival()).tree();
            assertThat(blobs.tree(tree.digest()).resolve("a")).hasContent("content");
            assertThat(put("key.tar", new HostileTar().file("a", "other"))).isEqualTo(409);
        }
        nothingIsLeft();
    }

    @Test
    void takesNothingThatNobodyAwaits() throws Exception {
        assertThat(put("key.tar", new HostileTar())).isEqualTo(409);
        uploads.open("key.tar", 5000).close();
        assertThat(put("key.tar", new HostileTar())).isEqualTo(409);
    }

    @Test
    void tellsWhatItDoesNotTake() throws Exception {
        try (var upload = uploads.open("large.tar", 600)) {
            assertThat(put("large.tar", new HostileTar().file("a", "x".repeat(600))))
                    .isEqualTo(413);
            assertThat(upload.arrival()).isEqualTo(new Arrival.TooLarge());
        }
        try (var upload = uploads.open("hostile.tar", 5000)) {
            assertThat(put("hostile.tar", new HostileTar().file("../a", "x"))).isEqualTo(422);
            assertThat(upload.arrival()).isEqualTo(new Arrival.Refused("'../a' leads upwards"));
        }
        nothingIsLeft();
    }

    @Test
    void takesOneAtATimeAndAnotherAfterOneThatBroke() throws Exception {
        try (var upload = uploads.open("key.tar", 5000)) {
            try (var socket = new Socket("127.0.0.1", server.port())) {
                begin(socket, urls.toPut("key.tar", MINUTE));
                await().untilAsserted(() -> assertThat(unpacking()).isNotEmpty());
                assertThat(put("key.tar", new HostileTar().file("a", "2"))).isEqualTo(409);
            }
            await().untilAsserted(
                            () ->
                                    assertThat(put("key.tar", new HostileTar().file("a", "3")))
                                            .isEqualTo(201));
            assertThat(upload.arrival()).isInstanceOf(Arrival.Arrived.class);
        }
        nothingIsLeft();
    }

    /** Of an archive that says it is longer. */
    private static void begin(Socket socket, URI url) throws IOException {
        var head =
                "PUT %s?%s HTTP/1.1\r\nHost: x\r\nContent-Length: 9999\r\n\r\n"
                        .formatted(url.getPath(), url.getQuery());
        socket.getOutputStream().write(head.getBytes(US_ASCII));
        socket.getOutputStream().write(new HostileTar().file("a", "1").bytes(), 0, 512);
        socket.getOutputStream().flush();
    }

    @Test
    void isNoLongerTakenOnceNobodyAwaitsIt() throws Exception {
        var upload = uploads.open("key.tar", 5000);
        assertThat(upload.begin()).isTrue();
        upload.close();
        upload.take(new HostileTar().file("a", "x").stream());
        assertThat(upload.arrival()).isInstanceOf(Arrival.Awaited.class);
    }

    @Test
    void awaitsALayerOnce() {
        try (var _ = uploads.open("key.tar", 1)) {
            assertThatThrownBy(() -> uploads.open("key.tar", 1))
                    .isInstanceOf(IllegalStateException.class);
        }
    }

    private HttpResponse<byte[]> get(String name) throws Exception {
        return send(HttpRequest.newBuilder(urls.toGet(name, MINUTE)).build());
    }

    private int put(String name, HostileTar tar) throws Exception {
        return put(name, BodyPublishers.ofByteArray(tar.bytes()));
    }

    private int put(String name, BodyPublisher body) throws Exception {
        return send(HttpRequest.newBuilder(urls.toPut(name, MINUTE)).PUT(body).build())
                .statusCode();
    }

    private static HttpResponse<byte[]> send(HttpRequest request) throws Exception {
        return CLIENT.send(request, BodyHandlers.ofByteArray());
    }

    private Path unpacked(HttpResponse<byte[]> answer) throws IOException {
        assertThat(answer.statusCode()).as(new String(answer.body(), UTF_8)).isEqualTo(200);
        var to = Files.createTempDirectory(directory, "unpacked-");
        TarUnpacker.unpack(new ByteArrayInputStream(answer.body()), to, 1 << 20);
        return to;
    }

    private Path[] unpacking() throws IOException {
        try (var all = Files.walk(Files.createDirectories(directory.resolve("work")))) {
            return all.filter(Files::isRegularFile).toArray(Path[]::new);
        }
    }

    private void nothingIsLeft() throws IOException {
        assertThat(directory.resolve("work")).isEmptyDirectory();
    }
}
