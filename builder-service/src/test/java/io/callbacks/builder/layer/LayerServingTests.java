package io.callbacks.builder.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.callbacks.blob.DirectoryBlobStore;
import io.callbacks.service.layer.LayerUrls;
import io.callbacks.service.layer.LayersUnavailableException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LayerServingTests {
    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

    @TempDir Path directory;
    private LayerUrls urls;
    private @Nullable LayerServing serving;

    @BeforeEach
    void makeUrls() {
        urls = LayerUrls.in(directory, "", Clock.systemUTC());
    }

    @AfterEach
    void stop() {
        if (serving != null) {
            serving.stop();
        }
    }

    @Test
    void servesNobodyWithoutACluster() {
        start(new LayerServerProperties(null, "", ""), Optional.empty());
        assertThatThrownBy(() -> urls.base()).isInstanceOf(LayersUnavailableException.class);
    }

    @Test
    void servesACluster() throws Exception {
        start(new LayerServerProperties(null, "", ""), Optional.of(LOOPBACK));
        assertThat(urls.base().getHost()).isEqualTo("127.0.0.1");
        new Socket(LOOPBACK, urls.base().getPort()).close();
    }

    @Test
    void servesIfAPortIsSet() {
        start(new LayerServerProperties(0, "", ""), Optional.empty());
        assertThat(urls.base().getPort()).isPositive();
    }

    @Test
    void announcesTheUrlThatIsSet() {
        start(new LayerServerProperties(0, "127.0.0.1", "http://builder:99"), Optional.empty());
        assertThat(urls.base()).hasToString("http://builder:99");
    }

    @Test
    void waitsForAPortThatIsTaken() throws Exception {
        var taken = new ServerSocket(0, 1, LOOPBACK);
        start(new LayerServerProperties(taken.getLocalPort(), "", ""), Optional.of(LOOPBACK));
        assertThatThrownBy(() -> urls.base()).isInstanceOf(LayersUnavailableException.class);
        taken.close();
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .ignoreExceptionsInstanceOf(LayersUnavailableException.class)
                .untilAsserted(
                        () -> assertThat(urls.base().getPort()).isEqualTo(taken.getLocalPort()));
    }

    private void start(LayerServerProperties properties, Optional<InetAddress> nearest) {
        var blobs = new DirectoryBlobStore(directory.resolve("blobs"));
        var uploads = new Uploads(blobs, directory.resolve("work"));
        serving =
                new LayerServing(
                        properties,
                        () -> nearest,
                        () -> urls,
                        address -> new LayerServer(address, urls, blobs, uploads));
        serving.start();
    }
}
