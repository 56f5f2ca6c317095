package io.callbacks.invoker.trigger;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.callbacks.cloudevent.CloudEvent;
import io.callbacks.cloudevent.InvalidCloudEventException;
import io.callbacks.event.Trigger.Filter;
import io.callbacks.invoker.testing.Delivered;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class TriggerRecordsTests {
    private static final CloudEvent ORDER =
            CloudEvent.of(
                    Map.of("specversion", "1.0", "id", "1", "type", "order-placed", "source", "/s"),
                    Map.of("region", "eu-north"),
                    null);

    private static Delivered record() {
        return Delivered.at("orders", 3, 17);
    }

    private static CloudEvent event(Delivered delivered) {
        return TriggerRecords.read(delivered.record()).event();
    }

    /** What the handler gets. */
    private static JsonNode json(Delivered delivered) {
        return new JsonMapper().readTree(TriggerRecords.read(delivered.record()).json("1", 1));
    }

    private static void refuses(Delivered delivered, String reason) {
        assertThatExceptionOfType(InvalidCloudEventException.class)
                .isThrownBy(() -> TriggerRecords.read(delivered.record()))
                .withMessageContaining(reason);
    }

    private static boolean passes(
            Map<String, String> exact, Map<String, String> prefix, Map<String, String> suffix) {
        return TriggerRecords.passes(new Filter(exact, prefix, suffix), ORDER);
    }

    @Test
    void areTheEventsTheyAre() {
        var event =
                event(
                        record().header("ce_specversion", "1.0")
                                .header("ce_id", "A-1")
                                .header("ce_source", "/shop")
                                .header("ce_type", "order-placed")
                                .header("ce_region", "eu")
                                .header("content-type", "application/json")
                                .value("{\"order\":1}"));
        assertThat(event.attributes())
                .containsOnly(
                        entry("specversion", "1.0"),
                        entry("id", "A-1"),
                        entry("source", "/shop"),
                        entry("type", "order-placed"),
                        entry("datacontenttype", "application/json"));
        assertThat(event.extensions()).isEqualTo(Map.of("region", "eu"));
        assertThat(event.data()).asString(UTF_8).isEqualTo("{\"order\":1}");
    }

    @Test
    void areTheEventsTheyHold() {
        var event =
                event(
                        record().header("content-type", "application/cloudevents+json")
                                .value(
                                        "{\"specversion\":\"1.0\",\"id\":\"A-1\","
                                                + "\"source\":\"/shop\",\"type\":\"t\","
                                                + "\"data\":[1]}"));
        assertThat(event.id()).isEqualTo("A-1");
        assertThat(event.isJson()).isTrue();
    }

    @Test
    void areRefusedWhereTheyClaimToBeEventsAndAreNone() {
        refuses(record().header("ce_specversion", "1.0"), "attribute 'id' is missing");
        refuses(
                record().header("content-type", "application/cloudevents+json").value("{"),
                "the value is not JSON");
        refuses(
                record().header("ce_specversion", "1.0")
                        .header("ce_id", "A-1")
                        .header("ce_source", "/shop")
                        .header("ce_type", "t")
                        .header("content-type", "application/json")
                        .value("hello"),
                "the data is not JSON");
    }

    @Test
    void areMadeEventsWhereTheyAreNone() {
        var event = event(record().key("k").value("{\"a\":1}"));
        assertThat(event.attributes())
                .containsExactly(
                        entry("specversion", "1.0"),
                        entry("id", "orders-3-17"),
                        entry("source", "kafka:orders"),
                        entry("type", "io.callbacks.kafka-record"),
                        entry("time", "2026-01-02T03:04:05.123Z"),
                        entry("datacontenttype", "application/json"));
        assertThat(event.extensions()).isEmpty();
        assertThat(event.isJson()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"a\": [1.50]}", "[]", "1", "\"text\"", "null", " true "})
    void areJsonWhereTheyLookLikeIt(String value) {
        assertThat(json(record().value(value)).get("data"))
                .isEqualTo(new JsonMapper().readTree(value));
    }

    @ParameterizedTest
    @ValueSource(strings = {"hello", "", "{", "1 2", "ä\n", "{}x", "\uFEFF{}"})
    void areTextWhereTheyLookLikeThat(String value) {
        var json = json(record().value(value));
        assertThat(json.get("data").stringValue()).isEqualTo(value);
        assertThat(json.get("data_base64").isNull()).isTrue();
    }

    @Test
    void areBytesOtherwise() {
        var json = json(record().value(new byte[] {(byte) 0xff, 1}));
        assertThat(json.get("data").isNull()).isTrue();
        assertThat(json.get("data_base64").stringValue()).isEqualTo("/wE=");
    }

    @Test
    void areNothingWhereTheyHaveNoValue() {
        var json = json(record().key("k"));
        assertThat(json.get("data").isNull()).isTrue();
        assertThat(json.get("data_base64").isNull()).isTrue();
    }

    @Test
    void areWhatTheirContentTypeSays() {
        var text = record().header("content-type", "text/plain").value("[1]");
        assertThat(json(text).get("data").stringValue()).isEqualTo("[1]");
        assertThat(event(text).contentType()).contains("text/plain");
        var json = record().header("content-type", "application/vnd.x+json").value("[1]");
        assertThat(json(json).get("data").isArray()).isTrue();
    }

    @Test
    void areWhatTheyLookLikeWhereTheirContentTypeIsNone() {
        var json = record().header("content-type", "json, I think").value("[1]");
        assertThat(event(json).contentType()).contains("application/json");
    }

    @Test
    void areRefusedWhereTheirContentTypeLies() {
        var json = record().header("content-type", "application/json");
        refuses(json.value("hello"), "the data is not JSON, as datacontenttype says");
        refuses(json.value(""), "the data is empty");
        refuses(json.value(new byte[] {'"', (byte) 0xff, '"'}), "");
    }

    @Test
    void keepOtherHeadersForTheHandler() {
        var headers = json(record().header("tenant", "a").value("1")).get("kafka").get("headers");
        assertThat(headers).hasToString("{\"tenant\":\"a\"}");
    }

    @Test
    void passWithoutFilter() {
        assertThat(TriggerRecords.passes(Filter.NONE, ORDER)).isTrue();
    }

    @Test
    void passWhereAttributesAreBeginOrEndAsAsked() {
        assertThat(passes(Map.of("type", "order-placed"), Map.of(), Map.of())).isTrue();
        assertThat(passes(Map.of("type", "order"), Map.of(), Map.of())).isFalse();
        assertThat(passes(Map.of(), Map.of("type", "order-"), Map.of())).isTrue();
        assertThat(passes(Map.of(), Map.of("type", "rder"), Map.of())).isFalse();
        assertThat(passes(Map.of(), Map.of(), Map.of("type", "placed"))).isTrue();
        assertThat(passes(Map.of(), Map.of(), Map.of("type", "Placed"))).isFalse();
    }

    @Test
    void passByExtensionsToo() {
        assertThat(passes(Map.of("region", "eu-north"), Map.of(), Map.of())).isTrue();
        assertThat(passes(Map.of(), Map.of("region", "us-"), Map.of())).isFalse();
    }

    @Test
    void passOnlyWhereAllIsAsAsked() {
        assertThat(
                        passes(
                                Map.of("type", "order-placed", "source", "/s"),
                                Map.of("region", "eu"),
                                Map.of("region", "north")))
                .isTrue();
        assertThat(passes(Map.of("type", "order-placed", "source", "/x"), Map.of(), Map.of()))
                .isFalse();
        assertThat(passes(Map.of("type", "order-placed"), Map.of("region", "us"), Map.of()))
                .isFalse();
    }

    @Test
    void passNotWithoutTheAttribute() {
        assertThat(passes(Map.of("subject", ""), Map.of(), Map.of())).isFalse();
        assertThat(passes(Map.of(), Map.of("subject", ""), Map.of())).isFalse();
        assertThat(passes(Map.of(), Map.of("region", ""), Map.of())).isTrue();
    }
}
