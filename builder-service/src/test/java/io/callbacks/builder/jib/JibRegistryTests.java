package io.callbacks.builder.jib;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.callbacks.blob.DirectoryBlobStore;
import io.callbacks.builder.build.Sandbox.Revision;
import io.callbacks.builder.build.SandboxException;
import io.callbacks.event.Layer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.util.unit.DataSize;

class JibRegistryTests {
    @TempDir private Path directory;

    @Test
    void tellsThatTheRegistryIsNotThere() {
        assertThatThrownBy(() -> push("127.0.0.1:1", ""))
                .isInstanceOf(SandboxException.class)
                .hasMessageContaining("127.0.0.1:1/functions")
                .hasMessageContaining("refused")
                .hasMessageContaining("callbacks.images");
    }

    @Test
    void tellsThatCredentialsNeedTls() throws IOException {
        try (var server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            Thread.startVirtualThread(() -> refuse(server));
            var address = "127.0.0.1:" + server.getLocalPort();
            assertThatThrownBy(() -> push(address, "nobody"))
                    .isInstanceOf(SandboxException.class)
                    .hasMessageContaining(address + "/functions")
                    .hasMessageContaining("not sent because the connection was over HTTP")
                    .hasMessageNotContaining("secret");
        }
    }

    /** Wants to know who it is, and knows no TLS. */
    private static void refuse(ServerSocket server) {
        while (!server.isClosed()) {
            try (var connection = server.accept()) {
                connection.getInputStream().read(new byte[8192]);
                connection
                        .getOutputStream()
                        .write(
                                "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"here\"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                                        .getBytes(US_ASCII));
            } catch (IOException e) {
                // the caller has gone, or the test has ended
            }
        }
    }

    private void push(String address, String username) throws IOException {
        var blobs = new DirectoryBlobStore(directory.resolve("blobs"));
        var tree = Files.createDirectories(directory.resolve("tree"));
        Files.writeString(tree.resolve("handler.py"), "def handler(event): pass\n");
        var code = new Layer(Layer.Role.CODE, blobs.putTree(tree).digest(), 1);
        var properties =
                new ImageProperties(
                        address + "/functions", username, "secret", true, DataSize.ofMegabytes(1));
        new JibRegistry(
                        properties,
                        new ImageLayers(blobs, directory),
                        new LayerCache(directory.resolve("cache"), 1_000_000))
                .push(
                        address + "/base:1",
                        "amd64",
                        new Revision(1, "uid", 1, "python", Optional.empty(), code));
    }
}
