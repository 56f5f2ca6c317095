package io.callbacks.invoker.gateway;

import static java.util.concurrent.CompletableFuture.supplyAsync;
import static org.assertj.core.api.Assertions.assertThat;

import io.callbacks.invoker.testing.Answer;
import io.callbacks.invoker.testing.CountingLeakDetector;
import io.callbacks.invoker.testing.ScriptedServer;
import io.callbacks.invoker.testing.ScriptedServer.Script;
import io.callbacks.invoker.testing.Targets;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Waiting for an instance, for a newer route, for a newer env; and trying another. */
class GatewayRetryTests {
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

    private final GatewayServer gateway = new GatewayServer(Duration.ofSeconds(5));
    private final ScriptedServer instance = new ScriptedServer(it -> it.answer(200, "hello"));
    private final ScriptedServer other = new ScriptedServer(it -> it.answer(200, "other"));
    private final ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor();

    @AfterAll
    static void nothingLeaked() {
        assertThat(CountingLeakDetector.leaks()).isEmpty();
    }

    @AfterEach
    void close() {
        callers.shutdownNow();
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

    private CompletableFuture<Answer> calling() {
        return supplyAsync(() -> gateway.get("/api/hello"), callers);
    }

    private static Answer answerOf(CompletableFuture<Answer> call) {
        return call.orTimeout(10, TimeUnit.SECONDS).join();
    }

    private static URI nowhere() throws java.io.IOException {
        try (var unused = new ServerSocket(0)) {
            return URI.create("http://127.0.0.1:" + unused.getLocalPort());
        }
    }

    @Test
    void waitsForTheNewerRouteWhereAnInstanceRefuses() throws Exception {
        gateway.routes.set(here().target());
        instance.now(REFUSING);
        var call = calling();
        instance.received();
        gateway.routes.set(callback().generation(2).at("1-2-b", other.url()).target());
        assertThat(answerOf(call).text()).isEqualTo("other");
    }

    @Test
    void sendsABodyItHasKeptAgain() throws Exception {
        gateway.routes.set(here().target());
        instance.now(REFUSING);
        var body = "x".repeat(900_000);
        var call = supplyAsync(() -> gateway.call(POST.formatted(900_000) + body), callers);
        instance.received();
        gateway.routes.set(callback().generation(2).at("1-2-b", other.url()).target());
        assertThat(answerOf(call).text()).isEqualTo("other");
        assertThat(other.received().body()).hasSize(900_000).containsOnly('x');
    }

    @Test
    void triesAnotherInstanceWhereOneCannotBeReached() throws Exception {
        gateway.routes.set(callback().at("1-1-a", nowhere()).at("1-1-b", other.url()).target());
        for (int i = 0; i < 4; i++) {
            assertThat(gateway.get("/api/hello").text()).isEqualTo("other");
        }
    }

    @Test
    void waitsForARouteWhereNoInstanceCanBeReached() throws Exception {
        gateway.routes.set(callback().at("1-1-a", nowhere()).target());
        var call = calling();
        gateway.routes.set(callback().at("1-1-b", other.url()).target());
        assertThat(answerOf(call).text()).isEqualTo("other");
    }

    @Test
    void triesAnotherInstanceWhereOneIsFull() {
        gateway.routes.set(here().at("1-1-b", other.url()).target());
        instance.now(FULL);
        for (int i = 0; i < 4; i++) {
            assertThat(gateway.get("/api/hello").text()).isEqualTo("other");
        }
    }

    @Test
    void waitsForWhatIsDeployedButNotReady() {
        gateway.routes.set(callback().target());
        var call = calling();
        gateway.routes.set(here().target());
        assertThat(answerOf(call).text()).isEqualTo("hello");
    }

    @Test
    void stopsWaitingWhereItIsUndeployed() throws Exception {
        gateway.routes.set(here().target());
        instance.now(REFUSING);
        var call = calling();
        instance.received();
        gateway.routes.set(callback().generation(2).off().target());
        assertThat(answerOf(call).problem()).isEqualTo("not-deployed");
    }

    @Test
    void gives504WhereTheTimeoutEndsInTheQueue() {
        gateway.routes.set(callback().timeout(1).target());
        var answer = gateway.get("/api/hello");
        assertThat(answer.status()).isEqualTo(504);
        assertThat(answer.problem()).isEqualTo("timeout");
    }

    @Test
    void holdsARequestForTheEnvItAsksFor() {
        gateway.routes.set(here().envVersion(3).target());
        var request = "GET /api/hello HTTP/1.1\nHost: x\nX-Callbacks-Min-Env-Version: 4\n\n";
        var call = supplyAsync(() -> gateway.call(request), callers);
        assertThat(gateway.get("/api/hello").status()).isEqualTo(200);
        gateway.routes.set(here().envVersion(4).target());
        assertThat(answerOf(call).header("x-callbacks-env-version")).contains("4");
        assertThat(gateway.call(request.replace(": 4", ": x")).status()).isEqualTo(400);
    }

    @Test
    void sendsAnInstanceNoMoreThanItTakesAtOnce() throws Exception {
        gateway.routes.set(here().concurrency(1).target());
        var gate = new CountDownLatch(1);
        instance.now(
                it -> {
                    gate.await();
                    it.answer(200, "done");
                });
        var first = calling();
        instance.received();
        var second = calling();
        assertThat(second).isNotDone();
        assertThat(instance.count()).isZero();
        gate.countDown();
        assertThat(answerOf(first).text()).isEqualTo("done");
        assertThat(answerOf(second).text()).isEqualTo("done");
    }

    @Test
    void givesTheTurnOfACallerThatWentAwayToTheNext() throws Exception {
        gateway.routes.set(here().concurrency(1).target());
        instance.now(instance::hang);
        try (var first = gateway.caller()) {
            first.send("GET /api/hello HTTP/1.1\nHost: x\n\n");
            instance.received();
            instance.now(it -> it.answer(200, "next"));
            var second = calling();
            first.close();
            assertThat(answerOf(second).text()).isEqualTo("next");
        }
    }
}
