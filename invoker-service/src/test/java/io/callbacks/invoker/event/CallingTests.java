package io.callbacks.invoker.event;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.callbacks.invoker.event.CallSubject.Callee;
import io.callbacks.invoker.event.Ending.Cancelled;
import io.callbacks.invoker.event.Ending.Completed;
import io.callbacks.invoker.event.Ending.Failed;
import io.callbacks.invoker.gateway.Sendable;
import io.callbacks.invoker.gateway.TestCalls;
import io.callbacks.invoker.testing.ScriptedServer;
import io.callbacks.invoker.testing.ScriptedServer.Script;
import io.callbacks.invoker.testing.Targets;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CallingTests {
    private static final Duration PATIENT = Duration.ofSeconds(20);
    private static final Duration SOON = Duration.ofMillis(300);

    private final TestCalls calls = new TestCalls();
    private final Rooms rooms = new Rooms(calls.routes);
    private final ScriptedServer instance = new ScriptedServer(answering(200));
    private final FirstCallback order = new FirstCallback();

    @AfterEach
    void close() {
        calls.close();
        instance.close();
    }

    /** Calls the callback 1; notes which tries have begun. */
    private class FirstCallback implements Order {
        final List<Integer> begun = new CopyOnWriteArrayList<>();
        final List<Integer> sent = new CopyOnWriteArrayList<>();
        volatile Optional<String> obstacle = Optional.empty();
        volatile @Nullable RuntimeException broken;

        @Override
        public Optional<Callee> callee() {
            return calls.routes
                    .current()
                    .flatMap(table -> table.target(1))
                    .map(target -> new Callee(target, Map.of()));
        }

        @Override
        public String subject() {
            return "callback 1";
        }

        @Override
        public Sendable toSend(Callee callee, int attempt) {
            var error = broken;
            if (error != null) {
                throw error;
            }
            sent.add(attempt);
            return Sendable.event("3-1042", "{}".getBytes(UTF_8));
        }

        @Override
        public Optional<String> obstacle(Callee callee) {
            return obstacle;
        }

        @Override
        public void begins(Callee callee, int attempt) {
            begun.add(attempt);
        }
    }

    private Targets callback() {
        return Targets.of(1, "POST", "x").at("1-1-a", instance.url()).retry(3, 500, 503);
    }

    private Calling calling(Duration patience) {
        return new Calling(order, calls.calls, rooms, patience);
    }

    private Ending ending(Duration patience) {
        return endingOf(calling(patience).begin());
    }

    private static Ending endingOf(CompletableFuture<Ending> ending) {
        return ending.orTimeout(20, TimeUnit.SECONDS).join();
    }

    private Completed completed() {
        return (Completed) ending(PATIENT);
    }

    private Failed failed(Duration patience) {
        return (Failed) ending(patience);
    }

    private static Script answering(int status) {
        return it -> it.answer(status, "answer " + status);
    }

    private static Script telling(int status, String problem) {
        return it ->
                it.write(
                        "HTTP/1.1 %d Problem\nX-Callbacks-Error: %s\nContent-Length: 0\n\n"
                                .formatted(status, problem));
    }

    /** One after the other. */
    private static Script each(Script... scripts) {
        Queue<Script> left = new ArrayDeque<>(List.of(scripts));
        return it -> left.remove().answer(it);
    }

    @Test
    void givesTheAnswerOfTheFunction() {
        calls.routes.set(callback().target());
        var completed = completed();
        assertThat(completed.tries()).isEqualTo(1);
        assertThat(completed.answer().body()).asString(UTF_8).isEqualTo("answer 200");
        assertThat(completed.callee().target().callbackId()).isEqualTo(1);
    }

    @Test
    void triesStatusesAgainThatTheCallbackNames() {
        calls.routes.set(callback().target());
        instance.now(each(answering(500), answering(503), answering(201)));
        var completed = completed();
        assertThat(completed.tries()).isEqualTo(3);
        assertThat(completed.answer().status()).isEqualTo(201);
        assertThat(order.begun).containsExactly(1, 2, 3);
        assertThat(order.sent).containsExactly(1, 2, 3);
    }

    @Test
    void takesOtherStatusesForResults() {
        calls.routes.set(callback().target());
        for (int status : new int[] {404, 502, 504, 400}) {
            instance.now(answering(status));
            assertThat(completed().answer().status()).isEqualTo(status);
        }
    }

    @Test
    void failsWithTheLastAnswerWhereAllTriesAreUsedUp() {
        calls.routes.set(callback().target());
        instance.now(each(answering(500), answering(500), answering(503)));
        var failed = failed(PATIENT);
        assertThat(failed.problem()).isEqualTo("status-503");
        assertThat(failed.reason()).isEqualTo("The handler answered with status 503.");
        assertThat(failed.tries()).isEqualTo(3);
        assertThat(failed.answer().orElseThrow().status()).isEqualTo(503);
        assertThat(failed.callee().orElseThrow().target().callbackId()).isEqualTo(1);
    }

    @Test
    void triesOnceWhereTheCallbackWantsNoMore() {
        calls.routes.set(callback().retry(1, 500).target());
        instance.now(answering(500));
        assertThat(failed(PATIENT).tries()).isEqualTo(1);
    }

    @Test
    void namesWhatThePlatformSays() {
        calls.routes.set(callback().retry(2, 500).target());
        instance.now(telling(500, "handler-raised"));
        var failed = failed(PATIENT);
        assertThat(failed.problem()).isEqualTo("handler-raised");
        assertThat(failed.reason()).isEqualTo("The handler raised; its log says what.");
        assertThat(failed.tries()).isEqualTo(2);
    }

    @Test
    void failsAtOnceWhereThePlatformSaysWhatIsNotToBeTriedAgain() {
        calls.routes.set(callback().retry(3, 500).target());
        instance.now(telling(502, "bad-answer"));
        var failed = failed(PATIENT);
        assertThat(failed.problem()).isEqualTo("bad-answer");
        assertThat(failed.tries()).isEqualTo(1);
    }

    @Test
    void failsAtOnceWhereTheHandlerCannotReadTheEvent() {
        calls.routes.set(callback().retry(3, 500).target());
        instance.now(telling(500, "bad-event"));
        var failed = failed(PATIENT);
        assertThat(failed.problem()).isEqualTo("bad-event");
        assertThat(failed.tries()).isEqualTo(1);
    }

    @Test
    void triesAgainWhereAnInstanceBreaksOff() {
        calls.routes.set(callback().retry(2, 502).target());
        instance.now(each(it -> it.socket().close(), answering(200)));
        assertThat(completed().tries()).isEqualTo(2);
    }

    @Test
    void triesAgainWhereTheFunctionOverrunsItsTimeout() {
        calls.routes.set(callback().timeout(1).retry(2, 504).target());
        instance.now(each(instance::hang, answering(200)));
        assertThat(completed().tries()).isEqualTo(2);
    }

    @Test
    void waitsForWhatIsNotDeployedAndCountsNoTry() {
        calls.routes.set(callback().off().target());
        var ending = calling(PATIENT).begin();
        calls.routes.set(callback().generation(2).target());
        assertThat(((Completed) endingOf(ending)).tries()).isEqualTo(1);
        assertThat(order.begun).containsExactly(1);
    }

    @Test
    void waitsForACallbackThatIsNotThere() {
        var ending = calling(PATIENT).begin();
        assertThat(ending).isNotDone();
        calls.routes.set(callback().target());
        assertThat(endingOf(ending)).isInstanceOf(Completed.class);
    }

    @Test
    void waitsWhileSomethingStandsInTheWay() {
        calls.routes.set(callback().target());
        order.obstacle = Optional.of("Another revision serves.");
        var ending = calling(PATIENT).begin();
        await().during(Duration.ofMillis(200)).until(() -> !ending.isDone());
        order.obstacle = Optional.empty();
        assertThat(endingOf(ending)).isInstanceOf(Completed.class);
    }

    @Test
    void failsWhereItsPatienceIsOver() {
        assertThat(failed(SOON))
                .isEqualTo(
                        new Failed(
                                "unknown-callback",
                                "There is no callback 1; create it.",
                                0,
                                Optional.empty(),
                                Optional.empty()));
        calls.routes.set(callback().off().target());
        assertThat(failed(SOON).problem()).isEqualTo("not-deployed");
        calls.routes.set(Targets.of(1, "POST", "x").target());
        assertThat(failed(SOON).problem()).isEqualTo("not-ready");
        calls.routes.set(callback().target());
        order.obstacle = Optional.of("Another revision serves.");
        assertThat(failed(SOON).problem()).isEqualTo("revision-not-serving");
        assertThat(order.begun).isEmpty();
    }

    @Test
    void doesNotStandInLineForLongWhereOthersStoodThereForNothing() {
        calls.routes.set(Targets.of(1, "POST", "x").target());
        assertThat(failed(SOON).problem()).isEqualTo("not-ready");
        var before = order.sent.size();
        var many = Stream.generate(() -> calling(PATIENT).begin()).limit(200).toList();
        await().atMost(Duration.ofSeconds(8)).until(() -> order.sent.size() >= before + 200);
        calls.routes.set(callback().target());
        assertThat(many).map(CallingTests::endingOf).hasOnlyElementsOfType(Completed.class);
    }

    @Test
    void losesNoPatienceWhereThereIsOnlyMuchToDo() throws Exception {
        calls.routes.set(callback().concurrency(1).target());
        instance.now(instance::hang);
        var _ = calling(PATIENT).begin();
        var running = instance.received();
        var ending = calling(SOON).begin();
        await().during(SOON.multipliedBy(4)).until(() -> !ending.isDone());
        instance.now(answering(200));
        running.socket().close();
        assertThat(((Completed) endingOf(ending)).tries()).isEqualTo(1);
    }

    @Test
    void isWaitedForWhereItsBodyCannotBeReadNow() {
        calls.routes.set(callback().target());
        order.broken = new UncheckedIOException(new IOException("no such file"));
        assertThat(failed(SOON).problem()).isEqualTo("body-not-readable");
        var ending = calling(PATIENT).begin();
        order.broken = null;
        assertThat(endingOf(ending)).isInstanceOf(Completed.class);
    }

    @Test
    void isCalledOffBeforeItBegins() {
        calls.routes.set(callback().target());
        var calling = calling(PATIENT);
        assertThat(calling.cancel()).isTrue();
        assertThat(calling.cancel()).isTrue();
        assertThat(endingOf(calling.begin())).isEqualTo(new Cancelled());
        assertThat(instance.count()).isZero();
    }

    @Test
    void isCalledOffWhileItWaits() {
        calls.routes.set(callback().off().target());
        var calling = calling(PATIENT);
        var ending = calling.begin();
        assertThat(calling.cancel()).isTrue();
        assertThat(endingOf(ending)).isEqualTo(new Cancelled());
        calls.routes.set(callback().generation(2).target());
        await().during(SOON).until(() -> instance.count() == 0);
    }

    @Test
    void isCalledOffInLine() throws Exception {
        calls.routes.set(callback().concurrency(1).target());
        instance.now(instance::hang);
        var _ = calling(PATIENT).begin();
        var running = instance.received();
        var calling = calling(PATIENT);
        var ending = calling.begin();
        assertThat(calling.cancel()).isTrue();
        assertThat(endingOf(ending)).isEqualTo(new Cancelled());
        instance.now(answering(200));
        running.socket().close();
        assertThat(completed().tries()).isEqualTo(1);
    }

    @Test
    void isNotCalledOffOnceTheHandlerHasIt() throws Exception {
        calls.routes.set(callback().target());
        instance.now(instance::hang);
        var calling = calling(PATIENT);
        var ending = calling.begin();
        var running = instance.received();
        assertThat(calling.cancel()).isFalse();
        running.answer(200, "all the same");
        assertThat(endingOf(ending)).isInstanceOf(Completed.class);
    }

    @Test
    void isNotCalledOffBetweenTries() {
        calls.routes.set(callback().target());
        instance.now(each(answering(500), answering(200)));
        var calling = calling(PATIENT);
        var ending = calling.begin();
        await().until(() -> !order.begun.isEmpty());
        assertThat(calling.cancel()).isFalse();
        assertThat(((Completed) endingOf(ending)).tries()).isEqualTo(2);
    }

    @Test
    void isAbandonedWhereTheHandlerDoesNotHaveIt() {
        calls.routes.set(callback().off().target());
        var calling = calling(PATIENT);
        var ending = calling.begin();
        calling.abandon();
        assertThat(endingOf(ending)).isEqualTo(new Cancelled());
    }

    @Test
    void makesNoMoreTriesWhenItIsAbandoned() throws Exception {
        calls.routes.set(callback().target());
        instance.now(instance::hang);
        var calling = calling(PATIENT);
        var ending = calling.begin();
        var running = instance.received();
        calling.abandon();
        assertThat(ending).isNotDone();
        running.answer(500, "no");
        assertThat(endingOf(ending)).isEqualTo(new Cancelled());
        assertThat(order.begun).containsExactly(1);
    }

    @Test
    void takesTheAnswerOfATryThatIsAbandoned() throws Exception {
        calls.routes.set(callback().target());
        instance.now(instance::hang);
        var calling = calling(PATIENT);
        var ending = calling.begin();
        var running = instance.received();
        calling.abandon();
        running.answer(200, "in time");
        assertThat(endingOf(ending)).isInstanceOf(Completed.class);
    }

    @Test
    void failsWhereTheOrderIsBrokenAndLeavesItsRoom() {
        calls.routes.set(callback().concurrency(1).target());
        order.broken = new IllegalStateException("nothing to send");
        for (int i = 0; i < 30; i++) {
            assertThat(failed(PATIENT).problem()).isEqualTo("internal-error");
        }
        order.broken = null;
        assertThat(ending(PATIENT)).isInstanceOf(Completed.class);
    }

    @Test
    void leavesItsRoomHoweverItEnds() {
        calls.routes.set(callback().concurrency(1).target());
        for (int i = 0; i < 30; i++) {
            instance.now(answering(i % 2 == 0 ? 200 : 404));
            completed();
            var cancelled = calling(PATIENT);
            cancelled.cancel();
            assertThat(endingOf(cancelled.begin())).isEqualTo(new Cancelled());
        }
        assertThat(completed().tries()).isEqualTo(1);
    }
}
