package io.callbacks.invoker.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.callbacks.invoker.gateway.LaterCall.Header;
import io.callbacks.invoker.testing.CountingLeakDetector;
import io.callbacks.invoker.testing.ScriptedServer;
import io.callbacks.invoker.testing.Targets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Requests that are taken to be carried out later. */
class GatewayLaterTests {
    private static final String POST =
            "POST /api/hello/w%20d?x=1 HTTP/1.1\nHost: shop:8080\nPrefer: respond-async\n";
    private static final int LIMIT = 6 * 1024 * 1024;

    private final GatewayServer gateway = new GatewayServer(Duration.ofMillis(500));
    private final ScriptedServer instance = new ScriptedServer(it -> it.answer(200, "now"));

    @AfterAll
    static void nothingLeaked() {
        assertThat(CountingLeakDetector.leaks()).isEmpty();
    }

    @BeforeEach
    void deploy() {
        gateway.routes.set(callback("POST").target());
    }

    @AfterEach
    void close() {
        gateway.close();
        instance.close();
    }

    private Targets callback(String method) {
        return Targets.of(7, method, "hello/{name}").at("7-1-a", instance.url());
    }

    private LaterCall accepted() {
        assertThat(gateway.accepted).hasSize(1);
        return gateway.accepted.getFirst();
    }

    @Test
    void sayWhereToAskAfterThem() {
        var answer = gateway.call(POST + "X-Request-Id: my-1\n\n");
        assertThat(answer.status()).isEqualTo(202);
        assertThat(answer.header("location")).contains("/invocations/3-1042");
        assertThat(answer.header("preference-applied")).contains("respond-async");
        assertThat(answer.header("content-type")).contains("application/json");
        assertThat(answer.header("x-request-id")).contains("my-1");
        assertThat(answer.problem()).isEmpty();
        assertThat(answer.text()).isEqualTo("{\"invocation_id\":\"3-1042\",\"state\":\"queued\"}");
    }

    @Test
    void areNotSentToAnInstanceNow() {
        gateway.call(POST + "\n");
        assertThat(instance.count()).isZero();
    }

    @Test
    void areSentAtOnceWithoutThatPreference() {
        var answer = gateway.call(POST.replace("respond-async", "wait=10") + "\n");
        assertThat(answer.text()).isEqualTo("now");
        assertThat(gateway.accepted).isEmpty();
    }

    @Test
    void areKeptWithAllThatBelongsToThem() {
        gateway.call(POST + "X-Request-Id: my-1\n\n");
        var call = accepted();
        assertThat(call.callbackId()).isEqualTo(7);
        assertThat(call.method()).isEqualTo("POST");
        assertThat(call.target()).isEqualTo("/api/hello/w%20d?x=1");
        assertThat(call.resource()).isEqualTo("/hello/{name}");
        assertThat(call.parameters()).isEqualTo(Map.of("name", "w d"));
        assertThat(call.peer()).isEqualTo("127.0.0.1");
        assertThat(call.requestId()).isEqualTo("my-1");
        assertThat(call.body()).isNull();
    }

    @Test
    void keepTheHeadersThatAreForTheFunction() {
        gateway.call(
                POST
                        + """
                        x-first: 1
                        X-Latin: \u00e4
                        X-Request-Id: my-1
                        X-First: 2
                        Authorization: Bearer t
                        Connection: keep-alive, x-hop
                        X-Hop: 1
                        X-Forwarded-For: 10.9.8.7
                        X-Callbacks-Event: cloudevents/1.0
                        Prefer: wait=10

                        """);
        assertThat(accepted().headers())
                .containsExactly(
                        new Header("Host", "shop:8080"),
                        new Header("x-first", "1"),
                        new Header("X-Latin", "\u00e4"),
                        new Header("X-Request-Id", "my-1"),
                        new Header("X-First", "2"),
                        new Header("Authorization", "Bearer t"),
                        new Header("X-Forwarded-For", "127.0.0.1"),
                        new Header("X-Forwarded-Host", "shop:8080"),
                        new Header("X-Forwarded-Port", "8080"),
                        new Header("X-Forwarded-Proto", "http"));
    }

    @Test
    void getARequestIdWhereTheyHaveNone() {
        var answer = gateway.call(POST + "\n");
        var id = answer.header("x-request-id").orElseThrow();
        assertThat(accepted().requestId()).isEqualTo(id).isNotEmpty();
        assertThat(accepted().headers()).contains(new Header("X-Request-Id", id));
    }

    @Test
    void keepTheirBody() {
        gateway.call(POST + "Content-Length: 5\n\nhello");
        assertThat(accepted().body()).asString(UTF_8).isEqualTo("hello");
    }

