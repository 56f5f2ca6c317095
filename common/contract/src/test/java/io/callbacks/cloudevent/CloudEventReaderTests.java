package io.callbacks.cloudevent;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CloudEventReaderTests {
    private static final String STRUCTURED = "application/cloudevents+json; charset=UTF-8";
    private static final String REQUIRED =
            "\"specversion\": \"1.0\", \"id\": \"A-1\", \"source\": \"/shop\", \"type\": \"order-placed\"";

    @Test
    void readsBinaryMode() {
        var event =
                CloudEventReader.read(
                        binary(
                                Map.of(
                                        "ce_subject", "7",
                                        "ce_time", "2026-01-02T03:04:05.123+09:00",
                                        "ce_dataschema", "https://example.com/order",
                                        "ce_traceparent", "00-ab",
                                        "content-type", "application/json",
                                        "other", "no attribute")),
                        "{}".getBytes(UTF_8));
        assertThat(event.attributes())
                .containsEntry("id", "A-1")
                .containsEntry("subject", "7")
                .containsEntry("datacontenttype", "application/json")
                .containsEntry("dataschema", "https://example.com/order");
        assertThat(event.extensions()).containsOnly(Map.entry("traceparent", "00-ab"));
        assertThat(event.data()).asString(UTF_8).isEqualTo("{}");
        assertThat(event.isJson()).isTrue();
    }

    @Test
    void readsBinaryModeWithoutData() {
        var event = CloudEventReader.read(binary(Map.of()), null);
        assertThat(event.data()).isNull();
        assertThat(event.subject()).isEmpty();
    }

    @Test
    void readsStructuredModeWithJson() {
        var event = structured(", \"data\": {\"a\": [1, null]}, \"weight\": 5, \"gone\": null");
        assertThat(event.data()).asString(UTF_8).isEqualTo("{\"a\":[1,null]}");
        assertThat(event.contentType()).isEmpty();
        assertThat(event.isJson()).isTrue();
        assertThat(event.extensions()).containsOnly(Map.entry("weight", "5"));
    }

    @Test
    void readsStructuredModeWithText() {
        var event = structured(", \"datacontenttype\": \"text/plain\", \"data\": \"ä\"");
        assertThat(event.data()).asString(UTF_8).isEqualTo("ä");
    }

    @Test
    void readsStructuredModeWithJsonText() {
        var event = structured(", \"data\": \"text\"");
        assertThat(event.data()).asString(UTF_8).isEqualTo("\"text\"");
    }

    @Test
    void readsStructuredModeWithBytes() {
        var event = structured(", \"data_base64\": \"AP8=\"");
        assertThat(event.data()).containsExactly(0, 255);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ce_id          |                       | attribute 'id' is empty",
                "ce_source      | a b                   | not a URI reference",
                "ce_specversion | 0.3                   | only 1.0",
                "ce_time        | yesterday             | RFC 3339",
                "ce_time        | 2026-13-02T03:04:05Z  | RFC 3339",
                "ce_dataschema  | relative              | an absolute URI",
                "ce_subject     |                       | attribute 'subject' is empty",
                "ce_Mixed       | 1                     | not a name of an attribute",
                "ce_data        | 1                     | cannot be named",
                "content-type   | json                  | no media type"
            })
    void refusesABrokenAttribute(String header, String value, String reason) {
        assertThatExceptionOfType(InvalidCloudEventException.class)
                .isThrownBy(
                        () ->
                                CloudEventReader.read(
                                        binary(Map.of(header, value == null ? "" : value)), null))
                .withMessageContaining(reason);
    }

    @ParameterizedTest
    @ValueSource(strings = {"specversion", "id", "source", "type"})
    void refusesAMissingAttribute(String name) {
        var headers = binary(Map.of());
        headers.remove("ce_" + name);
        assertThatExceptionOfType(InvalidCloudEventException.class)
                .isThrownBy(() -> CloudEventReader.read(headers, null))
                .withMessage("attribute '" + name + "' is missing.");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "not json                                   | not JSON",
                "[1]                                        | not a JSON object",
                "{\"id\": \"1\", \"id\": \"2\"}            | a member of an object twice",
                "{\"id\": {\"a\": 1}}                      | an object or an array",
                "{\"data\": 1, \"data_base64\": \"AA==\"}  | both data and data_base64",
                "{\"data_base64\": \"*\"}                  | not Base64",
                "{\"id\": \"1\"}                           | is missing"
            })
    void refusesBrokenStructuredMode(String value, String reason) {
        assertThatExceptionOfType(InvalidCloudEventException.class)
                .isThrownBy(
                        () ->
                                CloudEventReader.read(
                                        Map.of("content-type", STRUCTURED.getBytes(UTF_8)),
                                        value.getBytes(UTF_8)))
                .withMessageContaining(reason);
    }

    @Test
    void refusesWhatIsNestedTooDeep() {
        var deep = "{\"data\": " + "[".repeat(2000) + "]".repeat(2000) + "}";
        assertThatExceptionOfType(InvalidCloudEventException.class)
                .isThrownBy(
                        () ->
                                CloudEventReader.read(
                                        Map.of("content-type", STRUCTURED.getBytes(UTF_8)),
                                        deep.getBytes(UTF_8)))
                .withMessageContaining("nested too deep");
    }

    @Test
    void refusesDataThatIsNestedTooDeep() {
        var deep = ("[".repeat(2000) + "]".repeat(2000)).getBytes(UTF_8);
        var event = CloudEvent.of(Map.of("datacontenttype", "application/json"), Map.of(), deep);
        assertThatExceptionOfType(InvalidCloudEventException.class)
                .isThrownBy(() -> JsonData.check(event))
                .withMessageContaining("nested too deep");
    }

    @Test
    void refusesABatch() {
        var batch = Map.of("content-type", "application/cloudevents-batch+json".getBytes(UTF_8));
        assertThatExceptionOfType(InvalidCloudEventException.class)
                .isThrownBy(() -> CloudEventReader.read(batch, "[]".getBytes(UTF_8)))
                .withMessageContaining("one event in a record");
    }

    @Test
    void tellsWhatClaimsToBeOne() {
        assertThat(CloudEventReader.claims(binary(Map.of()))).isTrue();
        assertThat(CloudEventReader.claims(Map.of("content-type", STRUCTURED.getBytes(UTF_8))))
                .isTrue();
        assertThat(CloudEventReader.claims(Map.of("content-type", "text/plain".getBytes(UTF_8))))
                .isFalse();
    }

    private static CloudEvent structured(String more) {
        return CloudEventReader.read(
                Map.of("content-type", STRUCTURED.getBytes(UTF_8)),
                ("{" + REQUIRED + more + "}").getBytes(UTF_8));
    }

    private static Map<String, byte[]> binary(Map<String, String> more) {
        var headers = new HashMap<String, byte[]>();
        Map.of(
                        "ce_specversion", "1.0",
                        "ce_id", "A-1",
                        "ce_source", "/shop",
                        "ce_type", "order-placed")
                .forEach((name, value) -> headers.put(name, value.getBytes(UTF_8)));
        more.forEach((name, value) -> headers.put(name, value.getBytes(UTF_8)));
        return headers;
    }
}
