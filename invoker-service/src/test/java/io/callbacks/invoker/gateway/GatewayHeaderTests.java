package io.callbacks.invoker.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.callbacks.invoker.testing.CountingLeakDetector;
import io.callbacks.invoker.testing.Head;
import io.callbacks.invoker.testing.ScriptedServer;
import io.callbacks.invoker.testing.Targets;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which headers get through, both ways. */
class GatewayHeaderTests {
    private final GatewayServer gateway = new GatewayServer(Duration.ofMillis(500));
    private final ScriptedServer instance = new ScriptedServer(it -> it.answer(200, "hello"));

    @BeforeEach
    void deploy() {
        gateway.routes.set(
                Targets.of(1, "ANY", "hello").at("1-1-a", instance.url()).envVersion(3).target());
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

    private Head passed(String headers) throws InterruptedException {
        return sent("GET /api/hello HTTP/1.1\nHost: shop.test:81\n" + headers + "\n");
    }

    private Head sent(String request) throws InterruptedException {
        gateway.call(request);
        return instance.received().head();
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
    void addsNothingToARequestButWhatItMust(String method) throws Exception {
        assertThat(sent(method + " /api/hello HTTP/1.1\nHost: x\n\n").names())
                .containsExactly(
                        "Host",
                        "X-Forwarded-For",
                        "X-Forwarded-Host",
                        "X-Forwarded-Port",
                        "X-Forwarded-Proto",
                        "X-Request-Id",
                        "X-Callbacks-Instance",
                        "X-Callbacks-Timeout-Ms",
                        "X-Callbacks-Resource",
                        "X-Callbacks-Source-Ip");
    }

    @Test
    void passesHeadersAsTheyAreSent() throws Exception {
        var head = passed("X-oDD-caSE: a,  b\nuser-agent: me\nAccept: x/y\nx-two: 1\nx-two: 2\n");
        assertThat(head.headers())
                .contains("X-oDD-caSE: a,  b", "user-agent: me", "Accept: x/y", "x-two: 1")
                .contains("x-two: 2");
        assertThat(head.header("host")).contains("shop.test:81");
    }

    @Test
    void keepsTheNamesAndPlacesOfThoseItNeedsItself() throws Exception {
        var head =
                sent(
                        "POST /api/hello HTTP/1.1\nX-One: 1\nhOST: shop.test\nX-Two: 2\n"
                                + "content-LENGTH: 3\nX-Three: 3\n\nabc");
        assertThat(head.headers())
                .startsWith(
                        "X-One: 1",
                        "hOST: shop.test",
                        "X-Two: 2",
                        "content-LENGTH: 3",
                        "X-Three: 3");
    }

    @Test
    void keepsThoseItNeedsItselfWhateverConnectionNames() throws Exception {
        var head =
                sent(
                        "POST /api/hello HTTP/1.1\nConnection: Host, content-length\n"
                                + "Host: shop.test\nContent-Length: 3\n\nabc");
        assertThat(head.headers()).startsWith("Host: shop.test", "Content-Length: 3");
    }

    @Test
    void givesARequestNothingOfTheOneBeforeIt() throws Exception {
        passed("X-Before: 1\n");
        assertThat(passed("").header("x-before")).isEmpty();
    }

    @Test
    void rebuildsWhatTellsWhereARequestComesFrom() throws Exception {
        var head =
                passed(
                        "X-Forwarded-For: 1.2.3.4\nX-Forwarded-Host: evil\nX-FORWARDED-Foo: bar\n"
                                + "X-Forwarded-Proto: https\nForwarded: for=1.2.3.4\n");
        assertThat(head.all("x-forwarded-for")).containsExactly("127.0.0.1");
        assertThat(head.all("x-forwarded-host")).containsExactly("shop.test:81");
        assertThat(head.all("x-forwarded-port")).containsExactly("81");
        assertThat(head.all("x-forwarded-proto")).containsExactly("http");
        assertThat(head.header("x-forwarded-foo")).isEmpty();
        assertThat(head.header("forwarded")).isEmpty();
    }

    @Test
    void dropsHopByHopHeadersAndThoseConnectionNames() throws Exception {
        var head =
                passed(
                        "Connection: keep-alive, X-Secret\nConnection: x-other\nX-Secret: 1\n"
                                + "X-Other: 2\nTE: trailers\nTrailer: X-T\nUpgrade: foo\n"
                                + "Keep-Alive: 5\nProxy-Authorization: x\nProxy-Connection: y\n");
        assertThat(head.names())
                .doesNotContain(
                        "Connection",
                        "X-Secret",
                        "X-Other",
                        "TE",
                        "Trailer",
                        "Upgrade",
                        "Keep-Alive",
                        "Proxy-Authorization",
                        "Proxy-Connection");
    }

    @Test
    void dropsThePlatformsOwnHeadersFromCallers() throws Exception {
        var head =
                passed(
                        "X-Callbacks-Source-Ip: 9.9.9.9\nx-CALLBACKS-foo: 1\nX-Callbacks-Error: e\n");
        assertThat(head.all("x-callbacks-source-ip")).containsExactly("127.0.0.1");
        assertThat(head.header("x-callbacks-foo")).isEmpty();
        assertThat(head.header("x-callbacks-error")).isEmpty();
    }

    @Test
    void keepsTheNameAndPlaceOfARequestId() throws Exception {
        var head = passed("x-request-ID: mine\nX-After: 1\n");
        assertThat(head.headers())
                .startsWith("Host: shop.test:81", "x-request-ID: mine", "X-After: 1");
        assertThat(head.all("x-request-id")).containsExactly("mine");
    }

    @Test
    void hasOneRequestIdWhereTwoAreSent() throws Exception {
        assertThat(passed("X-Request-Id: one\nx-request-id: two\n").all("x-request-id"))
                .containsExactly("one");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "A-b_c.1", "0123456789012345678901234567890123456789"})
    void keepsASaneRequestId(String id) throws Exception {
        var answer =
                gateway.call(
                        "GET /api/hello HTTP/1.1\nHost: localhost\nX-Request-Id: " + id + "\n\n");
        assertThat(instance.received().head().all("x-request-id")).containsExactly(id);
        assertThat(answer.head().all("x-request-id")).containsExactly(id);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "a b",
                "a/b",
                "<x>",
                "12345678901234567890123456789012345678901234567890123456789012345"
            })
    void makesARequestIdWhereThereIsNoSaneOne(String id) throws Exception {
        var made = passed("X-Request-Id: " + id + "\n").header("x-request-id").orElseThrow();
        assertThat(made)
                .matches("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");
    }