    @Test
    void keepAnEmptyBody() {
        gateway.call(POST + "Content-Length: 0\n\n");
        assertThat(accepted().body()).isEmpty();
    }

    @Test
    void keepABodyInChunksAsAWholeOne() {
        gateway.call(POST + "Transfer-Encoding: chunked\n\n3\nhel\n2\nlo\n0\n\n");
        assertThat(accepted().body()).asString(UTF_8).isEqualTo("hello");
        assertThat(accepted().headers())
                .anySatisfy(
                        header -> {
                            assertThat(header.name()).isEqualToIgnoringCase("content-length");
                            assertThat(header.value()).isEqualTo("5");
                        })
                .noneMatch(header -> header.name().equalsIgnoreCase("transfer-encoding"));
    }

    @Test
    void keepABodyOfAnyLengthThatIsAllowed() {
        var answer = gateway.call(POST + "Content-Length: " + LIMIT + "\n\n" + "x".repeat(LIMIT));
        assertThat(answer.status()).isEqualTo(202);
        assertThat(accepted().body()).hasSize(LIMIT);
    }

    @Test
    void areRefusedWithABodyOverTheLimit() {
        var answer = gateway.call(POST + "Content-Length: " + (LIMIT + 1) + "\n\n");
        assertThat(answer.status()).isEqualTo(413);
        assertThat(answer.problem()).isEqualTo("body-too-large");
        assertThat(gateway.accepted).isEmpty();
    }

    @Test
    void areRefusedWithChunksOverTheLimit() {
        var chunk = Integer.toHexString(LIMIT) + "\n" + "x".repeat(LIMIT) + "\n";
        var answer = gateway.call(POST + "Transfer-Encoding: chunked\n\n" + chunk + "1\nx\n0\n\n");
        assertThat(answer.status()).isEqualTo(413);
        assertThat(gateway.accepted).isEmpty();
    }

    @Test
    void areTakenForCallbacksThatAreNotDeployed() {
        gateway.routes.set(Targets.of(7, "POST", "hello/{name}").off().target());
        assertThat(gateway.call(POST + "\n").status()).isEqualTo(202);
    }

    @Test
    void areRefusedWhereThereIsNoCallback() {
        var unknown = gateway.call(POST.replace("hello", "other") + "\n");
        assertThat(unknown.status()).isEqualTo(404);
        assertThat(unknown.problem()).isEqualTo("unknown-path");
        var method = gateway.call(POST.replace("POST", "PUT") + "\n");
        assertThat(method.status()).isEqualTo(405);
        assertThat(gateway.accepted).isEmpty();
    }

    @Test
    void areRefusedWhereTheyBreakTheRules() {
        var answer = gateway.call(POST + "Host: other\n\n");
        assertThat(answer.status()).isEqualTo(400);
        assertThat(gateway.accepted).isEmpty();
    }

    @Test
    void leaveTheConnectionToTheNext() {
        gateway.routes.set(callback("ANY").target());
        try (var caller = gateway.caller()) {
            caller.send(POST + "Content-Length: 5\n\nhello" + POST + "\n");
            assertThat(caller.answer().status()).isEqualTo(202);
            assertThat(caller.answer().status()).isEqualTo(202);
        }
    }

    @Test
    void answerAHeadWithoutBody() {
        gateway.routes.set(callback("GET").target());
        var head = POST.replace("POST", "HEAD") + "\n";
        try (var caller = gateway.caller()) {
            caller.send(head + head);
            assertThat(caller.head().line()).contains("202");
            assertThat(caller.head().line()).contains("202");
        }
    }

    @Test
    void runAGetForAHead() {
        gateway.routes.set(callback("GET").target());
        try (var caller = gateway.caller()) {
            caller.send(POST.replace("POST", "HEAD") + "\n").head();
        }
        assertThat(accepted().method()).isEqualTo("GET");
    }

    @Test
    void areSentAsTheyCame() {
        gateway.call(POST + "X-A: 1\nContent-Length: 5\n\nhello");
        var sendable = accepted().toSend();
        assertThat(sendable.method().name()).isEqualTo("POST");
        assertThat(sendable.target()).isEqualTo("/api/hello/w%20d?x=1");
        assertThat(sendable.body()).asString(UTF_8).isEqualTo("hello");
        assertThat(sendable.headers().getAll("x-a")).isEqualTo(List.of("1"));
        assertThat(sendable.headers().get("X-Callbacks-Resource")).isEqualTo("/hello/{name}");
        assertThat(sendable.headers().get("X-Callbacks-Source-Ip")).isEqualTo("127.0.0.1");
        assertThat(sendable.headers().get("X-Callbacks-Path-Parameters"))
                .isEqualTo("{\"name\":\"w d\"}");
        assertThat(sendable.headers().contains("X-Callbacks-Event")).isFalse();
    }
}
