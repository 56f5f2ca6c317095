package io.callbacks.event;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.callbacks.event.BuildEvent.BuildFailed;
import io.callbacks.event.BuildEvent.BuildKey;
import io.callbacks.event.BuildEvent.BuildStarted;
import io.callbacks.event.BuildEvent.BuildSucceeded;
import io.callbacks.event.DeploymentObserved.Attempt;
import io.callbacks.event.DeploymentObserved.Change;
import io.callbacks.event.DeploymentObserved.Serving;
import java.io.IOException;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.json.JsonMapper;

/** The golden files are the contract: whoever reads our topics relies on them. */
class EventCodecTests {
    private static final JsonMapper JSON = new JsonMapper();
    private static final Instant TIME = Instant.parse("2026-01-31T12:00:00.123456Z");
    private static final String UID = "01890a5d-ac96-774b-bcce-b302099a8057";
    private static final String DIGEST = "sha256:" + "ab".repeat(32);
    private static final BuildKey BUILD = new BuildKey(7, UID, 2, "process", 1);
    private static final Trigger TRIGGER =
            new Trigger(
                    "orders",
                    "orders",
                    "billing",
                    Trigger.Start.EARLIEST,
                    10,
                    1,
                    new Trigger.Filter(
                            Map.of("type", "order-placed"), Map.of("subject", "eu-"), Map.of()),
                    "invoices",
                    new Trigger.Cluster(
                            "broker:9093",
                            "SASL_SSL",
                            "SCRAM-SHA-512",
                            "billing",
                            "c2VhbGVk",
                            null),
                    false);
    private static final Failure FAILURE =
            new Failure(
                    "package-not-found",
                    "reqests",
                    "There is no package 'reqests'.",
                    "Check the name.",
                    "ERROR: No matching distribution found for reqests");

    static Stream<Event> events() {
        return Stream.of(
                        Stream.of(CallbackChange.values())
                                .map(change -> new CallbackChanged(change, snapshot(change))),
                        builds(),
                        observations())
                .flatMap(event -> event);
    }

    private static Stream<Event> builds() {
        return Stream.of(
                new BuildStarted(BUILD),
                new BuildSucceeded(
                        BUILD,
                        List.of(
                                new Layer(Layer.Role.DEPS, DIGEST, 1_048_576),
                                new Layer(Layer.Role.CODE, DIGEST, 120)),
                        null,
                        1.25,
                        false),
                new BuildFailed(BUILD, FAILURE, 0.5));
    }

    private static Stream<Event> observations() {
        var serving = new Serving(4, 2, 3, "process", 1);
        var failed = new Attempt(5, "start", FAILURE);
        return Stream.of(
                new DeploymentObserved(Change.DEPLOYMENT_READY, 7, UID, 5, serving, null),
                new DeploymentObserved(Change.DEPLOYMENT_FAILED, 7, UID, 6, serving, failed),
                new DeploymentObserved(Change.DEPLOYMENT_REMOVED, 7, UID, 7, null, null),
                new TargetSeen("docker", false, "no engine", List.of("python3.11"), TIME),
                new LoadSeen(7, "one", 12.5, TIME),
                new TriggerSeen(
                        7,
                        "orders",
                        "one",
                        TriggerSeen.State.RUNNING,
                        12,
                        3,
                        1200,
                        1,
                        new TriggerSeen.Trouble("handler-raised", "KeyError", TIME),
                        TIME));
    }

    private static CallbackSnapshot snapshot(CallbackChange change) {
        var deleted = change == CallbackChange.CALLBACK_DELETED;
        var source = new Source(2, "python", DIGEST, "requests==2.28.0\npandas==1.5.0");
        return new CallbackSnapshot(
                7,
                UID,
                9,
                "my_python_function",
                "POST",
                "python",
                2,
                DIGEST,
                "requests==2.28.0\npandas==1.5.0",
                Limits.DEFAULT,
                Scale.ONE,
                Retry.DEFAULT,
                List.of(TRIGGER),
                3,
                Map.of("API_KEY", "c2VhbGVk"),
                "3735928559",
                deleted,
                new Desired(4, !deleted, "process", 2, 3, source));
    }

    @ParameterizedTest
    @MethodSource("events")
    void writesWhatTheGoldenFileSays(Event event) throws IOException {
        var encoded = EventCodec.encode(event, TIME);
        assertThat(JSON.readTree(encoded.value())).isEqualTo(JSON.readTree(golden(event.type())));
    }

    @ParameterizedTest
    @MethodSource("events")
    void readsWhatTheGoldenFileSays(Event event) throws IOException {
        assertThat(EventCodec.decode(event.type(), golden(event.type()))).isEqualTo(event);
    }

    @ParameterizedTest
    @MethodSource("events")
    void isACloudEventInBinaryMode(Event event) {
        assertThat(EventCodec.encode(event, TIME).headers())
                .containsOnlyKeys(
                        "ce_specversion",
                        "ce_id",
                        "ce_source",
                        "ce_type",
                        "ce_subject",
                        "ce_time",
                        "content-type")
                .containsEntry("ce_specversion", "1.0")
                .containsEntry("ce_type", event.type())
                .containsEntry("ce_subject", event.key())
                .containsEntry("ce_time", "2026-01-31T12:00:00.123Z")
                .containsEntry("content-type", "application/json");
    }

    @Test
    void writesAndReadsARoute() throws IOException {
        var instance = new Route.Instance("7-4-beef", URI.create("http://127.0.0.1:40123"));
        var route = new Route(UID, 4, 2, 3, List.of(instance));
        assertThat(JSON.readTree(EventCodec.encode(route)))
                .isEqualTo(JSON.readTree(golden("route")));
        assertThat(EventCodec.decodeRoute(golden("route"))).isEqualTo(route);
    }

    @Test
    void ignoresMembersItDoesNotKnow() {
        var json = new String(EventCodec.encode(new BuildStarted(BUILD), TIME).value(), UTF_8);
        var more = json.replaceFirst("\\{", "{\"added_later\":{\"a\":1},");
        assertThat(EventCodec.decode("build-started", more.getBytes(UTF_8)))
                .isEqualTo(new BuildStarted(BUILD));
    }

    @Test
    void refusesWhatIsNoEventOfOurs() {
        assertUndecodable(null, "{}", "no ce_type header");
        assertUndecodable("callback-renamed", "{}", "unknown ce_type callback-renamed");
        assertUndecodable("build-started", "{", "not a BuildStarted");
        assertUndecodable("build-started", "{\"uid\":\"x\"}", "not a BuildStarted");
        assertUndecodable("callback-created", "[]", "not a CallbackSnapshot");
        assertUndecodable("build-started", "null", "not a BuildStarted");
    }

    private static void assertUndecodable(@Nullable String type, String json, String reason) {
        assertThatExceptionOfType(UndecodableEventException.class)
                .isThrownBy(() -> EventCodec.decode(type, json.getBytes(UTF_8)))
                .withMessageStartingWith(reason);
    }

    @Test
    void showsNoEnvValueWhenLogged() {
        var snapshot = snapshot(CallbackChange.ENV_UPDATED);
        assertThat(new CallbackChanged(CallbackChange.ENV_UPDATED, snapshot).toString())
                .contains("API_KEY")
                .doesNotContain("c2VhbGVk");
    }

    private static byte[] golden(String name) throws IOException {
        try (var in = EventCodecTests.class.getResourceAsStream("/event/" + name + ".json")) {
            assertThat(in).as("golden file of %s", name).isNotNull();
            return in.readAllBytes();
        }
    }
}
