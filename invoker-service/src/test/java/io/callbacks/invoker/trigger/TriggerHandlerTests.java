package io.callbacks.invoker.trigger;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.callbacks.event.Trigger;
import io.callbacks.event.Trigger.Filter;
import io.callbacks.event.TriggerSeen.Trouble;
import io.callbacks.invoker.delivery.Outcome;
import io.callbacks.invoker.event.TestCallers;
import io.callbacks.invoker.gateway.TestCalls;
import io.callbacks.invoker.testing.Delivered;
import io.callbacks.invoker.testing.HandClock;
import io.callbacks.invoker.testing.ScriptedServer;
import io.callbacks.invoker.testing.ScriptedServer.Exchange;
import io.callbacks.invoker.testing.ScriptedServer.Script;
import io.callbacks.invoker.testing.Targets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class TriggerHandlerTests {
    private static final int MIB = 1024 * 1024;

    private final TestCalls calls = new TestCalls();
    private final ScriptedServer instance = new ScriptedServer(answering(200));
    private final HandClock clock = new HandClock(Delivered.AT);
    private final Tally tally = new Tally(clock);
    private Filter filter = Filter.NONE;
    private int batch = 1;
    private @Nullable String output;

    @BeforeEach
    void deploy() {
        calls.routes.set(callback().target());
    }

    @AfterEach
    void close() {
        calls.close();
        instance.close();
    }

    private Targets callback() {
        return Targets.of(1, "POST", "x").at("1-1-a", instance.url()).retry(1, 500);
    }

    private TriggerHandler handler() {
        var trigger =
                new Trigger(
                        "billing",
                        "orders",
                        "group",
                        Trigger.Start.EARLIEST,
                        10,
                        batch,
                        filter,
                        output,
                        null,
                        false);
        var callers = TestCallers.impatient(calls);
        return new TriggerHandler(1, trigger, calls.routes, callers, tally, clock);
    }

    private static CompletableFuture<Outcome> handling(
            TriggerHandler handler, Delivered... records) {
        var given = Stream.of(records).map(it -> handler.read(it.record())).toList();
        return handler.handle(given).toCompletableFuture().orTimeout(20, TimeUnit.SECONDS);
    }

    private Outcome outcome(Delivered... records) {
        return handling(handler(), records).join();
    }

    private static Delivered record(long offset) {
        return Delivered.at("orders", 3, offset).key("k" + offset);
    }

    private static Delivered large(long offset, int size) {
        return record(offset).value("x".repeat(size));
    }

    private static Delivered invalid(long offset) {
        return record(offset).header("ce_specversion", "1.0");
    }

    private static Script answering(int status) {
        return it -> it.answer(status, "answer " + status);
    }

    /** One after the other. */
    private static Script each(Script... scripts) {
        Queue<Script> left = new ArrayDeque<>(List.of(scripts));
        return it -> left.remove().answer(it);
    }

    private static JsonNode json(Exchange sent) {
        return new JsonMapper().readTree(sent.body());
    }

    /** Of the records in a call. */
    private static List<Long> offsets(Exchange sent) {
        return json(sent)
                .get("events")
                .valueStream()
                .map(it -> it.at("/kafka/offset").longValue())
                .toList();
    }

    private static Map<String, String> headers(ProducerRecord<byte[], byte[]> record) {
        return Delivered.texts(record.headers());
    }

    /** What they are about, and why they are. */
    private static Stream<String> letters(List<ProducerRecord<byte[], byte[]>> records) {
        return records.stream()
                .map(TriggerHandlerTests::headers)
                .map(it -> it.get("callbacks-dlt-offset") + ": " + it.get("callbacks-dlt-problem"));
    }

    @Test
    void callsWithARecordAsAnEvent() throws Exception {
        assertThat(outcome(record(17).value("{\"a\":1}"))).isEqualTo(Outcome.NOTHING);
        var sent = instance.received();
        var event = json(sent);
        assertThat(sent.head().line()).isEqualTo("POST / HTTP/1.1");
        assertThat(event.get("version").asString()).isEqualTo("cloudevents/1.0");
        assertThat(event.at("/attributes/id").asString()).isEqualTo("orders-3-17");
        assertThat(event.at("/data/a").intValue()).isEqualTo(1);
        assertThat(event.get("delivery"))
                .hasToString("{\"invocation_id\":\"billing-3-17\",\"attempt\":1}");
        assertThat(tally.completed()).isEqualTo(1);
        assertThat(tally.last()).isEmpty();
    }

    @Test
    void callsOnceWithManyWhereBatchesAreWanted() throws Exception {
        batch = 3;
        assertThat(outcome(record(17), record(18), record(19))).isEqualTo(Outcome.NOTHING);
        var sent = instance.received();
        assertThat(json(sent).get("version").asString()).isEqualTo("cloudevents-batch/1.0");
        assertThat(offsets(sent)).containsExactly(17L, 18L, 19L);
        assertThat(json(sent).at("/delivery/invocation_id").asString()).isEqualTo("billing-3-17");
        assertThat(instance.count()).isZero();
        assertThat(tally.completed()).isEqualTo(3);
    }

    @Test
    void callsWithABatchOfOneWhereBatchesAreWanted() throws Exception {
        batch = 3;
        outcome(record(17));
        assertThat(offsets(instance.received())).containsExactly(17L);
    }

    @Test
    void splitsWhatIsTooMuchForOneCall() throws Exception {
        batch = 10;
        outcome(large(1, 2 * MIB), large(2, MIB), large(3, 1), record(4));
        assertThat(offsets(instance.received())).containsExactly(1L, 2L);
        assertThat(offsets(instance.received())).containsExactly(3L, 4L);
        assertThat(instance.count()).isZero();
        assertThat(tally.completed()).isEqualTo(4);
    }

    @Test
    void callsWithARecordAloneThatIsTooMuchByItself() throws Exception {
        batch = 10;
        outcome(large(1, 1), large(2, 3 * MIB + 1), large(3, 1));
        assertThat(offsets(instance.received())).containsExactly(1L);
        assertThat(offsets(instance.received())).containsExactly(2L);
        assertThat(offsets(instance.received())).containsExactly(3L);
    }

    @Test
    void makesTheNextCallOfABatchOnceTheOneBeforeIsDone() throws Exception {
        batch = 10;
        var status = new CompletableFuture<Integer>();
        instance.now(it -> it.answer(status.join(), "at last"));
        var handling = handling(handler(), large(1, 3 * MIB), large(2, 1));
        assertThat(offsets(instance.received())).containsExactly(1L);
        await().during(Duration.ofMillis(200)).until(() -> instance.count() == 0);
        status.complete(200);
        assertThat(offsets(instance.received())).containsExactly(2L);
        assertThat(handling.join()).isEqualTo(Outcome.NOTHING);
    }

    @Test
    void callsAgainAsTheCallbackWants() throws Exception {
        calls.routes.set(callback().retry(2, 500).target());
        instance.now(each(answering(500), answering(200)));
        outcome(record(17));
        assertThat(json(instance.received()).at("/delivery/attempt").intValue()).isEqualTo(1);
        assertThat(json(instance.received()).at("/delivery/attempt").intValue()).isEqualTo(2);
        assertThat(tally.completed()).isEqualTo(1);
        assertThat(tally.failed()).isZero();
    }

    @Test
    void waitsForItsCallbackAsLongAsItTakes() {
        calls.routes.set();
        var handling = handling(handler(), record(17));
        await().during(Duration.ofMillis(300)).until(() -> !handling.isDone());
        calls.routes.set(callback().target());
        assertThat(handling.join()).isEqualTo(Outcome.NOTHING);
        assertThat(tally.completed()).isEqualTo(1);
    }

    @Test
    void callsOnlyWithWhatItsFilterWants() throws Exception {
        batch = 10;
        filter = new Filter(Map.of("source", "kafka:orders"), Map.of(), Map.of("id", "-17"));
        assertThat(outcome(record(16), record(17), record(18))).isEqualTo(Outcome.NOTHING);
        assertThat(offsets(instance.received())).containsExactly(17L);
        assertThat(tally.completed()).isEqualTo(1);
    }

    @Test
    void callsNobodyWhereNothingIsWanted() {
        filter = new Filter(Map.of("type", "order-placed"), Map.of(), Map.of());
        assertThat(outcome(record(17))).isEqualTo(Outcome.NOTHING);
        assertThat(instance.count()).isZero();
        assertThat(tally.completed()).isZero();
    }

    @Test
    void makesADeadLetterOfWhatIsNotWhatItSays() {
        var letters = outcome(invalid(17)).records();
        assertThat(letters).hasSize(1);
        assertThat(letters.getFirst().topic()).isEqualTo("callbacks.invocation.dlt");
        assertThat(headers(letters.getFirst()))
                .containsEntry("ce_specversion", "1.0")
                .containsEntry("callbacks-dlt-problem", "invalid-event")
                .containsEntry("callbacks-dlt-topic", "orders")
                .containsEntry("callbacks-dlt-offset", "17")
                .containsEntry("callbacks-dlt-callback", "1")
                .containsEntry("callbacks-dlt-trigger", "billing");
        assertThat(instance.count()).isZero();
        assertThat(tally.failed()).isEqualTo(1);
        assertThat(tally.last()).map(Trouble::problem).contains("invalid-event");
    }

    @Test
    void callsWithTheOthersOfABatch() throws Exception {
        batch = 10;
        var outcome = outcome(record(1), invalid(2), record(3));
        assertThat(letters(outcome.records())).containsExactly("2: invalid-event");
        assertThat(offsets(instance.received())).containsExactly(1L, 3L);
        assertThat(tally.completed()).isEqualTo(2);
        assertThat(tally.failed()).isEqualTo(1);
    }

    @Test
    void makesDeadLettersOfAllInACallThatFails() {
        batch = 10;
        instance.now(answering(500));
        var outcome = outcome(record(1), record(2));
        assertThat(letters(outcome.records())).containsExactly("1: status-500", "2: status-500");
        assertThat(headers(outcome.records().getLast()))
                .containsEntry("callbacks-dlt-tries", "1")
                .containsEntry("callbacks-dlt-callback", "1")
                .containsEntry("callbacks-dlt-trigger", "billing");
        assertThat(tally.completed()).isZero();
        assertThat(tally.failed()).isEqualTo(2);
        var reason = "The handler answered with status 500.";
        assertThat(tally.last()).contains(new Trouble("status-500", reason, Delivered.AT));
    }

    @Test
    void publishesTheAnswerWhereThereIsAnOutput() {
        output = "invoices";
        instance.now(
                it ->
                        it.write(
                                "HTTP/1.1 201 Said\nContent-Type: text/plain\n"
                                        + "Content-Length: 4\n\npaid"));
        var answers = outcome(record(17)).records();
        assertThat(answers).hasSize(1);
        assertThat(answers.getFirst().topic()).isEqualTo("invoices");
        assertThat(answers.getFirst().key()).asString(UTF_8).isEqualTo("k17");
        assertThat(answers.getFirst().value()).asString(UTF_8).isEqualTo("paid");
        assertThat(headers(answers.getFirst()))
                .containsOnly(
                        entry("ce_specversion", "1.0"),
                        entry("ce_id", "billing-3-17"),
                        entry("ce_source", "/callbacks/1"),
                        entry("ce_type", "io.callbacks.answer"),
                        entry("ce_time", "2026-01-02T03:04:05.123Z"),
                        entry("ce_correlationid", "orders-3-17"),
                        entry("ce_statuscode", "201"),
                        entry("content-type", "text/plain"));
    }

    @Test
    void publishesOneAnswerForABatchWithTheFirstKey() {
        batch = 10;
        output = "invoices";
        var answers = outcome(record(17), record(18)).records();
        assertThat(answers).hasSize(1);
        assertThat(answers.getFirst().key()).asString(UTF_8).isEqualTo("k17");
        assertThat(headers(answers.getFirst())).containsEntry("ce_correlationid", "orders-3-17");
    }

    @Test
    void publishesAnswersThatAreEvents() {
        output = "invoices";
        var answer = outcome(record(17)).records().getFirst();
        var event = TriggerRecords.read(Delivered.of(answer, 0, 0)).event();
        assertThat(event.id()).isEqualTo("billing-3-17");
        assertThat(event.data()).asString(UTF_8).isEqualTo("answer 200");
    }

    @Test
    void publishesNothingOfAnAnswerWithoutContent() {
        output = "invoices";
        instance.now(it -> it.write("HTTP/1.1 204 Said\n\n"));
        assertThat(outcome(record(17))).isEqualTo(Outcome.NOTHING);
        assertThat(tally.completed()).isEqualTo(1);
    }

    @Test
    void hasDeadLettersForAnAnswerThatIsNotTaken() {
        batch = 10;
        output = "invoices";
        var letters = outcome(record(1), record(2)).instead();
        assertThat(letters(letters)).containsExactly("1: output-not-taken", "2: output-not-taken");
        assertThat(letters.getFirst().topic()).isEqualTo("callbacks.invocation.dlt");
        assertThat(headers(letters.getFirst()))
                .containsEntry("callbacks-dlt-tries", "1")
                .containsEntry("callbacks-dlt-callback", "1")
                .containsEntry("callbacks-dlt-trigger", "billing");
    }

    @Test
    void keepsOtherDeadLettersWhereAnAnswerIsNotTaken() {
        batch = 10;
        output = "invoices";
        instance.now(each(answering(500), answering(200)));
        var outcome = outcome(large(1, 3 * MIB), large(2, 1));
        assertThat(outcome.records())
                .extracting(ProducerRecord::topic)
                .containsExactly("callbacks.invocation.dlt", "invoices");
        assertThat(letters(outcome.instead()))
                .containsExactly("1: status-500", "2: output-not-taken");
    }

    @Test
    void hasNoDeadLettersForWhatHasNoAnswer() {
        batch = 10;
        output = "invoices";
        instance.now(each(it -> it.write("HTTP/1.1 204 Said\n\n"), answering(200)));
        var outcome = outcome(large(1, 3 * MIB), large(2, 1));
        assertThat(letters(outcome.instead())).containsExactly("2: output-not-taken");
    }

    @Test
    void letsGoOfWhatWaitsInAPartitionThatIsRevoked() {
        calls.routes.set(callback().off().target());
        var handler = handler();
        var gone = handling(handler, record(17));
        var kept = handling(handler, Delivered.at("orders", 4, 17));
        handler.revoked(new TopicPartition("orders", 3));
        assertThat(gone.join()).isEqualTo(Outcome.NOTHING);
        assertThat(kept).isNotDone();
        calls.routes.set(callback().generation(2).target());
        assertThat(kept.join()).isEqualTo(Outcome.NOTHING);
        assertThat(instance.count()).isEqualTo(1);
        assertThat(tally.completed()).isEqualTo(1);
    }

    @Test
    void makesNoMoreCallsOfABatchThatIsRevoked() throws Exception {
        batch = 10;
        var status = new CompletableFuture<Integer>();
        instance.now(it -> it.answer(status.join(), "at last"));
        var handler = handler();
        var handling = handling(handler, large(1, 3 * MIB), large(2, 1));
        assertThat(offsets(instance.received())).containsExactly(1L);
        handler.revoked(new TopicPartition("orders", 3));
        status.complete(200);
        assertThat(handling.join()).isEqualTo(Outcome.NOTHING);
        assertThat(instance.count()).isZero();
        assertThat(tally.completed()).isEqualTo(1);
    }
}
