package io.callbacks.invoker.gateway;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.callbacks.invoker.testing.CountingLeakDetector;
import io.callbacks.invoker.testing.ScriptedServer;
import io.callbacks.invoker.testing.Targets;
import java.io.UncheckedIOException;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** There and back: what becomes of answers, good and bad. */
class GatewayTests {
    private final GatewayServer gateway = new GatewayServer(Duration.ofMillis(500));
    private final ScriptedServer instance = new ScriptedServer(it -> it.answer(200, "hello"));

    @AfterAll
    static void nothingLeaked() {
        assertThat(CountingLeakDetector.leaks()).isEmpty();
    }

    @AfterEach
    void close() {
        gateway.close();
        instance.close();
    }

    private Targets callback(String method) {
        return Targets.of(1, method, "hello").at("1-1-a", instance.url());
    }

    @Test
    void handsTheFunctionsAnswerBack() {
        gateway.routes.set(callback("GET").target());
        var answer = gateway.get("/api/hello");
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.text()).isEqualTo("hello");
        assertThat(answer.problem()).isEmpty();
    }

    @Test
    void servesManyRequestsOverOneConnectionAlsoPipelined() {
        gateway.routes.set(callback("GET").target());
        var request = "GET /api/hello HTTP/1.1\nHost: localhost\n\n";
        try (var caller = gateway.caller()) {
            caller.send(request + request + request);
            for (int i = 0; i < 3; i++) {
                assertThat(caller.answer().text()).isEqualTo("hello");
            }
        }
    }

    @Test
    void closesAfterAnHttp10Request() {
        gateway.routes.set(callback("GET").target());
        instance.now(
                it -> {
                    it.write("HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n");
                    it.chunk("streamed");
                    it.write("0\n\n");
                });
        try (var caller = gateway.caller()) {
            var answer = caller.send("GET /api/hello HTTP/1.0\nHost: localhost\n\n").untilEnd();
            assertThat(answer).endsWith("\r\n\r\nstreamed").doesNotContainIgnoringCase("chunked");
        }
    }

    @Test
    void runsAGetForAHeadAndKeepsItsLength() throws Exception {
        gateway.routes.set(callback("GET").target());
        try (var caller = gateway.caller()) {
            var head = caller.send("HEAD /api/hello HTTP/1.1\nHost: localhost\n\n").head();
            assertThat(head.line()).isEqualTo("HTTP/1.1 200 Said");
            assertThat(head.header("content-length")).contains("5");
            assertThat(instance.received().head().line()).startsWith("GET ");
            caller.send("GET /api/hello HTTP/1.1\nHost: localhost\n\n");
            assertThat(caller.answer().text()).isEqualTo("hello");
        }
    }

    @Test
    void passesAHeadOnToACallbackThatTakesAny() throws Exception {
        gateway.routes.set(callback("ANY").target());
        instance.now(it -> it.write("HTTP/1.1 200 OK\nContent-Length: 7\n\n"));
        try (var caller = gateway.caller()) {
            var head = caller.send("HEAD /api/hello HTTP/1.1\nHost: localhost\n\n").head();
            assertThat(head.header("content-length")).contains("7");
            assertThat(instance.received().head().line()).startsWith("HEAD ");
        }
    }

    @Test
    void answersAHeadOfAnEndlessStreamAtOnce() {
        gateway.routes.set(callback("GET").target());
        instance.now(
                it -> {
                    it.write("HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n");
                    it.chunk("on and on");
                    instance.hang(it);
                });
        try (var caller = gateway.caller()) {
            var head = caller.send("HEAD /api/hello HTTP/1.1\nHost: localhost\n\n").head();
            assertThat(head.line()).isEqualTo("HTTP/1.1 200 OK");
        }
    }

    @Test
    void leavesAnswersWithoutABodyWithoutOne() {
        gateway.routes.set(callback("GET").target());
        var request = "GET /api/hello HTTP/1.1\nHost: localhost\n\n";
        try (var caller = gateway.caller()) {
            instance.now(it -> it.write("HTTP/1.1 304 Not Modified\nContent-Length: 5\n\n"));
            var unchanged = caller.send(request).head();
            assertThat(unchanged.line()).isEqualTo("HTTP/1.1 304 Not Modified");
            assertThat(unchanged.header("content-length")).contains("5");
            instance.now(it -> it.write("HTTP/1.1 204 No Content\n\n"));
            var empty = caller.send(request).head();
            assertThat(empty.line()).isEqualTo("HTTP/1.1 204 No Content");
            assertThat(empty.names()).doesNotContain("content-length", "transfer-encoding");
            instance.now(it -> it.answer(200, "hello"));
            assertThat(caller.send(request).answer().text()).isEqualTo("hello");
        }
    }

    @Test
    void passesEachPartOfAStreamOnAsItIsMade() throws Exception {
        gateway.routes.set(callback("GET").target());
        instance.now(
                it -> {
                    it.write("HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n");
                    it.chunk("one");
                    instance.hang(it);
                });
        try (var caller = gateway.caller()) {
            caller.send("GET /api/hello HTTP/1.1\nHost: localhost\n\n").head();
            assertThat(new String(caller.chunk(), US_ASCII)).isEqualTo("one");
            instance.received().chunk("two");
            assertThat(new String(caller.chunk(), US_ASCII)).isEqualTo("two");
        }
    }

    @Test
    void answersBadGatewayWhereTheInstanceBreaksOff() {
        gateway.routes.set(callback("ANY").target());
        instance.now(it -> it.socket().close());
        assertThat(gateway.get("/api/hello").problem()).isEqualTo("instance-broke-off");
        var post = "POST /api/hello HTTP/1.1\nHost: localhost\nContent-Length: 2\n\nhi";
        var answer = gateway.call(post);
        assertThat(answer.status()).isEqualTo(502);
        assertThat(answer.header("content-type")).contains("application/problem+json");
        assertThat(answer.text()).contains("\"urn:callbacks:problem:instance-broke-off\"");
    }

    @Test
    void sendsARequestOnceWhereAUsedConnectionBreaksOff() throws Exception {
        gateway.routes.set(callback("POST").target());
        var post = "POST /api/hello HTTP/1.1\nHost: localhost\nContent-Length: 2\n\nhi";
        assertThat(gateway.call(post).status()).isEqualTo(200);
        instance.received();
        instance.now(it -> it.socket().close());
        assertThat(gateway.call(post).status()).isEqualTo(502);
        assertThat(instance.count()).isEqualTo(1);
    }

    @Test
    void breaksOffWhatTheInstanceBreaksOff() {
        gateway.routes.set(callback("GET").target());
        instance.now(
                it -> {
                    it.write("HTTP/1.1 200 OK\nContent-Length: 10\n\nhalf");
                    it.socket().close();
                });
        assertThatThrownBy(() -> gateway.get("/api/hello"))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("broken off");
    }

    @Test
    void answersBadGatewayToNonsense() {
        gateway.routes.set(callback("GET").target());
        for (var nonsense :
                new String[] {
                    "HTTP/1.1 103 Early Hints\nLink: <a>\n\n",
                    "what?\n\n",
                    "HTTP/1.1 200 OK\nContent-Length: x\n\n"
                }) {
            instance.now(
                    it -> {
                        it.write(nonsense);
                        instance.hang(it);
                    });
            assertThat(gateway.get("/api/hello").status()).as(nonsense).isEqualTo(502);
        }
    }

    @Test
    void answersTimeoutWhereTheInstanceDoesNot() throws Exception {
        gateway.routes.set(callback("GET").timeout(1).target());
        instance.now(instance::hang);
        long began = System.nanoTime();
        var answer = gateway.get("/api/hello");
        assertThat(answer.status()).isEqualTo(504);
        assertThat(answer.problem()).isEqualTo("timeout");
        assertThat(Duration.ofNanos(System.nanoTime() - began))
                .isBetween(Duration.ofMillis(1_900), Duration.ofMillis(4_000));
        instance.closed();
    }

    @Test
    void breaksAnAnswerOffThatOverrunsItsTimeout() throws Exception {
        gateway.routes.set(callback("GET").timeout(1).target());
        instance.now(
                it -> {
                    it.write("HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n");
                    it.chunk("one");
                    instance.hang(it);
                });
        try (var caller = gateway.caller()) {
            caller.send("GET /api/hello HTTP/1.1\nHost: localhost\n\n").head();
            assertThat(new String(caller.chunk(), US_ASCII)).isEqualTo("one");
            assertThat(caller.untilEnd()).isEmpty();
        }
        instance.closed();
    }

    @Test
    void stopsForACallerThatGoesAway() throws Exception {
        gateway.routes.set(callback("ANY").target());
        instance.now(instance::hang);
        for (var request :
                new String[] {
                    "GET /api/hello HTTP/1.1\nHost: localhost\n\n",
                    "POST /api/hello HTTP/1.1\nHost: localhost\nContent-Length: 2\n\nhi"
                }) {
            try (var caller = gateway.caller()) {
                caller.send(request);
                instance.received();
            }
            instance.closed();
        }
    }

    @Test
    void stopsForACallerThatGoesAwayInMidStream() throws Exception {
        gateway.routes.set(callback("GET").target());
        instance.now(
                it -> {
                    it.write("HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n");
                    it.chunk("one");
                    instance.hang(it);
                });
        try (var caller = gateway.caller()) {
            caller.send("GET /api/hello HTTP/1.1\nHost: localhost\n\n").head();
            caller.chunk();
        }
        instance.closed();
    }

    @Test
    void countsRequests() {
        gateway.routes.set(callback("GET").target());
        gateway.get("/api/hello");
        gateway.get("/api/nobody");
        // An answer is counted once its last byte is written, so a caller may be ahead of the
        // count.
        await().untilAsserted(() -> assertThat(count("1", "2xx")).isEqualTo(1));
        await().untilAsserted(() -> assertThat(count("none", "4xx")).isEqualTo(1));
        assertThat(gateway.metrics.get("callbacks.gateway.in.flight").gauge().value()).isZero();
    }

    private double count(String callback, String outcome) {
        return gateway.metrics
                .get("callbacks.gateway.requests")
                .tags("callback", callback, "outcome", outcome)
                .counter()
                .count();
    }
}
