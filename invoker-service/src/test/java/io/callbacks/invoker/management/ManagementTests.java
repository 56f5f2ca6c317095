package io.callbacks.invoker.management;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.callbacks.invoker.http.StrictServer;
import io.callbacks.invoker.http.Upstream;
import io.callbacks.invoker.testing.Answer;
import io.callbacks.invoker.testing.Caller;
import io.callbacks.invoker.testing.CountingLeakDetector;
import io.callbacks.invoker.testing.ScriptedServer;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;
import reactor.netty.resources.LoopResources;

class ManagementTests {
    private static final int MAX_BODY = 1000;

    private final ScriptedServer registry = new ScriptedServer(it -> it.answer(200, "registry"));
    private final ScriptedServer builder = new ScriptedServer(it -> it.answer(200, "builder"));
    private final ScriptedServer deployer = new ScriptedServer(it -> it.answer(200, "deployer"));
    private final OpenStreams streams = new OpenStreams();
    private final LoopResources loops = LoopResources.create("management-test", 1, true);
    private final DisposableServer server =
            StrictServer.of(HttpServer.create())
                    .host("127.0.0.1")
                    .port(0)
                    .runOn(loops)
                    .handle(
                            new Management(
                                    new Door(Set.of("Platform.test"), Set.of("https://ui.test")),
                                    new Services(
                                            new Service("registry", registry.url()),
                                            new Service("builder", builder.url()),
                                            new Service("deployer", deployer.url())),
                                    Upstream.client("management-test", loops),
                                    streams,
                                    MAX_BODY,
                                    Duration.ofSeconds(1)))
                    .bindNow();

    @AfterAll
    static void nothingLeaked() {
        assertThat(CountingLeakDetector.leaks()).isEmpty();
    }

    @AfterEach
    void close() {
        server.disposeNow();
        loops.disposeLater(Duration.ZERO, Duration.ofSeconds(2)).block();
        registry.close();
        builder.close();
        deployer.close();
    }

    private Caller caller() {
        return new Caller((InetSocketAddress) server.address());
    }

    private Answer call(String request) {
        try (var caller = caller()) {
            return caller.send(request).answer();
        }
    }

    private Answer get(String target, String headers) {
        return call("GET " + target + " HTTP/1.1\n" + headers + "\n");
    }

    private Answer post(String headers) {
        return call("POST /deploy/ HTTP/1.1\nHost: localhost\n" + headers + "\n");
    }

