package io.callbacks.registry.invocation;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.mongodb.client.MongoClients;
import io.callbacks.event.Topics;
import io.callbacks.registry.testing.Answer;
import io.callbacks.registry.testing.Caller;
import io.callbacks.registry.testing.Events;
import io.callbacks.registry.testing.Registry;
import io.callbacks.registry.testing.RunningRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.bson.Document;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Calls by event that failed for good; the invoker is played by what it would publish. */
@TestInstance(Lifecycle.PER_CLASS)
@ExtendWith(RunningRegistry.class)
class DeadLetterTests {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final String TOPIC = Topics.deadLetter(Topics.INVOCATION);

    private final Caller caller;
    private final Events events;
    private final Registry registry;
    private final long callback = Events.fresh();

    DeadLetterTests(Registry registry) {
        this.registry = registry;
        caller = new Caller(registry::uri);
        events = new Events(registry.kafka());
    }

    @AfterAll
    void close() {
        events.close();
    }

    // --- reading

    @Test
    void areListedNewestFirstAndByPages() throws Exception {
        var of = Events.fresh();
        var ids = new ArrayList<String>();
        for (int i = 0; i < 5; i++) {
            ids.addFirst(letter(of, "timeout"));
            Thread.sleep(2);
        }
        until(() -> listed(of).equals(ids));
        var first = caller.get("/dead-letters?limit=3&callback_id=" + of);
        assertThat(first.json().path("items").size()).isEqualTo(3);
        var rest =
                caller.get(
                        "/dead-letters?callback_id=%d&cursor=%s"
                                .formatted(of, first.text("/next")));
        assertThat(idsIn(rest)).isEqualTo(ids.subList(3, 5));
        assertThat(rest.text("/next")).isEqualTo("null");
        assertThat(caller.get("/dead-letters").json().path("items").size()).isGreaterThan(4);
    }

    @Test
    void areListedWithWhatIsKnown() {
        var of = Events.fresh();
        var id = letter(of, "status-503");
        until(() -> !listed(of).isEmpty());
        var item = caller.get("/dead-letters?callback_id=" + of).json().path("items").get(0);
        assertThat(item.path("dead_letter_id").asString()).isEqualTo(id);
        assertThat(item.path("callback_id").asLong()).isEqualTo(of);
        assertThat(item.path("problem").asString()).isEqualTo("status-503");
        assertThat(item.path("reason").asString()).isEqualTo("It answered 503, three times.");
        assertThat(item.path("tries").asInt()).isEqualTo(3);
        assertThat(item.path("origin").toString())
                .isEqualTo("{\"topic\":\"callbacks.invocation\",\"partition\":3,\"offset\":1042}");
        assertThat(item.path("trigger").isNull()).isTrue();
        assertThat(Instant.parse(item.path("failed_at").asString())).isBefore(Instant.now());
        assertThat(item.has("value")).isFalse();
    }

    @Test
    void areReadWithWhatTheyHold() {
        var id = letter(callback, "timeout");
        until(() -> read(id).status() == 200);
        assertThat(read(id).text("/dead_letter_id")).isEqualTo(id);
        assertThat(read(id).text("/key")).isEqualTo("customer-5");
        assertThat(read(id).text("/headers/ce_type")).isEqualTo("order-placed");
        assertThat(read(id).text("/headers/callbacks-dlt-problem")).isEqualTo("timeout");
        assertThat(read(id).text("/value")).isEqualTo("{\"order\":1}");
        assertThat(read(id).text("/value_base64")).isEqualTo("null");
        var bytes = letter(callback, new byte[] {(byte) 0xff}, Map.of());
        until(() -> read(bytes).status() == 200);
        assertThat(read(bytes).text("/value")).isEqualTo("null");
        assertThat(read(bytes).text("/value_base64")).isEqualTo("/w==");
    }

