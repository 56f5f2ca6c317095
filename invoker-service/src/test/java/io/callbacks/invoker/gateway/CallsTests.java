package io.callbacks.invoker.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import io.callbacks.invoker.gateway.Reply.Answer;
import io.callbacks.invoker.gateway.Reply.NotReached;
import io.callbacks.invoker.testing.CountingLeakDetector;
import io.callbacks.invoker.testing.ScriptedServer;
import io.callbacks.invoker.testing.ScriptedServer.Script;
import io.callbacks.invoker.testing.Targets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

class CallsTests {
    private static final Duration PATIENT = Duration.ofSeconds(20);
    private static final int LARGEST = TestCalls.LARGEST_ANSWER;
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

    private final TestCalls calls = new TestCalls();
    private final ScriptedServer instance = new ScriptedServer(it -> it.answer(200, "hello"));
    private final ScriptedServer other = new ScriptedServer(it -> it.answer(200, "other"));

    @AfterAll
    static void nothingLeaked() {
        assertThat(CountingLeakDetector.leaks()).isEmpty();
    }

    @AfterEach
    void close() {
        calls.close();
        instance.close();
        other.close();
    }

    /** One that takes one call at a time, so that a turn that was kept would be missed. */
    private static Targets callback() {
        return Targets.of(1, "POST", "hello").concurrency(1);
    }

    private Targets here() {
        return callback().at("1-1-a", instance.url());
    }

    private Mono<Reply> calling(Targets targets, Duration patience) {
        calls.routes.set(targets.target());
        var event = Sendable.event("3-1042", "{}".getBytes(UTF_8));
        return calls.calls.call(targets.target(), event, patience, () -> true);
    }

    private @Nullable Reply call(Targets targets, Duration patience) {
        return calling(targets, patience).block(PATIENT);
    }

    private Answer answer(Targets targets) {
        return (Answer) requireNonNull(call(targets, PATIENT));
    }

    private void isNotReached(Targets targets, String problem) {
        assertThat(call(targets, Duration.ofMillis(200)))
                .asInstanceOf(type(NotReached.class))
                .extracting(it -> it.problem().name())
                .isEqualTo(problem);
    }

    /** A turn that one before had not given back would not come. */
    private void isStillServed() {
        instance.now(it -> it.answer(200, "served"));
        assertThat(answer(here()).body()).asString(UTF_8).isEqualTo("served");
    }

