package io.callbacks.registry.callback;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.mongodb.client.MongoClients;
import io.callbacks.event.CallbackChanged;
import io.callbacks.event.CallbackSnapshot;
import io.callbacks.event.EventCodec;
import io.callbacks.event.Retry;
import io.callbacks.event.Topics;
import io.callbacks.event.Trigger;
import io.callbacks.event.TriggerSeen;
import io.callbacks.registry.testing.Answer;
import io.callbacks.registry.testing.Caller;
import io.callbacks.registry.testing.Registry;
import io.callbacks.registry.testing.RunningRegistry;
import io.callbacks.seal.Opener;
import io.callbacks.seal.SealKeys;
import io.callbacks.service.outbox.TransactionalProducers;
import io.callbacks.testing.kafka.Topic;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(RunningRegistry.class)
class TriggerTests {
    private static final Duration SOON = Duration.ofSeconds(30);
    private static final String SECURED =
            """
            {"kafka": {"topic": "orders", "bootstrap_servers": "broker:9093", "security":
             {"protocol": "SASL_SSL", "mechanism": "PLAIN", "username": "billing", "password": "%s"}}}""";

    private final Registry registry;
    private final Caller caller;

    TriggerTests(Registry registry) {
        this.registry = registry;
        caller = new Caller(registry::uri);
    }

    @Test
    void haveDefaultsWhereNothingIsSaid() {
        var callback = caller.get("/callbacks/" + caller.create(""));
        assertThat(callback.json().get("triggers").isEmpty()).isTrue();
        assertThat(callback.json().get("retry").toString())
                .isEqualTo("{\"tries\":3,\"statuses\":[429,500,502,503,504],\"delay_ms\":500}");
    }

    @Test
    void areShownWithWhatWasLeftOut() {
        var id = caller.create("\"triggers\": [{\"kafka\": {\"topic\": \"orders\"}}]");
        assertThat(caller.get("/callbacks/" + id).json().at("/triggers/0/kafka").toString())
                .isEqualTo(
                        """
                        {"name":"orders","topic":"orders","group":"callbacks-%d-orders","start":"latest",\
                        "concurrency":10,"batch":1,"filter":{"exact":{},"prefix":{},"suffix":{}},"output":null,\
                        "bootstrap_servers":null,"security":null,"paused":false}"""
                                .formatted(id));
    }

    @Test
    void changeNothingButTheVersion() {
        var id = caller.create("");
        var changed =
                caller.put(
                        "/callbacks/" + id,
                        "{\"retry\": {\"tries\": 5}, \"triggers\": [{\"kafka\": {\"topic\": \"a\"}}]}");
        assertThat(changed.status()).isEqualTo(200);
        assertThat(changed.number("/version")).isEqualTo(2);
        assertThat(changed.number("/revision")).isEqualTo(1);
        assertThat(changed.number("/retry/tries")).isEqualTo(5);
        var published = published(id, 2);
        assertThat(published.change().type()).isEqualTo("callback-updated");
        assertThat(published.snapshot().desired().generation()).isZero();
        assertThat(published.snapshot().retry())
                .isEqualTo(new Retry(5, Retry.DEFAULT.statuses(), 500));
        assertThat(published.snapshot().triggers()).extracting(Trigger::name).containsExactly("a");
    }

    @Test
    void areReplacedAsAWholeAndStayIfNotSpokenOf() {
        var id = caller.create("\"triggers\": [{\"kafka\": {\"topic\": \"a\", \"batch\": 5}}]");
        var path = "/callbacks/" + id;
        assertThat(caller.put(path, "{\"timeout_seconds\": 5}").number("/triggers/0/kafka/batch"))
                .isEqualTo(5);
        var same = "{\"triggers\": [{\"kafka\": {\"topic\": \"a\", \"batch\": 5}}]}";
        assertThat(caller.patch(path, same).number("/version")).isEqualTo(2);
        var two =
                "{\"triggers\": [{\"kafka\": {\"topic\": \"b\"}}, {\"kafka\": {\"topic\": \"c\"}}]}";
        assertThat(caller.patch(path, two).json().get("triggers").size()).isEqualTo(2);
        assertThat(caller.put(path, "{\"triggers\": null}").json().get("triggers").isEmpty())
                .isTrue();
    }

