package io.callbacks.docker;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DockerEngineTests {
    @TempDir Path directory;

    @Test
    void tellsThatThereIsNoSocket() {
        var engine = DockerEngine.at("unix://" + directory.resolve("none.sock"));
        assertThat(engine.trouble())
                .hasValueSatisfying(
                        why ->
                                assertThat(why)
                                        .startsWith("There is no Docker engine at unix://")
                                        .contains("install and start Docker"));
        assertThatThrownBy(engine::control).isInstanceOf(EngineUnavailableException.class);
    }

    @Test
    void tellsThatNobodyAnswers() {
        assertThat(DockerEngine.at("tcp://127.0.0.1:1").trouble())
                .hasValueSatisfying(why -> assertThat(why).contains("does not answer"));
    }

    @Test
    void tellsThatTheEngineIsTooOld() throws IOException {
        assertThat(troubleWithApi("1.39"))
                .isEqualTo(
                        "The Docker engine is too old (API 1.39); upgrade it to 19.03 (API 1.40) or later.");
    }

    @Test
    void tellsWhatIsNoEngine() throws IOException {
        assertThat(troubleWithApi(null)).contains("no Docker engine");
    }

    private static String troubleWithApi(@Nullable String version) throws IOException {
        var loopback = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        var server = HttpServer.create(loopback, 0);
        server.createContext(
                "/",
                exchange -> {
                    if (version != null) {
                        exchange.getResponseHeaders().add("Api-Version", version);
                    }
                    exchange.sendResponseHeaders(200, 2);
                    exchange.getResponseBody().write("OK".getBytes(US_ASCII));
                    exchange.close();
                });
        server.start();
        try {
            var engine = DockerEngine.at("tcp://127.0.0.1:" + server.getAddress().getPort());
            return engine.trouble().orElseThrow();
        } finally {
            server.stop(0);
        }
    }
}