    @Test
    void mayHoldAnythingAtAll() {
        var hostile =
                Events.headers(
                        "content-type", "application/cloudevents+json",
                        "contentType", "no type",
                        "spring_json_header_types", "{\"a\": \"java.lang.Runtime\"",
                        "id", "no uuid",
                        "callbacks-dlt-tries", "many",
                        "callbacks-dlt-callback", "-1",
                        "callbacks-dlt-problem", "invalid-event");
        var odd = events.publish(TOPIC, 0, null, bytes("{"), hostile);
        var empty = events.publish(TOPIC, 0, null, null, Map.of());
        until(() -> read(odd).status() == 200 && read(empty).status() == 200);
        assertThat(read(odd).text("/value")).isEqualTo("{");
        assertThat(read(odd).number("/tries")).isZero();
        assertThat(read(empty).text("/value")).isEqualTo("null");
        assertThat(read(empty).text("/key")).isEqualTo("null");
    }

    @ParameterizedTest
    @CsvSource({
        "limit=0, invalid-limit",
        "limit=201, invalid-limit",
        "limit=x, invalid-limit",
        "cursor=7, invalid-cursor",
        "callback_id=x, invalid-callback-id",
        "callback=7, unknown-field"
    })
    void areNotListedByWhatThereIsNot(String query, String problem) {
        var answer = caller.get("/dead-letters?" + query);
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.problem()).isEqualTo(problem);
    }

    @Test
    void areUnknownWhereThereAreNone() {
        assertThat(read("0-99999999").status()).isEqualTo(404);
        assertThat(read("0-99999999").problem()).isEqualTo("unknown-dead-letter");
        assertThat(replay("0-99999999").problem()).isEqualTo("unknown-dead-letter");
        assertThat(read("seven").problem()).isEqualTo("invalid-id");
    }

    // --- sending again

    @Test
    void areSentAgainAsTheyCame() {
        var id = letter(callback, "timeout");
        until(() -> read(id).status() == 200);
        var answer = replay(id);
        assertThat(answer.status()).isEqualTo(202);
        assertThat(answer.header("Location"))
                .isEqualTo("/invocations/" + answer.text("/invocation_id"));
        var record = events.record(Topics.INVOCATION, answer.text("/invocation_id"));
        assertThat(new String(record.value(), UTF_8)).isEqualTo("{\"order\":1}");
        assertThat(record.key()).isEqualTo("customer-5");
        assertThat(Events.header(record, "ce_type")).isEqualTo("order-placed");
        assertThat(Events.header(record, "ce_subject")).isEqualTo("POST orders");
        assertThat(Events.header(record, "ce_id")).isEqualTo("dead-letter-" + id);
        assertThat(Events.header(record, "ce_replayof")).isEqualTo("3-1042");
        assertThat(Events.header(record, "x-mine")).isEqualTo("1");
        assertThat(hasLetterHeaders(record)).isFalse();
        assertThat(caller.get(answer.header("Location")).text("/state")).isEqualTo("queued");
    }

    @Test
    void areGoneOnceTheyAreSentAgain() {
        var of = Events.fresh();
        var id = letter(of, "timeout");
        until(() -> !listed(of).isEmpty());
        var first = replay(id);
        assertThat(listed(of)).isEmpty();
        assertThat(read(id).problem()).isEqualTo("unknown-dead-letter");
        assertThat(replay(id).text("/invocation_id")).isEqualTo(first.text("/invocation_id"));
    }

    @Test
    void becomeEventsOfTheCallbackWhoseTriggerFailed() {
        var id =
                letter(
                        7,
                        bytes("[1, 2]"),
                        Events.headers(
                                "x-mine", "1",
                                "callbacks-dlt-timestamp", "1767323045123",
                                "callbacks-dlt-topic", "orders",
                                "callbacks-dlt-trigger", "billing"));
        until(() -> read(id).status() == 200);
        var record = events.record(Topics.INVOCATION, replay(id).text("/invocation_id"));
        assertThat(new String(record.value(), UTF_8)).isEqualTo("[1, 2]");
        assertThat(Events.header(record, "ce_specversion")).isEqualTo("1.0");
        assertThat(Events.header(record, "ce_source")).isEqualTo("kafka:orders");
        assertThat(Events.header(record, "ce_id")).isEqualTo("dead-letter-" + id);
        assertThat(Events.header(record, "ce_type")).isEqualTo("io.callbacks.kafka-record");
        assertThat(Events.header(record, "ce_time")).isEqualTo("2026-01-02T03:04:05.123Z");
        assertThat(Events.header(record, "ce_subject")).isEqualTo("7");
        assertThat(Events.header(record, "ce_replayof")).isEqualTo("billing-3-1042");
        assertThat(Events.header(record, "content-type")).isEqualTo("application/json");
        assertThat(Events.header(record, "x-mine")).isEqualTo("1");
        assertThat(hasLetterHeaders(record)).isFalse();
    }

    @Test
    void stayTheEventsThatATriggerSaw() {
        var id =
                letter(
                        7,
                        bytes("{\"order\":1}"),
                        Events.headers(
                                "ce_specversion", "1.0",
                                "ce_id", "A-1",
                                "ce_source", "/shop",
                                "ce_type", "order-placed",
                                "ce_subject", "eu-1",
                                "content-type", "application/json",
                                "callbacks-dlt-topic", "orders",
                                "callbacks-dlt-trigger", "billing"));
        until(() -> read(id).status() == 200);
        var record = events.record(Topics.INVOCATION, replay(id).text("/invocation_id"));
        assertThat(Events.header(record, "ce_source")).isEqualTo("/shop");
        assertThat(Events.header(record, "ce_type")).isEqualTo("order-placed");
        assertThat(Events.header(record, "ce_subject")).isEqualTo("7");
    }

    @ParameterizedTest
    @ValueSource(strings = {"invalid-event", "unknown-callback"})
    void stayListedIfTheyCannotBeSentAgain(String problem) {
        var of = Events.fresh();
        var noEvent = Events.headers("callbacks-dlt-problem", problem, "ce_specversion", "1.0");
        var id = letter(of, bytes("?"), noEvent);
        until(() -> !listed(of).isEmpty());
        var answer = replay(id);
        assertThat(answer.status()).isEqualTo(409);
        assertThat(answer.problem()).isEqualTo("letter-not-replayable");
        assertThat(replayAll(of).number("/replayed")).isZero();
        assertThat(listed(of)).containsExactly(id);
    }

    @Test
    void stayListedIfTheirValueIsNotKept() {
        var of = Events.fresh();
        var headers = event("timeout");
        headers.put("callbacks-dlt-truncated", "true");
        var id = letter(of, bytes(""), headers);
        until(() -> !listed(of).isEmpty());
        var answer = replay(id);
        assertThat(answer.status()).isEqualTo(409);
        assertThat(answer.problem()).isEqualTo("letter-not-replayable");
        assertThat(listed(of)).containsExactly(id);
    }

    @Test
    void areAllSentAgainOnce() {
        var of = Events.fresh();
        var another = letter(Events.fresh(), "timeout");
        for (int i = 0; i < 3; i++) {
            letter(of, "timeout");
        }
        var invalid = letter(of, "invalid-event");
        until(() -> listed(of).size() == 4 && read(another).status() == 200);
        var answer = replayAll(of);
        assertThat(answer.status()).isEqualTo(202);
        assertThat(answer.number("/replayed")).isEqualTo(3);
        assertThat(replayAll(of).number("/replayed")).isZero();
        assertThat(listed(of)).containsExactly(invalid);
        assertThat(read(another).status()).isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"callback_id\": 0}|invalid-callback-id",
                "{\"callback\": 7}|unknown-field",
                "7|invalid-body"
            })
    void refusesWhatIsNoReplay(String body, String problem) {
        var answer = caller.post("/dead-letters/replay", body);
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.problem()).isEqualTo(problem);
    }

    // --- where somebody else is about to send one, or was and died

    @Test
    void areLeftToWhoSendsThem() {
        var of = Events.fresh();
        var id = letter(of, "timeout");
        until(() -> !listed(of).isEmpty());
        claim(id, Instant.now());
        assertThat(replay(id).status()).isEqualTo(409);
        assertThat(replay(id).problem()).isEqualTo("letter-in-replay");
        assertThat(replayAll(of).number("/replayed")).isZero();
        assertThat(listed(of)).containsExactly(id);
    }

    @Test
    void areTakenOverFromWhoDied() {
        var of = Events.fresh();
        var id = letter(of, "timeout");
        until(() -> !listed(of).isEmpty());
        claim(id, Instant.now().minus(DeadLetter.CLAIM).minusSeconds(1));
        assertThat(replay(id).status()).isEqualTo(202);
        assertThat(listed(of)).isEmpty();
    }

    @Test
    void areGoneOnceWhatTheyBecameIsToldOf() {
        var of = Events.fresh();
        var id = letter(of, "timeout");
        until(() -> !listed(of).isEmpty());
        claim(id, Instant.now());
        var sent = events.httpCall(null, "ce_id", "dead-letter-" + id);
        events.tell(sent, "invocation-started", null, "ce_correlationid", "dead-letter-" + id);
        until(() -> listed(of).isEmpty());
        assertThat(replay(id).text("/invocation_id")).isEqualTo(sent);
    }

    // ---

    /** What happens when a call sets out to replay a letter, as far as the store knows. */
    private void claim(String id, Instant at) {
        try (var client = MongoClients.create(registry.mongo())) {
            client.getDatabase("registry")
                    .getCollection("deadLetters")
                    .updateOne(
                            new Document("_id", id),
                            new Document(
                                    "$set",
                                    new Document("turn", 1).append("claimedAt", Date.from(at))));
        }
    }

    private String letter(long of, String problem) {
        return letter(of, bytes("{\"order\":1}"), event(problem));
    }

    private static Map<String, String> event(String problem) {
        return Events.headers(
                "ce_specversion", "1.0",
                "ce_id", "A-1",
                "ce_source", "/shop",
                "ce_type", "order-placed",
                "ce_subject", "POST orders",
                "content-type", "application/json",
                "x-mine", "1",
                "callbacks-dlt-problem", problem);
    }

    private String letter(long of, byte[] value, Map<String, String> more) {
        var headers =
                Events.headers(
                        "callbacks-dlt-reason", "It answered 503, three times.",
                        "callbacks-dlt-problem", "timeout",
                        "callbacks-dlt-tries", "3",
                        "callbacks-dlt-topic", Topics.INVOCATION,
                        "callbacks-dlt-partition", "3",
                        "callbacks-dlt-offset", "1042",
                        "callbacks-dlt-callback", Long.toString(of));
        headers.putAll(more);
        return events.publish(TOPIC, null, "customer-5", value, headers);
    }

    private static boolean hasLetterHeaders(ConsumerRecord<String, byte[]> record) {
        for (var header : record.headers()) {
            if (header.key().startsWith("callbacks-dlt-")) {
                return true;
            }
        }
        return false;
    }

    private Answer read(String id) {
        return caller.get("/dead-letters/" + id);
    }

    private Answer replay(String id) {
        return caller.post("/dead-letters/" + id + "/replay", "{}");
    }

    private Answer replayAll(long of) {
        return caller.post("/dead-letters/replay", "{\"callback_id\": " + of + "}");
    }

    private List<String> listed(long of) {
        return idsIn(caller.get("/dead-letters?callback_id=" + of));
    }

    private static List<String> idsIn(Answer answer) {
        return answer.json()
                .path("items")
                .valueStream()
                .map(i -> i.path("dead_letter_id").asString())
                .toList();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    private static void until(Callable<Boolean> condition) {
        await().atMost(SOON).until(condition);
    }
}