    @Test
    void canBeSentBackAsTheyAreShown() {
        var id = caller.create("\"triggers\": [%s]".formatted(SECURED.formatted("secret")));
        var shown = caller.get("/callbacks/" + id).json();
        assertThat(shown.at("/triggers/0/kafka/security/password").stringValue())
                .isEqualTo("********");
        var body =
                "{\"triggers\": %s, \"retry\": %s}"
                        .formatted(shown.get("triggers"), shown.get("retry"));
        assertThat(caller.put("/callbacks/" + id, body).number("/version")).isEqualTo(1);
        assertThat(caller.patch("/callbacks/" + id, body).number("/version")).isEqualTo(1);
    }

    @Test
    void sealTheirPasswordWithKeysOfTheirOwn() {
        var id = caller.create("\"triggers\": [%s]".formatted(SECURED.formatted("secret")));
        var first = published(id, 1).snapshot();
        assertThat(opened(first)).isEqualTo("secret");
        assertThat(stored(id).toJson()).doesNotContain("\"secret\"");
        var again = "{\"triggers\": [%s]}".formatted(SECURED.formatted("other"));
        assertThat(caller.put("/callbacks/" + id, again).number("/version")).isEqualTo(2);
        var masked = again.replace("other", "********");
        var elsewhere = caller.put("/callbacks/" + id, masked.replace("9093", "9094"));
        assertThat(elsewhere.field()).isEqualTo("triggers[0].kafka.security.password");
        var larger = masked.replace("\"topic\"", "\"batch\": 2, \"topic\"");
        assertThat(caller.put("/callbacks/" + id, larger).number("/version")).isEqualTo(3);
        assertThat(opened(published(id, 3).snapshot())).isEqualTo("other");
    }

    @Test
    void leaveNoPasswordWhenTheCallbackIsDeleted() {
        var id = caller.create("\"triggers\": [%s]".formatted(SECURED.formatted("secret")));
        assertThat(caller.delete("/callbacks/" + id).status()).isEqualTo(204);
        assertThat(published(id, 2).snapshot().triggers()).isEmpty();
        assertThat(stored(id).toJson()).doesNotContain("passwordSealed");
    }

