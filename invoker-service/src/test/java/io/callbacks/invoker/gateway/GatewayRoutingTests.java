package io.callbacks.invoker.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.callbacks.invoker.testing.CountingLeakDetector;
import io.callbacks.invoker.testing.ScriptedServer;
import io.callbacks.invoker.testing.Targets;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** From a path to a callback, or to the right refusal. */
class GatewayRoutingTests {
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

    private Targets callback(long id, String method, String path) {
        return Targets.of(id, method, path).at(id + "-1-a", instance.url());
    }

    @Test
    void isNotReadyBeforeTheTablesAreRead() {
        var answer = gateway.get("/api/hello");
        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.problem()).isEqualTo("not-ready");
        assertThat(answer.header("retry-after")).isPresent();
    }

    @Test
    void knowsNoOtherPath() {
        gateway.routes.set(callback(1, "GET", "hello").target());
        var answer = gateway.get("/api/hello/there");
        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.problem()).isEqualTo("unknown-path");
    }

    @Test
    void namesTheMethodsOfAKnownPath() {
        gateway.routes.set(
                callback(1, "GET", "hello").target(), callback(2, "PUT", "hello").target());
        var answer = gateway.call("DELETE /api/hello HTTP/1.1\nHost: localhost\n\n");
        assertThat(answer.status()).isEqualTo(405);
        assertThat(answer.problem()).isEqualTo("method-not-allowed");
        assertThat(answer.header("allow")).contains("GET, HEAD, OPTIONS, PUT");
    }

    @Test
    void answersOptionsItself() {
        gateway.routes.set(callback(1, "POST", "hello").target());
        var answer = gateway.call("OPTIONS /api/hello HTTP/1.1\nHost: localhost\n\n");
        assertThat(answer.status()).isEqualTo(204);
        assertThat(answer.header("allow")).contains("OPTIONS, POST");
    }

    @Test
    void leavesOptionsToACallbackThatTakesAny() {
        gateway.routes.set(callback(1, "ANY", "hello").target());
        var answer = gateway.call("OPTIONS /api/hello HTTP/1.1\nHost: localhost\n\n");
        assertThat(answer.text()).isEqualTo("hello");
    }

    @Test
    void runsNothingThatIsNotDeployed() {
        gateway.routes.set(callback(1, "GET", "hello").off().target());
        var answer = gateway.get("/api/hello");
        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.problem()).isEqualTo("not-deployed");
    }

    @Test
    void believesARouteThatIsNewerThanTheSnapshot() {
        gateway.routes.set(callback(1, "GET", "hello").off().target(2));
        assertThat(gateway.get("/api/hello").status()).isEqualTo(200);
    }

    @Test
    void tellsWhichInstanceIsMeantAndWhatWasMatched() throws Exception {
        gateway.routes.set(callback(7, "GET", "shop/{shop}/items/{rest*}").timeout(9).target());
        gateway.get("/api/shop/k%C3%B6ln%22/items/a/b%2Fc?x=%2F&y");
        var head = instance.received().head();
        assertThat(head.line())
                .isEqualTo("GET /api/shop/k%C3%B6ln%22/items/a/b%2Fc?x=%2F&y HTTP/1.1");
        assertThat(head.header("x-callbacks-instance")).contains("7-1-a");
        assertThat(head.header("x-callbacks-resource")).contains("/shop/{shop}/items/{rest*}");
        assertThat(head.header("x-callbacks-source-ip")).contains("127.0.0.1");
        assertThat(head.header("x-callbacks-path-parameters"))
                .contains("{\"shop\":\"k\\u00F6ln\\\"\",\"rest\":\"a/b%2Fc\"}");
        assertThat(Integer.parseInt(head.header("x-callbacks-timeout-ms").orElseThrow()))
                .isBetween(8_000, 9_000);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api/a/../hello",
                "/api/./hello",
                "/api/%2e%2e/hello",
                "/api/%2E./hello",
                "/api/a%2f..%2fhello",
                "/api/a%5C%2e%2e",
                "/api/..",
                "/api/hello%00",
                "/api/hello%",
                "/api/hello%4",
                "/api/hello%zz",
                "/api/%c0%ae%c0%ae/hello",
                "/api/%ff",
                "/api/a\\b",
                "/api/hello#part",
                "/api/\u00e9",
                "http://localhost/api/hello",
                "*"
            })
    void refusesMalformedTargets(String target) {
        gateway.routes.set(callback(1, "GET", "{any*}").target());
        var answer = gateway.get(target);
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.problem()).isEqualTo("bad-request");
        assertThat(instance.count()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/api/hello/", "/api/h%65llo", "/api/hello?a=../b", "/api/hello?"})
    void acceptsOtherSpellingsOfAPath(String target) throws Exception {
        gateway.routes.set(callback(1, "GET", "hello").target());
        assertThat(gateway.get(target).status()).isEqualTo(200);
        assertThat(instance.received().head().line()).isEqualTo("GET " + target + " HTTP/1.1");
    }

    @Test
    void matchesNoLiteralWithAnEncodedSlash() {
        gateway.routes.set(callback(1, "GET", "shop/items").target());
        assertThat(gateway.get("/api/shop%2Fitems").problem()).isEqualTo("unknown-path");
        assertThat(gateway.get("/api/shop%5Citems").problem()).isEqualTo("unknown-path");
    }
}
