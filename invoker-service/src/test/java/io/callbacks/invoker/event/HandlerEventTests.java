package io.callbacks.invoker.event;

import static java.nio.charset.StandardCharsets.UTF_16BE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.callbacks.cloudevent.CloudEvent;
import io.callbacks.cloudevent.CloudEventReader;
import io.callbacks.cloudevent.InvalidCloudEventException;
import io.callbacks.cloudevent.JsonData;
import io.callbacks.invoker.testing.Delivered;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class HandlerEventTests {
    private static final JsonMapper JSON = new JsonMapper();
    private static final String KAFKA =
            "\"kafka\":{\"topic\":\"orders\",\"partition\":3,\"offset\":1042,\"key\":null,"
                    + "\"timestamp\":\"2026-01-02T03:04:05.123Z\",\"headers\":{}}";

    /** The least that is an event. */
    private static Delivered event() {
        return Delivered.at("orders", 3, 1042)
                .header("ce_specversion", "1.0")
                .header("ce_id", "A-1")
                .header("ce_source", "/shop")
                .header("ce_type", "order-placed");
    }

    private static HandlerEvent read(Delivered delivered, Map<String, String> parameters) {
        var record = delivered.record();
        var event = CloudEventReader.read(Texts.of(record.headers()), record.value());
        JsonData.check(event);
        return new HandlerEvent(record, event, parameters);
    }

    private static HandlerEvent read(Delivered delivered) {
        return read(delivered, Map.of());
    }

    private static JsonNode json(Delivered delivered) {
        return JSON.readTree(read(delivered).json("3-1042", 1));
    }

    private static void check(String contentType, byte[] data) {
        JsonData.check(CloudEvent.of(Map.of("datacontenttype", contentType), Map.of(), data));
    }

    @Test
    void isWhatIsDocumented() {
        var delivered =
                Delivered.at("callbacks.invocation", 3, 1042)
                        .key("customer-5")
                        .header("ce_traceparent", "00-1")
                        .header("ce_dataschema", "https://shop/order")
                        .header("content-type", "application/json")
                        .header("ce_time", "2026-01-02T03:04:05Z")
                        .header("ce_subject", "POST shop/items/7")
                        .header("ce_type", "order-placed")
                        .header("ce_source", "/shop")
                        .header("ce_id", "A-1")
                        .header("ce_specversion", "1.0")
                        .value("{\"order\":1}");
        var expected =
                """
                {"version":"cloudevents/1.0",
                "attributes":{"specversion":"1.0","id":"A-1","source":"/shop",
                "type":"order-placed","subject":"POST shop/items/7",
                "time":"2026-01-02T03:04:05Z","datacontenttype":"application/json",
                "dataschema":"https://shop/order"},
                "extensions":{"traceparent":"00-1"},
                "data":{"order":1},
                "data_base64":null,
                "path_parameters":{"id":"7"},
                "kafka":{"topic":"callbacks.invocation","partition":3,"offset":1042,
                "key":"customer-5","timestamp":"2026-01-02T03:04:05.123Z","headers":{}},
                "delivery":{"invocation_id":"3-1042","attempt":2}}
                """
                        .replace("\n", "");
        var event = read(delivered, Map.of("id", "7"));
        assertThat(event.json("3-1042", 2)).asString().isEqualTo(expected);
    }

    @Test
    void hasNullsWhereThereIsNothing() {
        var expected =
                """
                {"version":"cloudevents/1.0",
                "attributes":{"specversion":"1.0","id":"A-1","source":"/shop",
                "type":"order-placed"},
                "extensions":{},
                "data":null,
                "data_base64":null,
                "path_parameters":null,
                %s,
                "delivery":{"invocation_id":"3-1042","attempt":1}}
                """
                        .replace("\n", "")
                        .formatted(KAFKA);
        assertThat(read(event()).json("3-1042", 1)).asString().isEqualTo(expected);
    }

    @Test
    void putsABatchIntoOneWithOneDelivery() {
        var first = read(event().header("content-type", "application/json").value("1"));
        var second = read(event().value("ä"));
        var expected =
                """
                {"version":"cloudevents-batch/1.0","events":[
                {"version":"cloudevents/1.0",
                "attributes":{"specversion":"1.0","id":"A-1","source":"/shop",
                "type":"order-placed","datacontenttype":"application/json"},
                "extensions":{},"data":1,"data_base64":null,"path_parameters":null,%1$s},
                {"version":"cloudevents/1.0",
                "attributes":{"specversion":"1.0","id":"A-1","source":"/shop",
                "type":"order-placed"},
                "extensions":{},"data":"ä","data_base64":null,"path_parameters":null,%1$s}],
                "delivery":{"invocation_id":"t-3-1042","attempt":1}}
                """
                        .replace("\n", "")
                        .formatted(KAFKA);
        assertThat(HandlerEvent.json(List.of(first, second), "t-3-1042", 1))
                .asString()
                .isEqualTo(expected);
    }

    @Test
    void holdsJsonToTheLetter() {
        var data = "{\"n\": 1.00000000000000000000001, \"a\":[1e400,\"\\u00e4\"]}";
        var event = read(event().header("content-type", "application/json").value(data));
        assertThat(event.json("1", 1)).asString().contains("\"data\":" + data + ",");
    }

    @ParameterizedTest
    @CsvSource({
        "application/json, true",
        "application/json; charset=utf-8, true",
        "application/vnd.shop+json, true",
        "TEXT/JSON, true",
        "text/plain, false",
        "application/jsonl, false"
    })
    void takesDataForJsonByItsType(String type, boolean isJson) {
        var data = json(event().header("content-type", type).value("[1]")).get("data");
        assertThat(data.isArray()).isEqualTo(isJson);
        assertThat(data.isString()).isEqualTo(!isJson);
    }

    @Test
    void takesStructuredDataForJsonUnlessItSaysOtherwise() {
        var structured =
                Delivered.at("orders", 3, 1042)
                        .header("content-type", "application/cloudevents+json; charset=utf-8")
                        .value(
                                "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/s\","
                                        + "\"type\":\"t\",\"count\":3,\"data\":{\"a\":null}}");
        assertThat(json(structured).get("data")).hasToString("{\"a\":null}");
        assertThat(json(structured).get("extensions")).hasToString("{\"count\":\"3\"}");
        assertThat(json(structured).get("kafka").get("headers")).isEmpty();
    }

    @Test
    void holdsTextAsText() {
        var json = json(event().header("content-type", "text/plain").value("a \"ß\"\n\0"));
        assertThat(json.get("data").stringValue()).isEqualTo("a \"ß\"\n\0");
        assertThat(json.get("data_base64").isNull()).isTrue();
    }

    @Test
    void holdsNoBytesAsEmptyText() {
        assertThat(json(event().value("")).get("data").stringValue()).isEmpty();
    }

    @Test
    void holdsBytesThatAreNoTextAsBase64() {
        var json = json(event().value(new byte[] {(byte) 0xff, 0, 1}));
        assertThat(json.get("data").isNull()).isTrue();
        assertThat(json.get("data_base64").stringValue()).isEqualTo("/wAB");
    }

    @Test
    void holdsAKeyThatIsNoTextAsBase64() {
        var json = json(event().key(new byte[] {(byte) 0xff, 0, 1}));
        assertThat(json.get("kafka").get("key").stringValue()).isEqualTo("/wAB");
        assertThat(json(event().key("")).get("kafka").get("key").stringValue()).isEmpty();
    }

    @Test
    void holdsTheOtherHeaders() {
        var delivered =
                event().header("content-type", "text/plain")
                        .header("a", "first")
                        .header("a", "last ß")
                        .header("b", new byte[] {(byte) 0xff})
                        .header("c", (byte[]) null)
                        .header("CE_x", "1")
                        .value("x");
        assertThat(json(delivered).get("kafka").get("headers"))
                .hasToString("{\"a\":\"last ß\",\"b\":\"/w==\",\"CE_x\":\"1\"}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''      | the data is empty",
                "' '     | the data is empty",
                "1 2     | the data is more than one JSON value",
                "{} {}   | the data is more than one JSON value",
                "{       | the data is not JSON, as datacontenttype says",
                "[1,]    | the data is not JSON, as datacontenttype says",
                "hello   | the data is not JSON, as datacontenttype says",
                "{} x    | the data is not JSON, as datacontenttype says",
                "NaN     | the data is not JSON, as datacontenttype says"
            })
    void refusesDataThatIsNotTheJsonItSays(String data, String reason) {
        assertThatExceptionOfType(InvalidCloudEventException.class)
                .isThrownBy(() -> check("application/json", data.getBytes(UTF_8)))
                .withMessageStartingWith(reason);
    }

    @Test
    void tellsWhereDataIsNotJsonAndNothingOfIt() {
        assertThatExceptionOfType(InvalidCloudEventException.class)
                .isThrownBy(() -> check("application/json", "{\"a\": s3cret}".getBytes(UTF_8)))
                .withMessage("the data is not JSON, as datacontenttype says, at line 1, column 7.");
    }

    @Test
    void refusesJsonThatIsNotUtf8() {
        var latin = new byte[] {'"', (byte) 0xe4, '"'};
        for (var data :
                List.of(latin, "{\"a\":\"ä\"}".getBytes(UTF_16BE), "[1]".getBytes(UTF_16BE))) {
            assertThatExceptionOfType(InvalidCloudEventException.class)
                    .isThrownBy(() -> check("application/json", data));
        }
    }

    /** It would stand in the middle of the JSON, where it is none. */
    @Test
    void refusesJsonAfterAByteOrderMark() {
        assertThatExceptionOfType(InvalidCloudEventException.class)
                .isThrownBy(() -> check("application/json", "\uFEFF[1]".getBytes(UTF_8)));
    }

    @Test
    void looksAtNothingThatDoesNotSayItIsJson() {
        check("text/plain", "{".getBytes(UTF_8));
        JsonData.check(
                CloudEvent.of(Map.of("datacontenttype", "application/json"), Map.of(), null));
    }
}
