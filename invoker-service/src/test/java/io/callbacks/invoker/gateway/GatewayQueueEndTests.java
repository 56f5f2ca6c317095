package io.callbacks.invoker.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.callbacks.invoker.testing.CountingLeakDetector;
import io.callbacks.invoker.testing.ScriptedServer;
import io.callbacks.invoker.testing.ScriptedServer.Script;
import io.callbacks.invoker.testing.Targets;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a caller is told when there was no instance for it within the queue time. */
class GatewayQueueEndTests {
    private static final Script REFUSING =
            it ->
                    it.write(
                            "HTTP/1.1 503 Refused\nX-Callbacks-Refused: 1\n"
                                    + "X-Callbacks-Error: refused\nContent-Length: 2\n\n{}");
    private static final Script FULL =
            it ->
                    it.write(
                            "HTTP/1.1 503 Full\nX-Callbacks-Error: not-started\n"
                                    + "Content-Length: 2\n\n{}");
    private static final String POST = "POST /api/hello HTTP/1.1\nHost: x\nContent-Length: %d\n\n";

    private final GatewayServer gateway = new GatewayServer(Duration.ofMillis(300));
    private final ScriptedServer instance = new ScriptedServer(it -> it.answer(200, "hello"));
    private final ScriptedServer other = new ScriptedServer(it -> it.answer(200, "other"));

    @AfterAll
    static void nothingLeaked() {
        assertThat(CountingLeakDetector.leaks()).isEmpty();
    }

    @AfterEach
    void close() {
        gateway.close();
        instance.close();
        other.close();
    }

    private static Targets callback() {
        return Targets.of(1, "ANY", "hello");
    }

    private Targets here() {
        return callback().at("1-1-a", instance.url());
    }

    private static URI nowhere() throws IOException {
        try (var unused = new ServerSocket(0)) {
            return URI.create("http://127.0.0.1:" + unused.getLocalPort());
        }
    }

    @Test
    void asksARefusingInstanceOnce() {
        gateway.routes.set(here().target());
        instance.now(REFUSING);
        var answer = gateway.get("/api/hello");
        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.problem()).isEqualTo("not-ready");
        assertThat(instance.count()).isEqualTo(1);
    }

    @Test
    void doesNotSendALargeBodyAgain() {
        gateway.routes.set(here().at("1-1-b", other.url()).target());
        instance.now(REFUSING);
        other.now(REFUSING);
        var answer = gateway.call(POST.formatted(2_000_000) + "x".repeat(2_000_000));
        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.problem()).isEqualTo("not-ready");
        assertThat(answer.header("retry-after")).isPresent();
        assertThat(instance.count() + other.count()).isEqualTo(1);
    }

    @Test
    void isNotReadyWhereNoInstanceCanBeReached() throws Exception {
        gateway.routes.set(callback().at("1-1-a", nowhere()).target());
        var answer = gateway.call(POST.formatted(2_000_000) + "x".repeat(2_000_000));
        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.problem()).isEqualTo("not-ready");
    }

    @Test
    void isBusyWhereTheInstanceStaysFull() {
        gateway.routes.set(here().target());
        instance.now(FULL);
        var answer = gateway.get("/api/hello");
        assertThat(answer.status()).isEqualTo(429);
        assertThat(answer.problem()).isEqualTo("busy");
        assertThat(answer.header("retry-after")).isPresent();
        assertThat(instance.count()).isBetween(2, 12);
    }

    @Test
    void isNotReadyWhereNothingGetsReady() {
        gateway.routes.set(callback().target());
        var answer = gateway.get("/api/hello");
        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.problem()).isEqualTo("not-ready");
    }

    @Test
    void isBusyWhereNoInstanceGetsFree() throws Exception {
        gateway.routes.set(here().concurrency(1).target());
        instance.now(instance::hang);
        try (var first = gateway.caller()) {
            first.send("GET /api/hello HTTP/1.1\nHost: x\n\n");
            instance.received();
            var answer = gateway.get("/api/hello");
            assertThat(answer.status()).isEqualTo(429);
            assertThat(answer.problem()).isEqualTo("busy");
        }
    }

    @Test
    void isNotReadyWhereTheEnvAskedForDoesNotCome() {
        gateway.routes.set(here().envVersion(4).target());
        var answer =
                gateway.call(
                        "GET /api/hello HTTP/1.1\nHost: x\nX-Callbacks-Min-Env-Version: 5\n\n");
        assertThat(answer.problem()).isEqualTo("not-ready");
    }
}
