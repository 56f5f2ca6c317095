package io.callbacks.invoker.gateway;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.callbacks.invoker.testing.Answer;
import io.callbacks.invoker.testing.Caller;
import io.callbacks.invoker.testing.CountingLeakDetector;
import io.callbacks.invoker.testing.ScriptedServer;
import io.callbacks.invoker.testing.Targets;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bodies of all sizes, told by length or in chunks. */
class GatewayBodyTests {
    private static final int MIB = 1024 * 1024;

    private final GatewayServer gateway = new GatewayServer(Duration.ofMillis(500));
    private final ScriptedServer instance = new ScriptedServer(it -> it.answer(200, "got it"));

    @BeforeEach
    void deploy() {
        gateway.routes.set(Targets.of(1, "POST", "in").at("1-1-a", instance.url()).target());
    }

    @AfterAll
    static void nothingLeaked() {
        assertThat(CountingLeakDetector.leaks()).isEmpty();
    }

    @AfterEach
    void close() {
        gateway.close();
        instance.close();
    }

    private Answer post(byte[] body) {
        try (var caller = gateway.caller()) {
            caller.send("POST /api/in HTTP/1.1\nHost: x\nContent-Length: " + body.length + "\n\n");
            return caller.raw(body).answer();
        }
    }

    private static Caller inChunks(Caller caller, byte[] body) {
        return inChunks(caller, "POST", body);
    }

    private static Caller inChunks(Caller caller, String method, byte[] body) {
        caller.send(method + " /api/in HTTP/1.1\nHost: x\nTransfer-Encoding: chunked\n\n");
        for (int at = 0; at < body.length; at += 50_000) {
            int length = Math.min(50_000, body.length - at);
            caller.send(Integer.toHexString(length) + "\n");
            caller.raw(java.util.Arrays.copyOfRange(body, at, at + length)).send("\n");
        }
        return caller;
    }

    private static byte[] bytes(int length) {
        var bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 900_000, MIB, MIB + 1, 6 * MIB})
    void passesABodyOfKnownLengthOn(int length) throws Exception {
        var body = bytes(length);
        assertThat(post(body).text()).isEqualTo("got it");
        var received = instance.received();
        assertThat(received.body()).isEqualTo(body);
        assertThat(received.head().header("content-length")).contains(String.valueOf(length));
        assertThat(received.head().header("transfer-encoding")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 900_000, 3 * MIB, 6 * MIB})
    void passesABodyInChunksOn(int length) throws Exception {
        var body = bytes(length);
        try (var caller = gateway.caller()) {
            assertThat(inChunks(caller, body).send("0\n\n").answer().text()).isEqualTo("got it");
        }
        var received = instance.received();
        assertThat(received.body()).isEqualTo(body);
        assertThat(received.head().header("transfer-encoding")).contains("chunked");
        assertThat(received.head().header("content-length")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 3 * MIB})
    void passesABodyOfAGetOn(int length) throws Exception {
        gateway.routes.set(Targets.of(1, "ANY", "in").at("1-1-a", instance.url()).target());
        var body = bytes(length);
        try (var caller = gateway.caller()) {
            caller.send("GET /api/in HTTP/1.1\nHost: x\nContent-Length: " + length + "\n\n");
            assertThat(caller.raw(body).answer().text()).isEqualTo("got it");
            inChunks(caller, "GET", body).send("0\n\n");
            assertThat(caller.answer().text()).isEqualTo("got it");
        }
        var known = instance.received();
        assertThat(known.body()).isEqualTo(body);
        assertThat(known.head().header("content-length")).contains(String.valueOf(length));
        var inChunks = instance.received();
        assertThat(inChunks.body()).isEqualTo(body);
        assertThat(inChunks.head().header("transfer-encoding")).contains("chunked");
    }

    @Test
    void refusesABodyThatSaysItIsTooLongWithoutReadingIt() {
        try (var caller = gateway.caller()) {
            caller.send(
                    "POST /api/in HTTP/1.1\nHost: x\nContent-Length: 6291457\n"
                            + "Expect: 100-continue\n\n");
            var answer = caller.answer();
            assertThat(answer.status()).isEqualTo(413);
            assertThat(answer.problem()).isEqualTo("body-too-large");
            assertThat(caller.untilEnd()).isEmpty();
        }
        assertThat(instance.count()).isZero();
    }

    @Test
    void refusesABodyThatTurnsOutTooLong() {
        try (var caller = gateway.caller()) {
            var answer = inChunks(caller, bytes(6 * MIB)).send("1\nx\n").answer();
            assertThat(answer.status()).isEqualTo(413);
            assertThat(answer.problem()).isEqualTo("body-too-large");
        }
        assertThat(instance.count()).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {7 * MIB, 20 * MIB})
    void letsABodyThatIsTooLongRunOut(int length) {
        try (var caller = gateway.caller()) {
            caller.send("POST /api/in HTTP/1.1\nHost: x\nContent-Length: " + length + "\n\n");
            assertThat(caller.raw(new byte[length]).answer().status()).isEqualTo(413);
            assertThat(inChunks(caller, new byte[length]).send("0\n\n").answer().status())
                    .isEqualTo(413);
            caller.send("POST /api/in HTTP/1.1\nHost: x\nContent-Length: 2\n\nhi");
            assertThat(caller.answer().text()).isEqualTo("got it");
        }
    }

    @Test
    void hangsUpOnABodyWithoutEnd() {
        try (var caller = gateway.caller()) {
            assertThatThrownBy(() -> inChunks(caller, new byte[80 * MIB]))
                    .isInstanceOf(UncheckedIOException.class);
        }
    }

    @Test
    void asksForABodyItsCallerHoldsBack() throws Exception {
        try (var caller = gateway.caller()) {
            caller.send(
                    "POST /api/in HTTP/1.1\nHost: x\nContent-Length: 2\nExpect: 100-continue\n\n");
            assertThat(caller.head().line()).isEqualTo("HTTP/1.1 100 Continue");
            assertThat(caller.send("hi").answer().text()).isEqualTo("got it");
        }
        var received = instance.received();
        assertThat(new String(received.body(), US_ASCII)).isEqualTo("hi");
        assertThat(received.head().header("expect")).isEmpty();
    }

    @Test
    void stopsForACallerThatGoesAwayInMidUpload() throws Exception {
        try (var listener = new java.net.ServerSocket(0)) {
            gateway.routes.set(
                    Targets.of(1, "POST", "in")
                            .at(
                                    "1-1-b",
                                    java.net.URI.create(
                                            "http://127.0.0.1:" + listener.getLocalPort()))
                            .target());
            try (var caller = gateway.caller()) {
                caller.send("POST /api/in HTTP/1.1\nHost: x\nContent-Length: 3000000\n\n");
                caller.raw(bytes(2 * MIB));
                try (var socket = listener.accept()) {
                    socket.setSoTimeout(10_000);
                    assertThat(socket.getInputStream().read()).isEqualTo('P');
                    caller.close();
                    assertThat(drained(socket)).isLessThan(3_000_000);
                }
            }
        }
    }

    private static long drained(java.net.Socket socket) throws java.io.IOException {
        long count = 0;
        var buffer = new byte[65_536];
        try {
            for (int n = 0; n >= 0; n = socket.getInputStream().read(buffer)) {
                count += n;
            }
        } catch (java.net.SocketException e) {
            return count; // reset: gone as well
        }
        return count;
    }
}
