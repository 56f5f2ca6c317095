package io.callbacks.invoker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.callbacks.embedded.EmbeddedBroker;
import io.callbacks.invoker.testing.Answer;
import io.callbacks.invoker.testing.Caller;
import io.callbacks.invoker.testing.Publisher;
import io.callbacks.invoker.testing.ScriptedServer;
import io.callbacks.invoker.testing.Snapshots;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.context.ConfigurableApplicationContext;

/** The whole invoker, on a real broker. */
class InvokerApplicationTests {
    private static final Duration PATIENT = Duration.ofSeconds(30);

    @TempDir static Path directory;
    private static EmbeddedBroker broker;
    private static Publisher publisher;

    @BeforeAll
    static void startBroker() {
        broker = EmbeddedBroker.start(directory);
        publisher = new Publisher(broker.address());
    }

    @AfterAll
    static void stopBroker() {
        publisher.close();
        broker.close();
    }

    private static ConfigurableApplicationContext start(String... more) {
        return InvokerApplication.application()
                .properties(more)
                .run(
                        "--server.port=0",
                        "--callbacks.kafka=" + broker.address(),
                        "--callbacks.invoker.registry-url=http://127.0.0.1:9");
    }

    private static Caller caller(ConfigurableApplicationContext invoker) {
        var port = invoker.getEnvironment().getRequiredProperty("local.server.port", int.class);
        return new Caller(new InetSocketAddress("127.0.0.1", port));
    }

    private static Answer get(ConfigurableApplicationContext invoker, String target) {
        try (var caller = caller(invoker)) {
            return caller.send("GET " + target + " HTTP/1.1\nHost: localhost\n\n").answer();
        }
    }

    @Test
    void servesFromItsStartToItsEnd() throws Exception {
        try (var instance = new ScriptedServer(it -> it.answer(200, "hello"));
                var invoker = start()) {
            assertThat(get(invoker, "/healthz").status()).isEqualTo(200);
            assertThat(get(invoker, "/readyz").status()).isEqualTo(503);
            assertThat(get(invoker, "/api/hello").problem()).isEqualTo("not-ready");

            publisher.createTopics();
            publisher.publish(Snapshots.callback(1, 1, "hello", true));
            publisher.publish(1, Snapshots.route(1, 1, instance.url()));
            await().atMost(PATIENT)
                    .untilAsserted(
                            () -> assertThat(get(invoker, "/api/hello").status()).isEqualTo(200));

            assertThat(get(invoker, "/readyz").status()).isEqualTo(200);
            assertThat(get(invoker, "/readyz/").status()).isEqualTo(200);
            assertThat(get(invoker, "/metrics").text())
                    .contains("callbacks_gateway_requests_total{callback=\"1\",outcome=\"2xx\"}")
                    .contains("callbacks_gateway_latency_seconds_bucket")
                    .contains("callbacks_gateway_in_flight 0.0");
            assertThat(get(invoker, "/elsewhere").problem()).isEqualTo("not-found");
            assertThat(get(invoker, "/health").problem()).isEqualTo("not-found");
            assertThat(get(invoker, "/callbacks/").problem()).isEqualTo("service-away");
            drains(invoker, instance);
        }
    }

    @Test
    void givesNoticeBeforeItLeaves() throws Exception {
        try (var invoker = start("callbacks.invoker.notice=3s");
                var early = caller(invoker)) {
            early.send("GET /api/hello HTTP/1.1\nHost: localhost\n\n");
            assertThat(early.answer().header("Connection")).isEmpty();

            var closing = CompletableFuture.runAsync(invoker::close);
            await().atMost(PATIENT).until(() -> isAskedToLeave(get(invoker, "/elsewhere")));
            assertThat(get(invoker, "/readyz").status()).isEqualTo(503);
            early.send("GET /api/hello HTTP/1.1\nHost: localhost\n\n");
            assertThat(isAskedToLeave(early.answer())).isTrue();
            assertThat(early.untilEnd()).isEmpty();
            closing.get(PATIENT.toSeconds(), TimeUnit.SECONDS);
        }
    }

    private static boolean isAskedToLeave(Answer answer) {
        return answer.header("Connection").filter("close"::equalsIgnoreCase).isPresent();
    }

    private static boolean isClosed(ConfigurableApplicationContext invoker) {
        try (var _ = caller(invoker)) {
            return false;
        } catch (UncheckedIOException e) {
            return true;
        }
    }

    private static void drains(ConfigurableApplicationContext invoker, ScriptedServer instance)
            throws Exception {
        while (instance.count() > 0) {
            instance.received();
        }
        instance.now(instance::hang);
        try (var caller = caller(invoker)) {
            caller.send("GET /api/hello HTTP/1.1\nHost: localhost\n\n");
            var held = instance.received();
            var closing = CompletableFuture.runAsync(invoker::close);
            await().atMost(PATIENT).until(() -> isClosed(invoker));
            assertThat(closing).isNotDone();
            held.answer(200, "at last");
            assertThat(caller.answer().text()).isEqualTo("at last");
            closing.get(PATIENT.toSeconds(), TimeUnit.SECONDS);
        }
    }
}