    @ParameterizedTest
    @CsvSource({
        "/callbacks/, registry",
        "/callbacks/7, registry",
        "/callbacks/7/revisions, registry",
        "/callbacks/7/events, registry",
        "/callbacks/7/build-log?follow=true, builder",
        "/callbacks/7/build-log/, builder",
        "/callbacks/7/logs?follow=1, deployer",
        "/callbacks/7/logs/x, registry",
        "/targets, registry",
        "/invocations/3-1042, registry",
        "/invocations/3-1042/result, registry",
        "/dead-letters?limit=5, registry",
        "/dead-letters/0-3, registry"
    })
    void passesEachCallOnToWhoAnswersIt(String target, String service) {
        assertThat(get(target, "Host: localhost\n").text()).isEqualTo(service);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/callbacks",
                "/deploy/",
                "/targets?x=1",
                "/invocations/3-1042",
                "/invocations/3-1042/replay",
                "/dead-letters",
                "/dead-letters/replay"
            })
    void takesManagementCalls(String target) {
        assertThat(Management.takes(target)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/api/invocations", "/invocations-x", "/dead-lettersx/1", "/dead"})
    void takesNothingElse(String target) {
        assertThat(Management.takes(target)).isFalse();
    }

    @Test
    void passesACallOnUnchanged() throws Exception {
        call(
                "PUT /callbacks/7?a=%20b&c HTTP/1.1\nHost: localhost:8000\nPrefer: wait=3\n"
                        + "Content-Type: application/json; charset=utf-8\nIf-Match: \"3\"\n"
                        + "X-Callbacks-Foo: 1\nContent-Length: 2\n\n{}");
        var received = registry.received();
        assertThat(received.head().line()).isEqualTo("PUT /callbacks/7?a=%20b&c HTTP/1.1");
        assertThat(received.head().header("host")).contains("localhost:8000");
        assertThat(received.head().header("if-match")).contains("\"3\"");
        assertThat(received.head().header("prefer")).contains("wait=3");
        assertThat(received.head().header("x-callbacks-foo")).isEmpty();
        assertThat(new String(received.body(), US_ASCII)).isEqualTo("{}");
    }

    @Test
    void passesTheAnswerBackUnchanged() {
        registry.now(
                it ->
                        it.write(
                                "HTTP/1.1 201 Created\nLocation: /callbacks/1\nETag: \"1\"\n"
                                        + "Preference-Applied: wait=3\nContent-Length: 2\n\n{}"));
        var answer = get("/callbacks/1", "Host: localhost\n");
        assertThat(answer.status()).isEqualTo(201);
        assertThat(answer.header("location")).contains("/callbacks/1");
        assertThat(answer.header("etag")).contains("\"1\"");
        assertThat(answer.header("preference-applied")).contains("wait=3");
    }

    @Test
    void endsStreamsWhenItStops() throws Exception {
        registry.now(
                it -> {
                    it.write(
                            "HTTP/1.1 200 OK\nContent-Type: text/event-stream\n"
                                    + "Transfer-Encoding: chunked\n\n");
                    registry.hang(it);
                });
        try (var caller = caller()) {
            caller.send("GET /callbacks/1/events HTTP/1.1\nHost: localhost\n\n").head();
            streams.stop();
            assertThat(caller.chunk()).isEmpty();
        }
        registry.closed();
    }

    @Test
    void passesEventsOnAsTheyAreMade() throws Exception {
        registry.now(
                it -> {
                    it.write(
                            "HTTP/1.1 200 OK\nContent-Type: text/event-stream\n"
                                    + "Transfer-Encoding: chunked\n\n");
                    it.chunk("data: 1\n\n");
                    registry.hang(it);
                });
        try (var caller = caller()) {
            caller.send("GET /callbacks/1/events HTTP/1.1\nHost: localhost\n\n").head();
            assertThat(new String(caller.chunk(), US_ASCII)).startsWith("data: 1");
        }
        registry.closed();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "localhost",
                "LOCALHOST:8000",
                "127.0.0.1:8000",
                "192.168.3.4",
                "[::1]:8000",
                "platform.test:80"
            })
    void isKnownByItsNamesAndByAddress(String host) {
        assertThat(get("/callbacks/", "Host: " + host + "\n").status()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"evil.test", "localhost.evil.test", "1.2.3.4.evil.test", "127.1"})
    void isNotKnownByOtherNames(String host) {
        var answer = get("/callbacks/", "Host: " + host + "\n");
        assertThat(answer.status()).isEqualTo(421);
        assertThat(answer.problem()).isEqualTo("unknown-host");
        assertThat(registry.count()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://localhost:8000", "https://localhost:8000", "https://ui.test"})
    void takesCallsOfItsOwnPagesAndOfThoseItTrusts(String origin) {
        var answer = get("/callbacks/", "Host: localhost:8000\nOrigin: " + origin + "\n");
        assertThat(answer.status()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"null", "http://evil.test", "http://localhost:9000", "http://ui.test", ""})
    void takesNoCallsOfOtherPages(String origin) {
        var answer = get("/callbacks/", "Host: localhost:8000\nOrigin: " + origin + "\n");
        assertThat(answer.status()).isEqualTo(403);
        assertThat(answer.problem()).isEqualTo("foreign-origin");
        assertThat(registry.count()).isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "Content-Type: text/plain\n",
                "Content-Type: application/x-www-form-urlencoded\n",
                "Content-Type: application/jsonp\n",
                "Content-Type: application/json\nContent-Type: text/plain\n"
            })
    void takesNothingButJson(String headers) {
        var answer = post(headers + "Content-Length: 900\nExpect: 100-continue\n");
        assertThat(answer.status()).isEqualTo(415);
        assertThat(answer.problem()).isEqualTo("unsupported-media-type");
        assertThat(registry.count()).isZero();
    }

    @Test
    void letsTheBodyOfARefusedCallRunOut() {
        try (var caller = caller()) {
            caller.send("POST /deploy/ HTTP/1.1\nHost: localhost\nContent-Length: 100000\n\n");
            assertThat(caller.answer().status()).isEqualTo(415);
            caller.raw(new byte[100_000]);
            caller.send("GET /callbacks/ HTTP/1.1\nHost: localhost\n\n");
            assertThat(caller.answer().text()).isEqualTo("registry");
        }
    }

    @Test
    void takesAMergePatch() {
        var answer =
                call(
                        "PATCH /callbacks/1 HTTP/1.1\nHost: localhost\nContent-Length: 2\n"
                                + "Content-Type: application/merge-patch+json\n\n{}");
        assertThat(answer.status()).isEqualTo(200);
    }

    @Test
    void asksNoTypeOfACallWithoutABody() {
        assertThat(call("DELETE /callbacks/1 HTTP/1.1\nHost: localhost\n\n").status())
                .isEqualTo(200);
        var odd = "DELETE /callbacks/1 HTTP/1.1\nHost: localhost\nContent-Length: 2\n\nhi";
        assertThat(call(odd).status()).isEqualTo(415);
    }

    @Test
    void limitsTheBody() {
        var json = "Content-Type: application/json\n";
        var answer = post(json + "Content-Length: 1001\nExpect: 100-continue\n");
        assertThat(answer.status()).isEqualTo(413);
        assertThat(answer.problem()).isEqualTo("body-too-large");
        var chunked =
                post(json + "Transfer-Encoding: chunked\n\n3e9\n" + "x".repeat(1001) + "\n0\n");
        assertThat(chunked.status()).isEqualTo(413);
        assertThat(registry.count()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/callbacks/../api", "/callbacks/%2e%2e/x", "/callbacks/%00"})
    void refusesMalformedPaths(String target) {
        assertThat(get(target, "Host: localhost\n").status()).isEqualTo(400);
        assertThat(registry.count()).isZero();
    }

    @Test
    void saysWhichServiceIsAway() {
        registry.close();
        var answer = get("/callbacks/", "Host: localhost\n");
        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.problem()).isEqualTo("service-away");
        assertThat(answer.header("retry-after")).isPresent();
        assertThat(answer.text()).contains("The registry").contains("callbacks.invoker.registry");
    }

    @Test
    void waitsForAServiceThatIsStarting() throws Exception {
        registry.close();
        try (var caller = caller()) {
            caller.send(
                    "POST /deploy/ HTTP/1.1\nHost: localhost\nContent-Type: application/json\nContent-Length: 2\n\n{}");
            try (var started =
                    new ScriptedServer(registry.url().getPort(), it -> it.answer(200, "started"))) {
                assertThat(caller.answer().text()).isEqualTo("started");
                assertThat(new String(started.received().body(), US_ASCII)).isEqualTo("{}");
            }
        }
    }

    @Test
    void saysWhichServiceBrokeOff() {
        builder.now(it -> it.socket().close());
        var answer = get("/callbacks/1/build-log", "Host: localhost\n");
        assertThat(answer.status()).isEqualTo(502);
        assertThat(answer.problem()).isEqualTo("service-broke-off");
        assertThat(answer.text()).contains("The builder");
    }
}
