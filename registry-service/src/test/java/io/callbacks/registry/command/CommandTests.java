package io.callbacks.registry.command;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.mongodb.client.MongoClients;
import io.callbacks.event.BuildEvent.BuildKey;
import io.callbacks.event.BuildEvent.BuildSucceeded;
import io.callbacks.event.DeploymentObserved;
import io.callbacks.event.Event;
import io.callbacks.event.EventCodec;
import io.callbacks.event.TargetSeen;
import io.callbacks.event.Topics;
import io.callbacks.registry.testing.Answer;
import io.callbacks.registry.testing.Caller;
import io.callbacks.registry.testing.Commander;
import io.callbacks.registry.testing.Commander.Result;
import io.callbacks.registry.testing.Registry;
import io.callbacks.registry.testing.RunningRegistry;
import io.callbacks.testing.kafka.Topic;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.bson.Document;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(RunningRegistry.class)
class CommandTests {
    private static final Duration SOON = Duration.ofSeconds(60);

    private final Registry registry;
    private final Caller caller;
    private final Commander commander;

    CommandTests(Registry registry) {
        this.registry = registry;
        caller = new Caller(registry::uri);
        commander = new Commander(registry::kafka);
    }

    @Test
    void createsACallback() {
        var path = Caller.freshPath();
        var result = commander.call("create-callback", null, Caller.callback(path, ""));
        assertThat(result.status()).as(result.text()).isEqualTo(201);
        assertThat(result.key()).isEqualTo("key");
        assertThat(result.headers())
                .containsOnlyKeys(
                        "ce_specversion",
                        "ce_id",
                        "ce_source",
                        "ce_type",
                        "ce_time",
                        "ce_subject",
                        "ce_correlationid",
                        "ce_statuscode",
                        "content-type")
                .containsEntry("ce_type", "command-succeeded")
                .containsEntry("ce_source", "/registry")
                .containsEntry("content-type", "application/json");
        var id = result.json().get("callback_id").longValue();
        assertThat(result.header("ce_subject")).isEqualTo(Long.toString(id));
        assertThat(result.json().get("path").stringValue()).isEqualTo(path);
        assertThat(caller.get("/callbacks/" + id).status()).isEqualTo(200);
    }

    @Test
    void takesStructuredEvents() {
        var id = Commander.freshId();
        var record =
                Commander.record(
                        "k",
                        """
                        {"specversion": "1.0", "id": "%s", "source": "/tests", "type": "create-callback", "data": %s}"""
                                .formatted(id, Caller.callback(Caller.freshPath(), ""))
                                .getBytes(UTF_8));
        Commander.header(record, "content-type", "application/cloudevents+json; charset=UTF-8");
        commander.send(record);
        assertThat(commander.result(id).status()).isEqualTo(201);
        assertThat(commander.result(id).key()).isEqualTo("k");
    }

    @Test
    void doesWhateverHttpDoes() {
        var id = caller.create("\"env\": {\"A\": \"secret-a\"}");
        assertThat(ok("update-callback", id, "{\"timeout_seconds\": 5}").number("timeout_seconds"))
                .isEqualTo(5);
        assertThat(ok("patch-callback", id, "{\"env\": {\"B\": \"secret-b\"}}").env())
                .isEqualTo("{\"A\":\"********\",\"B\":\"********\"}");
        assertThat(ok("update-env", id, "{\"C\": \"secret-c\"}").env())
                .isEqualTo("{\"C\":\"********\"}");
        assertThat(ok("rebuild", id, "").number("revision")).isEqualTo(2);
        tell(built(id, 1));
        assertThat(ok("rollback", id, "{\"revision\": 1}").number("revision")).isEqualTo(1);
        var gone = commander.call("delete-callback", id, "");
        assertThat(gone.status()).isEqualTo(204);
        assertThat(gone.value()).isNull();
        assertThat(gone.headers()).doesNotContainKey("content-type");
        assertThat(gone.header("ce_subject")).isEqualTo(Long.toString(id));
        assertThat(caller.get("/callbacks/" + id).status()).isEqualTo(404);
    }

