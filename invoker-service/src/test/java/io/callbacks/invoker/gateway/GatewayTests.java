package io.callbacks.invoker.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.callbacks.invoker.testing.ScriptedServer;
import io.callbacks.invoker.testing.Targets;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class GatewayTests {
    private final GatewayServer gateway = new GatewayServer(Duration.ofSeconds(1));
    private final ScriptedServer instance = new ScriptedServer(it -> it.answer(200, "hello"));

    @AfterEach
    void close() {
        gateway.close();
        instance.close();
    }

    private Targets callback(String method, String path) {
        return Targets.of(1, method, path).at("1-1-a", instance.url());
    }

    @Test
    void handsTheFunctionsAnswerBack() {
        gateway.routes.set(callback("GET", "hello").target());
        var answer = gateway.get("/api/hello");
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.text()).isEqualTo("hello");
        assertThat(answer.problem()).isEmpty();
    }

    @Test
    void refusesAFoldedHeader() {
        gateway.routes.set(callback("GET", "hello").target());
        var answer = gateway.call("GET /api/hello HTTP/1.1\nHost: localhost\nX-A: one\n two\n\n");
        assertThat(answer.status()).isEqualTo(400);
    }
}
