package io.callbacks.invoker.event;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.callbacks.event.Topics;
import io.callbacks.invoker.delivery.Handler.Former;
import io.callbacks.invoker.delivery.Outcome;
import io.callbacks.invoker.event.Invocations.Given;
import io.callbacks.invoker.gateway.TestCalls;
import io.callbacks.invoker.testing.Broker;
import io.callbacks.invoker.testing.Delivered;
import io.callbacks.invoker.testing.OnBroker;
import io.callbacks.invoker.testing.ScriptedServer;
import io.callbacks.invoker.testing.Targets;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Each life of an invoker reads what the ones before have noted. */
@ExtendWith(OnBroker.class)
class InvocationsTests {
    private static final Duration PATIENCE = Duration.ofMillis(300);

    private final TestCalls calls = new TestCalls();
    private final ScriptedServer instance = new ScriptedServer(it -> it.answer(200, "1"));
    private final String id = UUID.randomUUID().toString();
    private final Broker broker;

    InvocationsTests(Broker broker) {
        this.broker = broker;
    }

    @BeforeEach
    void deploy() {
        broker.create(Topics.INVOCATION_DONE, 1);
        calls.routes.set(Targets.of(1, "POST", "x").at("1-1-a", instance.url()).target());
    }

    @AfterEach
    void close() {
        calls.close();
        instance.close();
    }

    private Invocations life(Duration memory) {
        var invocations =
                new Invocations(
                        calls.routes,
                        new Callers(calls.calls, calls.routes, PATIENCE),
                        new HttpRecords(
                                () -> {
                                    throw new AssertionError("nothing is large here");
                                },
                                Clock.systemUTC()),
                        new ResultRecords(
                                () -> {
                                    throw new AssertionError("nothing is large here");
                                },
                                Clock.systemUTC()),
                        new EventMetrics(new SimpleMeterRegistry()),
                        new DoneNotes(KafkaSettings.reader(broker.servers())),
                        memory,
                        Clock.systemUTC());
        invocations.assigned(
                Map.of(new TopicPartition(Topics.INVOCATION, 3), new Former(Optional.empty(), 0)));
        return invocations;
    }

    private Invocations life() {
        return life(Duration.ofMinutes(10));
    }

    private ConsumerRecord<byte[], byte[]> call(long offset, String subject) {
        return Delivered.at(Topics.INVOCATION, 3, offset)
                .header("ce_specversion", "1.0")
                .header("ce_id", id)
                .header("ce_source", "/shop")
                .header("ce_type", "order-placed")
                .header("ce_subject", subject)
                .record();
    }

    private static ConsumerRecord<byte[], byte[]> noEvent(long offset) {
        return Delivered.at(Topics.INVOCATION, 3, offset).value("?").record();
    }

    private static Outcome handled(Invocations life, Given given) {
        return life.handle(List.of(given))
                .toCompletableFuture()
                .orTimeout(20, TimeUnit.SECONDS)
                .join();
    }

    private static Outcome handled(Invocations life, ConsumerRecord<byte[], byte[]> delivered) {
        return handled(life, life.read(delivered));
    }

    /** As a commit does. */
    private void publish(Outcome outcome) {
        broker.send(
                outcome.records().stream()
                        .filter(it -> it.topic().equals(Topics.INVOCATION_DONE))
                        .toList());
    }

    private static List<String> topics(Outcome outcome) {
        return outcome.records().stream().map(ProducerRecord::topic).toList();
    }

    @Test
    void tellWhatTheHandlerAnsweredAndNoteIt() {
        var outcome = handled(life(), call(1, "1"));
        assertThat(topics(outcome))
                .containsExactly(Topics.INVOCATION_RESULT, Topics.INVOCATION_DONE);
        var result = outcome.records().getFirst();
        assertThat(result.value()).asString(UTF_8).isEqualTo("1");
        assertThat(Delivered.texts(result.headers()))
                .containsEntry("ce_type", "invocation-completed")
                .containsEntry("ce_correlationid", id)
                .containsEntry("ce_invocation", "3-1");
    }

    @Test
    void makeDeadLettersOfWhatFails() {
        var outcome = handled(life(), call(1, "99"));
        assertThat(topics(outcome))
                .containsExactly(
                        Topics.INVOCATION_RESULT,
                        Topics.deadLetter(Topics.INVOCATION),
                        Topics.INVOCATION_DONE);
        assertThat(Delivered.texts(outcome.records().get(1).headers()))
                .containsEntry("callbacks-dlt-problem", "unknown-callback");
    }