    @Test
    void deploysAndUndeploys() {
        processIsThere();
        var id = caller.create("");
        var on = commander.call("deploy", id, "");
        assertThat(on.status()).as(on.text()).isEqualTo(202);
        assertThat(caller.get("/callbacks/" + id).text("/status")).isEqualTo("building");
        assertThat(commander.call("deploy", id, "{\"c_type\": \"process\"}").status())
                .isEqualTo(202);
        assertThat(commander.call("undeploy", id, "").status()).isEqualTo(200);
        assertThat(caller.get("/callbacks/" + id).number("/version")).isEqualTo(3);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
                    create-callback | POST  | /callbacks               | {"path": "a//b", "env": {"1": "x"}}
                    create-callback | POST  | /callbacks               | {"path": "a//b", "method": "GET", "type": "python", "code": "x"}
                    create-callback | POST  | /callbacks               | [1]
                    create-callback | POST  | /callbacks               | {"path":
                    create-callback | POST  | /callbacks               | {"path": "a", "path": "b"}
                    create-callback | POST  | /callbacks               | {} {}
                    create-callback | POST  | /callbacks               | ``
                    update-callback | PUT   | /callbacks/999999          | {}
                    update-callback | PUT   | /callbacks/{id}          | {"triggers": [{"kafka": {"topic": "callbacks.x"}}]}
                    patch-callback  | PATCH | /callbacks/{id}          | {"env": {"A": "********"}}
                    delete-callback | DELETE | /callbacks/999999       | ``
                    rebuild         | POST  | /callbacks/999999/rebuild  | ``
                    rollback        | POST  | /callbacks/{id}/rollback | {}
                    rollback        | POST  | /callbacks/{id}/rollback | {"revision": 7}
                    rollback        | POST  | /callbacks/{id}/rollback | {"revision": 1}
                    rollback        | POST  | /callbacks/999999/rollback | {}
                    """)
    void hasTheProblemsOfHttp(String type, String method, String path, @Nullable String body) {
        var id = path.contains("999999") ? 999_999 : caller.create("");
        var at = path.replace("{id}", Long.toString(id));
        var data = body == null ? "" : body;
        var http =
                caller.call(method, at, data.getBytes(UTF_8), "Content-Type", "application/json");
        var result = commander.call(type, type.startsWith("create") ? null : id, data);
        assertSame(result, http);
    }

    @Test
    void refusesADuplicateAsHttpDoes() {
        var body = Caller.callback(Caller.freshPath(), "");
        assertThat(caller.post("/callbacks", body).status()).isEqualTo(201);
        assertSame(commander.call("create-callback", null, body), caller.post("/callbacks", body));
    }

    @Test
    void refusesATargetThatIsNotThereAsHttpDoes() {
        var id = caller.create("");
        var body = "{\"callback_id\": %d, \"status\": true, \"c_type\": \"kubernetes\"}";
        tell(new TargetSeen("kubernetes", false, "no cluster.", List.of(), Instant.now()));
        assertSame(
                commander.call("deploy", id, "{\"c_type\": \"k8s\"}"),
                caller.post("/deploy", body.formatted(id)));
    }

    @Test
    void refusesOtherMediaTypesAsHttpDoes() {
        var id = caller.create("");
        var result = commander.call("update-callback", id, "{}", "content-type", "text/plain");
        assertSame(
                result,
                caller.call(
                        "PUT",
                        "/callbacks/" + id,
                        "{}".getBytes(UTF_8),
                        "Content-Type",
                        "text/plain"));
        var merge = "application/merge-patch+json";
        assertThat(commander.call("patch-callback", id, "{}", "content-type", merge).status())
                .isEqualTo(200);
    }

    private static void assertSame(Result result, Answer http) {
        assertThat(result.header("ce_type")).isEqualTo("command-failed");
        assertThat(result.status()).as(http.toString()).isEqualTo(http.status());
        assertThat(result.header("content-type")).isEqualTo(http.header("Content-Type"));
        assertThat(result.text()).isEqualTo(http.response().body());
    }

    @ParameterizedTest
    @CsvSource({
        "rename-callback, 1, type, unknown-command",
        "update-callback, , subject, invalid-subject",
        "update-callback, one, subject, invalid-subject",
        "deploy, -1, subject, invalid-subject",
        "deploy, 99999999999999999999, subject, invalid-subject",
    })
    void answersWhatAsksForNothingThereIs(
            String type, @Nullable String subject, String field, String problem) {
        var result = commander.call(type, subject, "{}");
        assertThat(result.status()).isEqualTo(400);
        assertThat(result.header("ce_type")).isEqualTo("command-failed");
        assertThat(result.header("content-type")).isEqualTo("application/problem+json");
        assertThat(result.headers()).doesNotContainKey("ce_subject");
        assertThat(result.json().get("type").stringValue())
                .isEqualTo("urn:callbacks:problem:" + problem);
        assertThat(result.json().get("field").stringValue()).isEqualTo(field);
    }

    @Test
    void doesACommandOnceAndAnswersItsRepeatTheSame() {
        var id = Commander.freshId();
        var body = Caller.callback(Caller.freshPath(), "");
        commander.send(id, "create-callback", null, body);
        commander.results(id, 1);
        commander.send(id, "create-callback", null, body);
        var answers = commander.results(id, 2);
        assertThat(answers).hasSize(2);
        assertThat(answers.get(1).text()).isEqualTo(answers.get(0).text());
        assertThat(answers.get(1).headers()).isEqualTo(answers.get(0).headers());
        assertThat(answers.get(0).status()).isEqualTo(201);
    }

    @Test
    void answersARepeatUnderItsOwnKey() {
        var id = Commander.freshId();
        commander.send(id, "rebuild", 999_999, "");
        var again = Commander.record("other", null);
        for (var header : List.of("specversion=1.0", "id=" + id, "source=/tests", "type=rebuild")) {
            var parts = header.split("=", 2);
            Commander.header(again, "ce_" + parts[0], parts[1]);
        }
        commander.send(again);
        assertThat(commander.results(id, 2))
                .extracting(Result::key)
                .containsExactlyInAnyOrder("key", "other");
    }

    /** As after a crash between the deed and its note. */
    @Test
    void doesNothingAgainWhenItDoesNotKnowThatItIsDone() {
        var id = Commander.freshId();
        var body = Caller.callback(Caller.freshPath(), "");
        commander.send(id, "create-callback", null, body);
        var first = commander.result(id);
        forgetResult(id);
        commander.send(id, "create-callback", null, body);
        var second = commander.results(id, 2).get(1);
        assertThat(second.status()).isEqualTo(201);
        assertThat(second.header("ce_subject")).isEqualTo(first.header("ce_subject"));

        var rebuild = Commander.freshId();
        commander.send(rebuild, "rebuild", first.header("ce_subject"), "");
        commander.result(rebuild);
        forgetResult(rebuild);
        commander.send(rebuild, "rebuild", first.header("ce_subject"), "");
        assertThat(commander.results(rebuild, 2).get(1).json().get("revision").intValue())
                .isEqualTo(2);
    }

    private void forgetResult(String id) {
        try (var client = MongoClients.create(registry.mongo())) {
            var forget = new Document("result", "").append("awaited", "").append("pending", "");
            client.getDatabase("registry")
                    .getCollection("commands")
                    .updateOne(new Document("correlation", id), new Document("$unset", forget));
        }
    }

    @Test
    void goesInTheOrderOfAKey() {
        var id = caller.create("");
        var ids = IntStream.range(0, 20).mapToObj(i -> Commander.freshId()).toList();
        for (int i = 0; i < ids.size(); i++) {
            commander.send(
                    ids.get(i),
                    "update-callback",
                    id,
                    "{\"timeout_seconds\": %d}".formatted(i + 100));
        }
        commander.results(ids.getLast(), 1);
        var seen =
                commander.all().stream()
                        .filter(r -> ids.contains(r.header("ce_correlationid")))
                        .map(r -> r.json().get("timeout_seconds").intValue());
        assertThat(seen).containsExactlyElementsOf(IntStream.range(100, 120).boxed().toList());
    }

    @Test
    void waitsForTheEndAndHoldsUpNothing() {
        processIsThere();
        var id = caller.create("");
        var waits = Commander.freshId();
        commander.send(waits, "deploy", id, "", "ce_prefer", "wait=60");
        var behind = commander.call("patch-callback", id, "{\"retry\": {\"tries\": 2}}");
        assertThat(behind.status()).isEqualTo(202);
        assertThat(commander.results(waits)).isEmpty();
        tell(built(id, 1));
        tell(serving(id, 1));
        var result = commander.result(waits);
        assertThat(result.status()).isEqualTo(200);
        assertThat(result.json().get("status").stringValue()).isEqualTo("deployed");
    }

    @Test
    void answersWhenThePatienceIsOver() {
        processIsThere();
        var id = caller.create("");
        var begun = Instant.now();
        var result = commander.call("deploy", id, "", "ce_prefer", "wait=2");
        assertThat(result.status()).isEqualTo(202);
        assertThat(Duration.between(begun, Instant.now())).isGreaterThan(Duration.ofSeconds(2));
    }

    @Test
    void waitsForABuild() {
        var path = Caller.freshPath();
        var id = Commander.freshId();
        commander.send(
                id, "create-callback", null, Caller.callback(path, ""), "ce_prefer", "wait=60");
        var made =
                await().atMost(SOON)
                        .until(
                                () -> caller.get("/callbacks?path=" + path).json().get("items"),
                                items -> !items.isEmpty());
        assertThat(commander.results(id)).isEmpty();
        tell(built(made.get(0).get("callback_id").longValue(), 1));
        assertThat(commander.result(id).json().get("status").stringValue()).isEqualTo("built");
    }

    @Test
    void goesOnWaitingAfterARestart() {
        processIsThere();
        var id = caller.create("");
        var waits = Commander.freshId();
        commander.send(waits, "deploy", id, "", "ce_prefer", "wait=100");
        await().atMost(SOON)
                .until(() -> caller.get("/callbacks/" + id).text("/status").equals("building"));
        await().atMost(SOON).until(() -> stored(waits).get("waiting") != null);
        registry.restart();
        assertThat(commander.results(waits)).isEmpty();
        tell(built(id, 1));
        tell(serving(id, 1));
        assertThat(commander.result(waits).status()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"no headers", "no id", "broken json"})
    void movesWhatIsNoCloudEventAway(String what) {
        var key = "poison " + what + Commander.freshId();
        commander.send(poison(what, key));
        await().atMost(SOON).until(() -> reasons(key).count() == 1);
        assertThat(reasons(key)).allMatch(reason -> !reason.isBlank());
        assertThat(commander.call("rebuild", 999_999, "").status()).isEqualTo(404);
    }

    private static ProducerRecord<byte[], byte[]> poison(String what, String key) {
        var record = Commander.record(key, "{".getBytes(UTF_8));
        switch (what) {
            case "no id" -> {
                Commander.header(record, "ce_specversion", "1.0");
                Commander.header(record, "ce_type", "deploy");
            }
            case "broken json" ->
                    Commander.header(record, "content-type", "application/cloudevents+json");
            default -> {}
        }
        return record;
    }

    private Stream<String> reasons(String key) {
        return new Topic(registry.kafka(), Topics.deadLetter(Topics.COMMAND))
                .records().stream()
                        .filter(r -> key.equals(r.key()))
                        .map(r -> r.headers().lastHeader("callbacks-dlt-reason").value())
                        .map(reason -> new String(reason, UTF_8));
    }

    @Test
    void keepsNoValueOfAnEnv() {
        var id = caller.create("");
        commander.call("update-env", id, "{\"A\": \"a-very-secret-value\"}");
        commander.call("update-env", id, "{\"PATH\": \"a-very-secret-value\"}");
        try (var client = MongoClients.create(registry.mongo())) {
            var database = client.getDatabase("registry");
            for (var collection : List.of("commands", "callbacks")) {
                assertThat(database.getCollection(collection).find())
                        .noneMatch(document -> document.toJson().contains("a-very-secret-value"));
            }
        }
        assertThat(commander.all()).noneMatch(r -> r.text().contains("a-very-secret-value"));
    }

    @Test
    void leavesNothingToPublish() {
        var id = Commander.freshId();
        commander.send(id, "rebuild", 999_999, "");
        commander.result(id);
        await().atMost(SOON).until(() -> stored(id).get("pending") == null);
        assertThat(stored(id).getList("outbox", Document.class)).isEmpty();
    }

    private Document stored(String id) {
        try (var client = MongoClients.create(registry.mongo())) {
            var found =
                    client.getDatabase("registry")
                            .getCollection("commands")
                            .find(new Document("correlation", id))
                            .first();
            return found == null ? new Document() : found;
        }
    }

    private record Ok(Result result) {
        long number(String field) {
            return result.json().get(field).longValue();
        }

        String env() {
            return result.json().get("env").toString();
        }
    }

    private Ok ok(String type, long id, String data) {
        var result = commander.call(type, id, data);
        assertThat(result.status()).as(result.text()).isEqualTo(200);
        assertThat(result.header("ce_type")).isEqualTo("command-succeeded");
        return new Ok(result);
    }

    private void processIsThere() {
        tell(new TargetSeen("process", true, null, List.of(), Instant.now()));
        await().atMost(SOON)
                .until(() -> caller.get("/targets").json().at("/items/0/available").booleanValue());
    }

    private BuildSucceeded built(long id, int revision) {
        var key = new BuildKey(id, uid(id), revision, "process", 1);
        return new BuildSucceeded(key, List.of(), null, 1, false);
    }

    private DeploymentObserved serving(long id, long generation) {
        return new DeploymentObserved(
                DeploymentObserved.Change.DEPLOYMENT_READY,
                id,
                uid(id),
                1,
                new DeploymentObserved.Serving(generation, 1, 1, "process", 1),
                null);
    }

    private String uid(long id) {
        return caller.get("/callbacks/" + id).text("/uid");
    }

    private void tell(Event event) {
        var encoded = EventCodec.encode(event, Instant.now());
        var record =
                new ProducerRecord<>(
                        encoded.topic(), encoded.key().getBytes(UTF_8), encoded.value());
        encoded.headers().forEach((name, value) -> Commander.header(record, name, value));
        commander.send(record);
        if (event instanceof BuildSucceeded done) {
            var id = done.build().callbackId();
            var state = "/items/%d/state".formatted(newest(id) - done.build().revision());
            var path = "/callbacks/" + id + "/revisions";
            await().atMost(SOON).until(() -> caller.get(path).text(state).equals("built"));
        }
    }

    private long newest(long id) {
        return caller.get("/callbacks/" + id + "/revisions").number("/items/0/revision");
    }
}
