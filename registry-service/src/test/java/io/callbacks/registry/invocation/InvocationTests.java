package io.callbacks.registry.invocation;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.callbacks.blob.DirectoryBlobStore;
import io.callbacks.event.DeploymentObserved;
import io.callbacks.event.EventCodec;
import io.callbacks.event.Topics;
import io.callbacks.registry.testing.Answer;
import io.callbacks.registry.testing.Caller;
import io.callbacks.registry.testing.Events;
import io.callbacks.registry.testing.Registry;
import io.callbacks.registry.testing.RunningRegistry;
import io.callbacks.service.outbox.TransactionalProducers;
import io.callbacks.testing.kafka.Topic;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Calls by event, asked after; the invoker is played by what it would publish. */
@TestInstance(Lifecycle.PER_CLASS)
@ExtendWith(RunningRegistry.class)
class InvocationTests {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final byte[] NOTHING = {};

    private final Caller caller;
    private final Events events;
    private final Registry registry;

    InvocationTests(Registry registry) {
        this.registry = registry;
        caller = new Caller(registry::uri);
        events = new Events(registry.kafka());
    }

    @AfterAll
    void close() {
        events.close();
    }

    // --- its state

    @Test
    void isQueuedAtOnce() {
        for (int i = 0; i < 20; i++) {
            var answer = read(events.httpCall(bytes("body")));
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.text("/state")).isEqualTo("queued");
        }
    }

    @Test
    void isShownAsItWasAccepted() {
        var before = Instant.now().minusMillis(1);
        var id = events.httpCall(bytes("body"));
        var answer = read(id);
        assertThat(answer.text("/invocation_id")).isEqualTo(id);
        assertThat(answer.number("/callback_id")).isEqualTo(7);
        assertThat(answer.number("/tries")).isZero();
        assertThat(Instant.parse(answer.text("/accepted_at"))).isAfter(before);
        assertThat(answer.text("/ended_at")).isEqualTo("null");
        assertThat(answer.text("/result")).isEqualTo("null");
        assertThat(answer.text("/error")).isEqualTo("null");
    }

    @Test
    void goesOnAsItIsTold() {
        var id = events.httpCall(bytes("body"));
        events.tell(id, "invocation-started", NOTHING, "ce_tries", "1");
        until(() -> state(id).equals("running"));
        events.tell(id, "invocation-started", null, "ce_tries", "2");
        until(() -> read(id).number("/tries") == 2);
        complete(id, "{\"ok\": \"é\"}".getBytes(UTF_8), "application/json");
        until(() -> state(id).equals("completed"));
        var answer = read(id);
        assertThat(answer.number("/tries")).isEqualTo(2);
        assertThat(answer.number("/result/status")).isEqualTo(201);
        assertThat(answer.text("/result/content_type")).isEqualTo("application/json");
        assertThat(answer.text("/result/body")).isEqualTo("{\"ok\": \"é\"}");
        assertThat(answer.text("/result/body_base64")).isEqualTo("null");
        assertThat(answer.text("/error")).isEqualTo("null");
        assertThat(Instant.parse(answer.text("/ended_at")))
                .isAfterOrEqualTo(answer.text("/accepted_at"));
    }

    @Test
    void neverGoesBack() {
        var id = events.httpCall(bytes("body"));
        complete(id, bytes("first"), "text/plain");
        until(() -> state(id).equals("completed"));
        events.tell(id, "invocation-started", NOTHING, "ce_tries", "1");
        events.tell(id, "invocation-cancelled", NOTHING);
        complete(id, bytes("second"), "text/plain");
        var later = events.httpCall(NOTHING, "ce_subject", "8");
        complete(later, NOTHING, "text/plain");
        until(() -> state(later).equals("completed"));
        assertThat(read(id).text("/result/body")).isEqualTo("first");
        assertThat(read(id).number("/tries")).isEqualTo(2);
    }

    @Test
    void mayBeKnownBeforeItIsRead() {
        var next = events.httpCall(NOTHING);
        var id = next.split("-", 2)[0] + "-" + (Long.parseLong(next.split("-", 2)[1]) + 1);
        events.tell(id, "invocation-started", NOTHING, "ce_tries", "1");
        until(() -> read(id).status() == 200);
        assertThat(read(id).text("/accepted_at")).isEqualTo("null");
        assertThat(events.httpCall(NOTHING)).isEqualTo(id);
        assertThat(state(id)).isEqualTo("running");
        assertThat(read(id).text("/accepted_at")).isNotEqualTo("null");
    }

    @Test
    void tellsWhyItFailed() {
        var id = events.httpCall(NOTHING);
        fail(id, "{\"type\": \"urn:callbacks:problem:timeout\", \"detail\": \"too long\"}");
        until(() -> state(id).equals("failed"));
        var answer = read(id);
        assertThat(answer.text("/error/type")).isEqualTo("urn:callbacks:problem:timeout");
        assertThat(answer.text("/result")).isEqualTo("null");
        var result = caller.get("/invocations/" + id + "/result");
        assertThat(result.problem()).isEqualTo("invocation-failed");
        assertThat(result.status()).isEqualTo(409);
        assertThat(result.text("/detail")).contains("timeout").contains("too long");
    }

    @Test
    void failsWithAProblemEvenIfNoneIsTold() {
        var id = events.httpCall(NOTHING);
        fail(id, "oh no");
        until(() -> state(id).equals("failed"));
        assertThat(read(id).text("/error/type")).isEqualTo("urn:callbacks:problem:unknown-failure");
    }

    // --- its result

    @Test
    void givesBytesAsTheyAre() throws Exception {
        var id = events.httpCall(NOTHING);
        var image = new byte[] {(byte) 0x89, 'P', 'N', 'G', 0, (byte) 0xff};
        complete(id, image, "image/png");
        until(() -> state(id).equals("completed"));
        assertThat(read(id).text("/result/body")).isEqualTo("null");
        assertThat(read(id).text("/result/body_base64")).isEqualTo("iVBORwD/");
        var result = caller.bytes("/invocations/" + id + "/result");
        assertThat(result.body()).isEqualTo(image);
        assertThat(result.headers().firstValue("Content-Type")).contains("image/png");
    }

    @Test
    void givesALargeBodyFromItsStore() throws Exception {
        var id = events.httpCall(NOTHING);
        var large = random(2_000_000);
        events.tell(
                id,
                "invocation-completed",
                NOTHING,
                "ce_statuscode",
                "200",
                "ce_dataref",
                bodies().put(large));
        until(() -> state(id).equals("completed"));
        var result = caller.bytes("/invocations/" + id + "/result");
        assertThat(result.body()).isEqualTo(large);
        assertThat(result.headers().firstValue("Content-Type"))
                .contains("application/octet-stream");
    }

    @Test
    void saysThatAResultIsGone() {
        var id = events.httpCall(NOTHING);
        var digest = "sha256:" + "0".repeat(64);
        events.tell(id, "invocation-completed", null, "ce_statuscode", "200", "ce_dataref", digest);
        until(() -> state(id).equals("completed"));
        assertThat(read(id).number("/result/status")).isEqualTo(200);
        assertThat(read(id).text("/result/body")).isEqualTo("null");
        assertThat(caller.get("/invocations/" + id + "/result").problem()).isEqualTo("result-gone");
    }

    @ParameterizedTest
    @ValueSource(strings = {"no type", "text/plain; x=\"é\"", "*/*", ""})
    void givesAResultOfAnyTypeThereIs(String type) throws Exception {
        var id = events.httpCall(NOTHING);
        complete(id, bytes("body"), type);
        until(() -> state(id).equals("completed"));
        var result = caller.bytes("/invocations/" + id + "/result");
        assertThat(result.statusCode()).isEqualTo(200);
        assertThat(new String(result.body(), UTF_8)).isEqualTo("body");
    }

    @Test
    void hasNoResultBeforeItsEnd() {
        var id = events.httpCall(NOTHING);
        var answer = caller.get("/invocations/" + id + "/result");
        assertThat(answer.status()).isEqualTo(409);
        assertThat(answer.problem()).isEqualTo("invocation-not-ended");
        events.tell(id, "invocation-started", NOTHING, "ce_tries", "1");
        until(() -> state(id).equals("running"));
        assertThat(caller.get("/invocations/" + id + "/result").problem())
                .isEqualTo("invocation-not-ended");
    }

    // --- what there is not

    @ParameterizedTest
    @ValueSource(strings = {"0-999999999", "77-0", "999999999-999999999999999999"})
    void isUnknownWhereThereIsNone(String id) {
        for (var path : new String[] {"", "/result"}) {
            var answer = caller.get("/invocations/" + id + path);
            assertThat(answer.status()).isEqualTo(404);
            assertThat(answer.problem()).isEqualTo("unknown-invocation");
        }
        assertThat(caller.delete("/invocations/" + id).problem()).isEqualTo("unknown-invocation");
        assertThat(caller.post("/invocations/" + id + "/replay", "{}").problem())
                .isEqualTo("unknown-invocation");
    }

    @ParameterizedTest
    @ValueSource(strings = {"7", "a-b", "1-", "-1", "1-2-3", "1-9999999999999999999", "1--2"})
    void refusesWhatIsNoId(String id) {
        var answer = caller.get("/invocations/" + id);
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.problem()).isEqualTo("invalid-id");
        assertThat(answer.field()).isEqualTo("id");
    }

    @Test
    void cannotBeAskedAfterUnlessItIsTracked() {
        var untracked = events.httpCall(NOTHING, "ce_track", "false");
        events.tell(untracked, "invocation-completed", NOTHING, "ce_track", "false");
        var garbage =
                events.publish(Topics.INVOCATION, null, null, bytes("?"), Events.headers("a", "b"));
        var tracked = events.httpCall(NOTHING);
        complete(tracked, NOTHING, "text/plain");
        until(() -> state(tracked).equals("completed"));
        assertThat(read(untracked).problem()).isEqualTo("unknown-invocation");
        assertThat(read(garbage).problem()).isEqualTo("unknown-invocation");
    }

    @Test
    void mayBeAProducersOwnInStructuredMode() {
        var id = structured("{\"order\": 1}");
        assertThat(state(id)).isEqualTo("queued");
        assertThat(read(id).text("/callback_id")).isEqualTo("null");
        events.tell(id, "invocation-started", NOTHING, "ce_tries", "1", "ce_subject", "12");
        until(() -> state(id).equals("running"));
        assertThat(read(id).number("/callback_id")).isEqualTo(12);
    }

    @Test
    void isReadOnceNoTransactionIsOpenBeforeIt() throws Exception {
        var kafka = Map.<String, Object>of("bootstrap.servers", registry.kafka());
        try (var open = TransactionalProducers.open(kafka, "open-" + Events.fresh())) {
            open.beginTransaction();
            var sent = open.send(new ProducerRecord<>(Topics.INVOCATION, "customer-5", null)).get();
            var id = events.httpCall(NOTHING);
            assertThat(id).startsWith(sent.partition() + "-");
            assertThat(read(id).problem()).isEqualTo("events-unavailable");
            var answer = CompletableFuture.supplyAsync(() -> read(id));
            open.abortTransaction();
            assertThat(answer.get().text("/state")).isEqualTo("queued");
            assertThat(read(sent.partition() + "-" + sent.offset()).problem())
                    .isEqualTo("unknown-invocation");
            var marker = Long.parseLong(id.split("-", 2)[1]) + 1;
            assertThat(read(sent.partition() + "-" + marker).problem())
                    .isEqualTo("unknown-invocation");
        }
    }

    // --- cancelling

    @Test
    void isCancelledBeforeItBegins() throws Exception {
        var id = events.httpCall(bytes("body"));
        var answer = CompletableFuture.supplyAsync(() -> caller.delete("/invocations/" + id));
        var order = order(id);
        events.tell(id, "invocation-cancelled", NOTHING);
        assertThat(answer.get().status()).isEqualTo(200);
        assertThat(answer.get().text("/state")).isEqualTo("cancelled");
        assertThat(caller.delete("/invocations/" + id).status()).isEqualTo(200);
        assertThat(caller.get("/invocations/" + id + "/result").problem())
                .isEqualTo("invocation-cancelled");
        assertThat(order.partition()).isEqualTo(Integer.parseInt(id.split("-", 2)[0]));
        assertThat(order.key()).isEqualTo("customer-5");
        assertThat(Events.header(order, "ce_source")).isEqualTo("/registry");
        assertThat(Events.header(order, "ce_specversion")).isEqualTo("1.0");
        assertThat(Events.header(order, "ce_id")).isNotEmpty();
        assertThat(Events.header(order, "ce_track")).isEmpty();
    }

    @Test
    void isNotCancelledOnceItHasBegun() throws Exception {
        var id = events.httpCall(bytes("body"));
        var answer = CompletableFuture.supplyAsync(() -> caller.delete("/invocations/" + id));
        order(id);
        events.tell(id, "cancellation-refused", NOTHING);
        assertThat(answer.get().status()).isEqualTo(409);
        assertThat(answer.get().problem()).isEqualTo("invocation-begun");
        assertThat(state(id)).isEqualTo("running");
    }

    @Test
    void isNotCancelledWhenItIsKnownToHaveBegun() {
        var id = events.httpCall(bytes("body"));
        events.tell(id, "invocation-started", NOTHING, "ce_tries", "1");
        until(() -> state(id).equals("running"));
        assertThat(caller.delete("/invocations/" + id).problem()).isEqualTo("invocation-begun");
        complete(id, NOTHING, "text/plain");
        until(() -> state(id).equals("completed"));
        assertThat(caller.delete("/invocations/" + id).problem()).isEqualTo("invocation-begun");
    }

    @Test
    void mayBeCancelledLater() {
        var id = events.httpCall(bytes("body"));
        var answer = caller.delete("/invocations/" + id);
        assertThat(answer.status()).isEqualTo(202);
        assertThat(answer.text("/state")).isEqualTo("queued");
    }

    // --- calling again

    @Test
    void isReplayedWithTheSameBytes() {
        var body = random(100_000);
        var id = events.httpCall(body, "ce_revision", "1");
        var answer = caller.post("/invocations/" + id + "/replay", "{}");
        assertThat(answer.status()).isEqualTo(202);
        var again = answer.text("/invocation_id");
        assertThat(answer.header("Location")).isEqualTo("/invocations/" + again);
        assertThat(answer.text("/state")).isEqualTo("queued");
        assertThat(state(again)).isEqualTo("queued");
        var first = events.record(Topics.INVOCATION, id);
        var second = events.record(Topics.INVOCATION, again);
        assertThat(second.value()).isEqualTo(body);
        assertThat(second.key()).isEqualTo(first.key());
        assertThat(second.partition()).isEqualTo(first.partition());
        assertThat(Events.header(second, "ce_replayof")).isEqualTo(id);
        assertThat(Events.header(second, "ce_id")).isNotEqualTo(Events.header(first, "ce_id"));
        assertThat(Events.header(second, "ce_revision")).isEmpty();
        for (var same :
                new String[] {"ce_source", "ce_httptarget", "content-type", "callbacks-http"}) {
            assertThat(Events.header(second, same)).isEqualTo(Events.header(first, same));
        }
    }

    @Test
    void isReplayedWithItsLargeBody() {
        var digest = bodies().put(random(1_000_000));
        var id = events.httpCall(null, "ce_dataref", digest);
        var again = caller.call("POST", "/invocations/" + id + "/replay", NOTHING);
        assertThat(again.status()).isEqualTo(202);
        var record = events.record(Topics.INVOCATION, again.text("/invocation_id"));
        assertThat(record.value()).isNull();
        assertThat(Events.header(record, "ce_dataref")).isEqualTo(digest);
        var gone = events.httpCall(null, "ce_dataref", "sha256:" + "1".repeat(64));
        assertThat(caller.post("/invocations/" + gone + "/replay", "{}").problem())
                .isEqualTo("invocation-not-replayable");
    }

    @Test
    void isReplayedInBinaryMode() {
        var id = structured("{\"order\":1}");
        var again = caller.post("/invocations/" + id + "/replay", "{}").text("/invocation_id");
        var record = events.record(Topics.INVOCATION, again);
        assertThat(new String(record.value(), UTF_8)).isEqualTo("{\"order\":1}");
        assertThat(Events.header(record, "content-type")).isEqualTo("application/json");
        assertThat(Events.header(record, "ce_type")).isEqualTo("order-placed");
        assertThat(Events.header(record, "ce_subject")).isEqualTo("POST shop/items/7");
        assertThat(Events.header(record, "ce_track")).isEqualTo("true");
        assertThat(Events.header(record, "other")).isEqualTo("header");
        assertThat(state(again)).isEqualTo("queued");
    }

    @Test
    void isReplayedOnTheRevisionThatServes() {
        var callback = Events.fresh();
        var id = events.httpCall(NOTHING, "ce_subject", Long.toString(callback));
        var path = "/invocations/" + id + "/replay";
        assertThat(caller.post(path, "{\"revision\": 3}").problem())
                .isEqualTo("revision-not-serving");
        serve(callback, 3);
        until(() -> caller.post(path, "{\"revision\": 3}").status() == 202);
        var answer = caller.post(path, "{\"revision\": 3}");
        var record = events.record(Topics.INVOCATION, answer.text("/invocation_id"));
        assertThat(Events.header(record, "ce_revision")).isEqualTo("3");
        var other = caller.post(path, "{\"revision\": 2}");
        assertThat(other.status()).isEqualTo(409);
        assertThat(other.problem()).isEqualTo("revision-not-serving");
        assertThat(other.text("/detail")).contains("serves 3");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"revision\": 0}|invalid-revision",
                "{\"revision\": \"1\"}|invalid-revision",
                "{\"revisions\": 1}|unknown-field",
                "[]|invalid-body",
                "{|malformed-json"
            })
    void refusesWhatIsNoReplay(String body, String problem) {
        var id = events.httpCall(NOTHING);
        var answer = caller.post("/invocations/" + id + "/replay", body);
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.problem()).isEqualTo(problem);
    }

    // ---

    private Answer read(String id) {
        return caller.get("/invocations/" + id);
    }

    private String state(String id) {
        return read(id).json().path("state").asString("");
    }

    private void complete(String id, byte[] body, String type) {
        events.tell(
                id,
                "invocation-completed",
                body,
                "ce_tries",
                "2",
                "ce_statuscode",
                "201",
                "content-type",
                type);
    }

    private void fail(String id, String problem) {
        events.tell(
                id,
                "invocation-failed",
                bytes(problem),
                "ce_tries",
                "3",
                "content-type",
                "application/problem+json");
    }

    private String structured(String data) {
        var event =
                """
                {"specversion": "1.0", "id": "A-%d", "source": "/shop", "type": "order-placed",
                 "subject": "POST shop/items/7", "track": true, "data": %s}"""
                        .formatted(Events.fresh(), data);
        var headers =
                Events.headers("content-type", "application/cloudevents+json", "other", "header");
        return events.publish(Topics.INVOCATION, null, "key", bytes(event), headers);
    }

    /** The order to cancel a call. */
    private ConsumerRecord<String, byte[]> order(String id) {
        var topic = new Topic(registry.kafka(), Topics.INVOCATION);
        return await().atMost(SOON)
                .until(
                        () ->
                                topic.records().stream()
                                        .filter(r -> isOrder(r, id))
                                        .findFirst()
                                        .orElse(null),
                        found -> found != null);
    }

    private static boolean isOrder(ConsumerRecord<String, byte[]> record, String id) {
        return Events.header(record, "ce_type").equals("cancel-invocation")
                && Events.header(record, "ce_subject").equals(id);
    }

    private void serve(long callback, int revision) {
        var serving = new DeploymentObserved.Serving(1, revision, 1, "process", 1);
        var observed =
                new DeploymentObserved(
                        DeploymentObserved.Change.DEPLOYMENT_READY,
                        callback,
                        "uid-" + callback,
                        1,
                        serving,
                        null);
        var event = EventCodec.encode(observed, Instant.EPOCH);
        events.publish(
                event.topic(), null, event.key(), event.value(), Map.copyOf(event.headers()));
    }

    private DirectoryBlobStore bodies() {
        return new DirectoryBlobStore(registry.data().resolve("bodies"));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    private static byte[] random(int size) {
        var bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }

    private static void until(Callable<Boolean> condition) {
        await().atMost(SOON).until(condition);
    }
}