    @Test
    void passesTheAnswersOwnHeadersOnly() {
        instance.now(
                it ->
                        it.write(
                                "HTTP/1.1 200 OK\nConnection: keep-alive, X-Hop\nKeep-Alive: 5\n"
                                        + "X-Hop: 1\nSet-Cookie: a=1, b\nSet-Cookie: c=2\n"
                                        + "X-Callbacks-Revision: 4\nX-Callbacks-Env-Version: 9\n"
                                        + "X-Callbacks-Secret: 1\nServer: mine\n"
                                        + "Content-Length: 0\n\n"));
        var head = gateway.get("/api/hello").head();
        assertThat(head.all("set-cookie")).containsExactly("a=1, b", "c=2");
        assertThat(head.header("x-callbacks-revision")).contains("4");
        assertThat(head.header("x-callbacks-env-version")).contains("9");
        assertThat(head.header("server")).contains("mine");
        assertThat(head.names())
                .doesNotContain("Connection", "Keep-Alive", "X-Hop", "X-Callbacks-Secret");
    }

    @Test
    void tellsWhatServesWithItsOwnAnswersToo() {
        instance.now(it -> it.socket().close());
        var answer = gateway.get("/api/hello");
        assertThat(answer.status()).isEqualTo(502);
        assertThat(answer.header("x-callbacks-revision")).contains("1");
        assertThat(answer.header("x-callbacks-env-version")).contains("3");
        assertThat(answer.header("x-request-id")).isPresent();
    }

    @Test
    void passesTheFrontsProblemsOn() {
        instance.now(
                it ->
                        it.write(
                                "HTTP/1.1 500 Raised\nX-Callbacks-Error: handler-raised\n"
                                        + "Content-Length: 2\n\n{}"));
        var answer = gateway.get("/api/hello");
        assertThat(answer.status()).isEqualTo(500);
        assertThat(answer.problem()).isEqualTo("handler-raised");
        assertThat(answer.text()).isEqualTo("{}");
    }
}