    @Test
    void refuseAMaskForWhatHasNoPasswordYet() {
        var id = caller.create("\"triggers\": [{\"kafka\": {\"topic\": \"orders\"}}]");
        var answer =
                caller.put(
                        "/callbacks/" + id,
                        "{\"triggers\": [%s]}".formatted(SECURED.formatted("********")));
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.field()).isEqualTo("triggers[0].kafka.security.password");
    }

    @Test
    void restAndGoOn() {
        var id = caller.create("\"triggers\": [{\"kafka\": {\"topic\": \"orders\"}}]");
        var paused = act(id, "orders", "pause");
        assertThat(paused.status()).isEqualTo(200);
        assertThat(paused.json().get("paused").booleanValue()).isTrue();
        assertThat(act(id, "orders", "pause").status()).isEqualTo(200);
        assertThat(published(id, 2).snapshot().triggers().getFirst().paused()).isTrue();
        assertThat(act(id, "orders", "resume").json().get("paused").booleanValue()).isFalse();
        assertThat(caller.get("/callbacks/" + id).number("/version")).isEqualTo(3);
    }

    @Test
    void areUnknownByAnotherName() {
        var id = caller.create("");
        assertThat(act(id, "orders", "pause").status()).isEqualTo(404);
        assertThat(act(id, "orders", "resume").problem()).isEqualTo("unknown-trigger");
        assertThat(act(999_999, "orders", "pause").problem()).isEqualTo("unknown-callback");
        assertThat(caller.get("/callbacks/999999/triggers").problem())
                .isEqualTo("unknown-callback");
    }

    @Test
    void areListedWithWhatIsToldOfThem() {
        var id = caller.create("\"triggers\": [{\"kafka\": {\"topic\": \"orders\"}}]");
        var before = caller.get("/callbacks/" + id + "/triggers").json().at("/items/0");
        assertThat(before.get("state").stringValue()).isEqualTo("unknown");
        assertThat(before.get("seen_at").isNull()).isTrue();
        await().atMost(SOON)
                .until(
                        () -> {
                            tell(id, "one");
                            tell(id, "two");
                            return caller.get("/callbacks/" + id + "/triggers")
                                            .number("/items/0/invokers")
                                    == 2;
                        });
        var item = caller.get("/callbacks/" + id + "/triggers").json().at("/items/0");
        assertThat(item.get("state").stringValue()).isEqualTo("running");
        assertThat(item.get("group").stringValue()).isEqualTo("callbacks-%d-orders".formatted(id));
        assertThat(item.get("lag").longValue()).isEqualTo(24);
        assertThat(item.get("in_flight").longValue()).isEqualTo(6);
        assertThat(item.at("/last_error/problem").stringValue()).isEqualTo("handler-raised");
    }

    /** Callbacks of old know nothing of triggers. */
    @Test
    void haveDefaultsInDocumentsOfOld() {
        var id = caller.create("\"triggers\": [{\"kafka\": {\"topic\": \"orders\"}}]");
        try (var client = MongoClients.create(registry.mongo())) {
            client.getDatabase("registry")
                    .getCollection("callbacks")
                    .updateOne(
                            new Document("_id", id),
                            new Document(
                                    "$unset", new Document("retry", "").append("triggers", "")));
        }
        assertThat(caller.get("/callbacks/" + id).json().get("triggers").isEmpty()).isTrue();
        assertThat(caller.get("/callbacks/" + id).number("/retry/tries")).isEqualTo(3);
    }

    private Answer act(long id, String trigger, String what) {
        return caller.call(
                "POST", "/callbacks/%d/triggers/%s/%s".formatted(id, trigger, what), new byte[0]);
    }

    private void tell(long id, String invoker) {
        var now = Instant.now();
        var seen =
                new TriggerSeen(
                        id,
                        "orders",
                        invoker,
                        TriggerSeen.State.RUNNING,
                        12,
                        3,
                        1200,
                        1,
                        new TriggerSeen.Trouble("handler-raised", "KeyError", now),
                        now);
        try (var producer =
                new KafkaProducer<>(
                        Map.<String, Object>of("bootstrap.servers", registry.kafka()),
                        new StringSerializer(),
                        new ByteArraySerializer())) {
            producer.send(TransactionalProducers.record(EventCodec.encode(seen, now)));
        }
    }

    private CallbackChanged published(long id, long version) {
        return await().atMost(SOON)
                .until(() -> find(id, version), Optional::isPresent)
                .orElseThrow();
    }

    private Optional<CallbackChanged> find(long id, long version) {
        return new Topic(registry.kafka(), Topics.CALLBACK)
                .records().stream()
                        .filter(r -> r.key().equals(Long.toString(id)))
                        .map(r -> EventCodec.decode(type(r), r.value()))
                        .map(CallbackChanged.class::cast)
                        .filter(e -> e.snapshot().version() == version)
                        .findFirst();
    }

    private static String type(ConsumerRecord<?, ?> record) {
        return new String(record.headers().lastHeader("ce_type").value(), UTF_8);
    }

    private String opened(CallbackSnapshot snapshot) {
        var trigger = snapshot.triggers().getFirst();
        var sealed = requireNonNull(requireNonNull(trigger.cluster()).passwordSealed());
        var keys = SealKeys.in(registry.data().resolve("trigger-keys"));
        return requireNonNull(
                Opener.of(keys.privateKeyset())
                        .open(snapshot.uid(), Map.of(trigger.sealedAs(), sealed))
                        .get(trigger.sealedAs()));
    }

    private Document stored(long id) {
        try (var client = MongoClients.create(registry.mongo())) {
            var callbacks = client.getDatabase("registry").getCollection("callbacks");
            return requireNonNull(callbacks.find(new Document("_id", id)).first());
        }
    }
}