    @Test
    void carryAnEventOutOnceHoweverOftenItIsSent() {
        var life = life();
        publish(handled(life, call(1, "1")));
        assertThat(handled(life, call(2, "1")).records()).isEmpty();
        assertThat(handled(life(), call(3, "1")).records()).isEmpty();
        assertThat(instance.count()).isEqualTo(1);
    }

    @Test
    void carryAnEventOutAgainThatIsNotNoted() {
        handled(life(), call(1, "1"));
        assertThat(handled(life(), call(1, "1")).records()).hasSize(2);
    }

    @Test
    void makeOneDeadLetterOfWhatIsNoEventHoweverOftenItIsRead() {
        var first = life();
        var outcome = handled(first, noEvent(4));
        assertThat(topics(outcome))
                .containsExactly(Topics.deadLetter(Topics.INVOCATION), Topics.INVOCATION_DONE);
        publish(outcome);
        assertThat(handled(life(), noEvent(4)).records()).isEmpty();
        assertThat(handled(life(), noEvent(5)).records()).hasSize(2);
    }

    @Test
    void tellWhoAsksAfterAnEventThatItCannotBeCarriedOut() {
        var tracked =
                Delivered.at(Topics.INVOCATION, 3, 6)
                        .header("ce_specversion", "1.0")
                        .header("ce_id", id)
                        .header("ce_source", "/shop")
                        .header("ce_type", "order-placed")
                        .header("ce_track", "true")
                        .record();
        var outcome = handled(life(), tracked);
        assertThat(topics(outcome))
                .containsExactly(
                        Topics.deadLetter(Topics.INVOCATION),
                        Topics.INVOCATION_RESULT,
                        Topics.INVOCATION_DONE);
        var result = outcome.records().get(1);
        assertThat(Delivered.texts(result.headers()))
                .containsEntry("ce_type", "invocation-failed")
                .containsEntry("ce_invocation", "3-6")
                .containsEntry("ce_track", "true");
        assertThat(result.value())
                .asString(UTF_8)
                .contains("invalid-event", "'subject' is missing");
        publish(outcome);
        assertThat(handled(life(), tracked).records()).isEmpty();
    }

    @Test
    void noteNothingWhereNothingIsRemembered() {
        var life = life(Duration.ZERO);
        assertThat(topics(handled(life, call(1, "1")))).containsExactly(Topics.INVOCATION_RESULT);
        assertThat(topics(handled(life, call(2, "1")))).containsExactly(Topics.INVOCATION_RESULT);
        assertThat(topics(handled(life, noEvent(3))))
                .containsExactly(Topics.deadLetter(Topics.INVOCATION));
    }

    @Test
    void callOffWhatHasNotBegun() {
        var life = life();
        var call = life.read(call(1, "1"));
        var cancel = life.read(cancel(2, "3-1"));
        assertThat(handled(life, call).records().getFirst())
                .extracting(it -> Delivered.texts(it.headers()).get("ce_type"))
                .isEqualTo("invocation-cancelled");
        assertThat(handled(life, cancel).records()).isEmpty();
        assertThat(instance.count()).isZero();
    }

    @Test
    void tellWhereNothingIsCalledOff() {
        var life = life();
        handled(life, call(1, "1"));
        var refused = handled(life, cancel(2, "3-1")).records();
        assertThat(refused).hasSize(1);
        assertThat(Delivered.texts(refused.getFirst().headers()))
                .containsEntry("ce_type", "cancellation-refused")
                .containsEntry("ce_invocation", "3-1");
    }

    private static ConsumerRecord<byte[], byte[]> cancel(long offset, String invocation) {
        return Delivered.at(Topics.INVOCATION, 3, offset)
                .header("ce_specversion", "1.0")
                .header("ce_id", "cancel-" + offset)
                .header("ce_source", "/registry")
                .header("ce_type", "cancel-invocation")
                .header("ce_subject", invocation)
                .record();
    }

    @Test
    void waitOnlySoLongForWhatIsNotDeployed() {
        calls.routes.set(Targets.of(1, "POST", "x").off().target());
        var outcome = handled(life(), call(1, "1"));
        assertThat(Delivered.texts(outcome.records().get(1).headers()))
                .containsEntry("callbacks-dlt-problem", "not-deployed")
                .containsEntry("callbacks-dlt-tries", "0");
    }
}
