package io.callbacks.invoker.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.callbacks.invoker.testing.CountingLeakDetector;
import io.callbacks.invoker.testing.ScriptedServer;
import io.callbacks.invoker.testing.Targets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests that two readers might read differently. */
class GatewayStrictnessTests {
    private final GatewayServer gateway = new GatewayServer(Duration.ofMillis(200));
    private final ScriptedServer instance = new ScriptedServer(it -> it.answer(200, "hello"));

    @BeforeEach
    void deploy() {
        gateway.routes.set(Targets.of(1, "ANY", "in").at("1-1-a", instance.url()).target());
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

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Host: x\nContent-Length: 3\nTransfer-Encoding: chunked\n\n0\n\n",
                "Host: x\nTransfer-Encoding: chunked\nContent-Length: 3\n\n0\n\n",
                "Host: x\nTransfer-Encoding: gzip, chunked\n\n0\n\n",
                "Host: x\nTransfer-Encoding: chunked, chunked\n\n0\n\n",
                "Host: x\nTransfer-Encoding: identity\n\n",
                "Host: x\nTransfer-Encoding: xchunked\n\n",
                "Host: x\nTransfer-Encoding: chunked\nTransfer-Encoding: chunked\n\n0\n\n",
                "Host: x\nTransfer-Encoding : chunked\n\n0\n\n",
                "Host: x\nTransfer-Encoding: \u000bchunked\n\n0\n\n",
                "Host: x\nContent-Length: 3\nContent-Length: 4\n\nabcd",
                "Host: x\nContent-Length: 3\nContent-Length: 3\n\nabc",
                "Host: x\nContent-Length: 3, 3\n\nabc",
                "Host: x\nContent-Length: +3\n\nabc",
                "Host: x\nContent-Length: -3\n\nabc",
                "Host: x\nContent-Length: 0x3\n\nabc",
                "Host: x\nContent-Length: 3 3\n\nabc",
                "Host: x\nContent-Length: 99999999999999999999\n\nabc",
                "Host: x\nContent-Length : 3\n\nabc",
                "Host: x\nX-A: one\n two\n\n",
                "Host: x\nX-A: one\n\ttwo\n\n",
                "Host: x\n Content-Length: 3\n\nabc",
                "Host: x\nX-A: a\u0000b\n\n",
                "Host: x\nX-A\n\n",
                "Host: x\nHost: x\n\n",
                "Host: x\nHost: y\n\n",
                "Host: x y\n\n",
                "Host: user@x\n\n",
                "Host: x/y\n\n",
                "Host:\n\n",
                "X-A: no host\n\n"
            })
    void refusesAmbiguousRequests(String rest) {
        try (var caller = gateway.caller()) {
            var answer = caller.send("POST /api/in HTTP/1.1\n" + rest).answer();
            assertThat(answer.status()).isEqualTo(400);
            assertThat(caller.untilEnd()).isEmpty();
        }
        assertThat(instance.count()).isZero();
    }

    @Test
    void refusesABareLineFeed() {
        try (var caller = gateway.caller()) {
            caller.raw("GET /api/in HTTP/1.1\nHost: x\n\n".getBytes());
            assertThat(caller.answer().status()).isEqualTo(400);
        }
        assertThat(instance.count()).isZero();
    }

    @Test
    void refusesAFoldInALaterRequestOfAConnection() {
        try (var caller = gateway.caller()) {
            caller.send("POST /api/in HTTP/1.1\nHost: x\nContent-Length: 4\n\n\n \n");
            assertThat(caller.answer().status()).isEqualTo(200);
            caller.send("GET /api/in HTTP/1.1\nHost: x\n\n");
            assertThat(caller.answer().status()).isEqualTo(200);
            caller.send("GET /api/in HTTP/1.1\nHost: x\nX-A: b").send("\n").send(" c\n\n");
            assertThat(caller.answer().status()).isEqualTo(400);
        }
    }

    @Test
    void answersWhatCameBeforeABrokenRequest() throws Exception {
        var gate = new CountDownLatch(1);
        instance.now(
                it -> {
                    gate.await();
                    it.answer(200, "first");
                });
        try (var caller = gateway.caller()) {
            caller.send("GET /api/in HTTP/1.1\nHost: x\n\nGET /api/in HTTP/1.1\nX-A : b\n\n");
            instance.received();
            gate.countDown();
            assertThat(caller.answer().text()).isEqualTo("first");
            assertThat(caller.answer().status()).isEqualTo(400);
        }
    }

    @Test
    void limitsTheHead() {
        var long64k = "x".repeat(65_536);
        assertThat(gateway.get("/api/in?" + long64k).status()).isEqualTo(414);
        assertThat(gateway.call("GET /api/in HTTP/1.1\nHost: x\nX-A: " + long64k + "\n\n").status())
                .isEqualTo(431);
    }

    @Test
    void refusesBrokenChunks() {
        sendBrokenChunks();
        assertThat(instance.count()).isZero();
    }

    private void sendBrokenChunks() {
        for (var body : new String[] {"zz\nabc\n0\n\n", "-1\n\n", "3\nabcd\n0\n\n"}) {
            try (var caller = gateway.caller()) {
                caller.send("POST /api/in HTTP/1.1\nHost: x\nTransfer-Encoding: chunked\n\n");
                assertThat(caller.send(body).answer().status()).as(body).isEqualTo(400);
                assertThat(caller.untilEnd()).isEmpty();
            }
        }
    }

    @Test
    void leaksNoBuffers() {
        for (int i = 0; i < 100; i++) {
            sendBrokenChunks();
            gateway.call("POST /api/in HTTP/1.1\nHost: x\nContent-Length: 3\n\nabc");
            gateway.call("POST /api/none HTTP/1.1\nHost: x\nContent-Length: 3\n\nabc");
            try (var caller = gateway.caller()) {
                caller.send("POST /api/in HTTP/1.1\nHost: x\nContent-Length: 9\n\nabc");
            }
            try (var caller = gateway.caller()) {
                caller.send("POST /api/in HTTP/1.1\nHost: x\nContent-Length: 3\n\nabc");
            }
            try (var caller = gateway.caller()) {
                caller.send("HEAD /api/in HTTP/1.1\nHost: x\n\n").head();
            }
        }
        assertThat(CountingLeakDetector.leaks()).isEmpty();
    }
}