    private void failed(Answer answer, int status, String problem) {
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.problem()).contains(problem);
        assertThat(answer.revision()).isZero();
        assertThat(answer.body()).isEmpty();
        isStillServed();
    }

    @Test
    void giveTheAnswerOfTheFunction() {
        instance.now(
                it ->
                        it.write(
                                "HTTP/1.1 418 Tea\nContent-Type: text/x\nContent-Length: 3\n"
                                        + "X-Callbacks-Revision: 5\nX-Callbacks-Env-Version: 6\n"
                                        + "\ntea"));
        var answer = answer(here());
        assertThat(answer.status()).isEqualTo(418);
        assertThat(answer.problem()).isEmpty();
        assertThat(answer.contentType()).contains("text/x");
        assertThat(answer.body()).asString(UTF_8).isEqualTo("tea");
        assertThat(answer.revision()).isEqualTo(5);
        assertThat(answer.envVersion()).isEqualTo(6);
    }

    @Test
    void tellFromTheRouteWhatAnsweredWhereTheInstanceDoesNot() {
        var answer = answer(here().envVersion(9));
        assertThat(answer.revision()).isEqualTo(1);
        assertThat(answer.envVersion()).isEqualTo(9);
        assertThat(answer.contentType()).isEmpty();
    }

    @Test
    void giveWhatThePlatformSaysOfTheFunction() {
        instance.now(
                it ->
                        it.write(
                                "HTTP/1.1 500 Raised\nX-Callbacks-Error: handler-raised\n"
                                        + "Content-Length: 2\n\n{}"));
        assertThat(answer(here()).problem()).contains("handler-raised");
    }

    @Test
    void sendTheEventAndWhatTheInstanceMustKnow() throws Exception {
        answer(here().timeout(12));
        var sent = instance.received();
        assertThat(sent.head().line()).isEqualTo("POST / HTTP/1.1");
        assertThat(sent.body()).asString(UTF_8).isEqualTo("{}");
        assertThat(sent.head().headers())
                .containsExactlyInAnyOrder(
                        "host: callbacks",
                        "X-Request-Id: 3-1042",
                        "content-type: application/json",
                        "content-length: 2",
                        "X-Callbacks-Event: cloudevents/1.0",
                        "X-Callbacks-Instance: 1-1-a",
                        "X-Callbacks-Timeout-Ms: 12000");
    }

    @Test
    void giveAnAnswerInChunksWhole() {
        instance.now(
                it -> {
                    it.write("HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n");
                    it.chunk("hel");
                    it.chunk("lo");
                    it.chunk("");
                });
        assertThat(answer(here()).body()).asString(UTF_8).isEqualTo("hello");
    }

    @Test
    void giveAnAnswerWithoutBody() {
        instance.now(it -> it.write("HTTP/1.1 204 None\n\n"));
        assertThat(answer(here()).body()).isEmpty();
        isStillServed();
    }

    @Test
    void doNotReachWhatIsNotDeployed() {
        isNotReached(here().off(), "not-deployed");
        assertThat(instance.count()).isZero();
    }

    @Test
    void doNotReachWhatDoesNotRunInTime() {
        isNotReached(callback(), "not-ready");
    }

    @Test
    void doNotReachWhatIsBusyForTooLong() throws Exception {
        instance.now(instance::hang);
        var running = calling(here(), PATIENT).subscribe();
        instance.received();
        isNotReached(here(), "busy");
        running.dispose();
        isStillServed();
    }

    @Test
    void tryAnotherInstanceWhereOneRefuses() throws Exception {
        instance.now(REFUSING);
        var reply = calling(here(), PATIENT).toFuture();
        instance.received();
        calls.routes.set(callback().generation(2).at("1-2-b", other.url()).target());
        assertThat(requireNonNull(reply.join()))
                .asInstanceOf(type(Answer.class))
                .extracting(it -> new String(it.body(), UTF_8))
                .isEqualTo("other");
    }

    @Test
    void tryAgainWhereAnInstanceIsFull() throws Exception {
        instance.now(FULL);
        var reply = calling(here(), PATIENT).toFuture();
        instance.received();
        instance.received();
        instance.now(it -> it.answer(200, "room"));
        assertThat(requireNonNull(reply.join()))
                .asInstanceOf(type(Answer.class))
                .extracting(it -> new String(it.body(), UTF_8))
                .isEqualTo("room");
    }

    @Test
    void giveUpWhereAllInstancesRefuse() {
        instance.now(REFUSING);
        isNotReached(here(), "not-ready");
    }

    @Test
    void endWhereTheFunctionOverrunsItsTimeout() {
        instance.now(instance::hang);
        failed(answer(here().timeout(1)), 504, "timeout");
    }

    @Test
    void endWhereTheFunctionOverrunsItsTimeoutWithinItsAnswer() {
        instance.now(
                it -> {
                    it.write("HTTP/1.1 200 OK\nContent-Length: 10\n\nhello");
                    instance.hang(it);
                });
        failed(answer(here().timeout(1)), 504, "timeout");
    }

    @Test
    void endWhereTheInstanceBreaksOff() {
        instance.now(it -> it.socket().close());
        failed(answer(here()), 502, "instance-broke-off");
    }

    @Test
    void endWhereTheInstanceBreaksOffWithinItsAnswer() {
        instance.now(
                it -> {
                    it.write("HTTP/1.1 200 OK\nContent-Length: 10\n\nhello");
                    it.socket().close();
                });
        failed(answer(here()), 502, "instance-broke-off");
    }

    @Test
    void endWhereTheInstanceAnswersNonsense() {
        instance.now(
                it -> {
                    it.write("nonsense\n\n");
                    it.socket().close();
                });
        failed(answer(here()), 502, "instance-broke-off");
    }

    @Test
    void takeTheLargestAnswer() {
        instance.now(it -> it.answer(200, "x".repeat(LARGEST)));
        assertThat(answer(here()).body()).hasSize(LARGEST);
    }

    @Test
    void endWhereAnAnswerSaysThatItIsTooLarge() {
        instance.now(it -> it.answer(200, "x".repeat(LARGEST + 1)));
        failed(answer(here()), 502, "answer-too-large");
    }

    @Test
    void endWhereAnAnswerTurnsOutToBeTooLarge() {
        instance.now(
                it -> {
                    it.write("HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n");
                    it.chunk("x".repeat(LARGEST - 1));
                    it.chunk("xx");
                    it.chunk("x".repeat(LARGEST));
                    it.chunk("");
                });
        failed(answer(here()), 502, "answer-too-large");
    }

    @Test
    void endWithoutReplyWhereTheyAreCalledOff() {
        calls.routes.set(here().target());
        var event = Sendable.event("1", "{}".getBytes(UTF_8));
        var reply = calls.calls.call(here().target(), event, PATIENT, () -> false).block(PATIENT);
        assertThat(reply).isNull();
        assertThat(instance.count()).isZero();
        isStillServed();
    }

    @Test
    void letGoOfTheInstanceWhenNobodyWaitsAnyMore() throws Exception {
        instance.now(instance::hang);
        var running = calling(here(), PATIENT).subscribe();
        instance.received();
        running.dispose();
        instance.closed();
        isStillServed();
    }
}
