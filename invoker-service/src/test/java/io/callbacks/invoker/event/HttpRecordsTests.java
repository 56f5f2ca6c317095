package io.callbacks.invoker.event;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.callbacks.blob.BlobStore;
import io.callbacks.blob.DirectoryBlobStore;
import io.callbacks.cloudevent.CloudEventReader;
import io.callbacks.cloudevent.InvalidCloudEventException;
import io.callbacks.invoker.gateway.LaterCall;
import io.callbacks.invoker.gateway.LaterCall.Header;
import io.callbacks.invoker.testing.Delivered;
import io.callbacks.invoker.testing.HandClock;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HttpRecordsTests {
    private static final Supplier<BlobStore> NO_STORE =
            () -> {
                throw new AssertionError("nothing is large here");
            };

    @TempDir private Path directory;
    private final HttpRecords records = new HttpRecords(NO_STORE, new HandClock(Delivered.AT));

    @SuppressWarnings("NullAway") // does not see in class files that a request may have no body
    private static LaterCall call(String target, byte @Nullable [] body, Header... headers) {
        return new LaterCall(
                7,
                "POST",
                target,
                List.of(headers),
                "/shop/{id}",
                Map.of("id", "ä b"),
                "10.0.0.1",
                "request-1",
                body);
    }

    private static LaterCall call(byte @Nullable [] body) {
        return call("/api/shop/1?x=%20&y", body, new Header("Host", "x"));
    }

    private static LaterCall read(HttpRecords by, ProducerRecord<byte[], byte[]> sent) {
        var headers = Texts.of(Delivered.of(sent, 0, 0).headers());
        var event = CloudEventReader.read(headers, sent.value());
        by.check(headers.get(HttpRecords.HEADER));
        return by.read(event, headers.get(HttpRecords.HEADER), 7);
    }

    private LaterCall thereAndBack(LaterCall call) {
        return read(records, records.of(call));
    }

    private void refuses(Delivered delivered, String reason) {
        var headers = Texts.of(delivered.record().headers());
        assertThatExceptionOfType(InvalidCloudEventException.class)
                .isThrownBy(() -> records.check(headers.get(HttpRecords.HEADER)))
                .withMessageContaining(reason);
    }

    /** A record of a request, without what only requests have. */
    private static Delivered request() {
        return Delivered.at("callbacks.invocation", 0, 0)
                .header("ce_specversion", "1.0")
                .header("ce_id", "1")
                .header("ce_source", "/api")
                .header("ce_type", "http-request");
    }

    private static Delivered request(String head) {
        return request().header(HttpRecords.HEADER, head);
    }

    private static Delivered request(String method, String target) {
        return request(HEAD.replace("POST", method).replace("/api/x", target));
    }

    private static final String HEAD =
            "{\"method\":\"POST\",\"target\":\"/api/x\",\"headers\":[],\"resource\":\"/x\","
                    + "\"parameters\":{},\"peer\":\"::1\",\"request_id\":\"r\"}";

    @Test
    void areEvents() {
        var sent = records.of(call("body".getBytes(UTF_8)));
        assertThat(sent.topic()).isEqualTo("callbacks.invocation");
        assertThat(sent.value()).asString(UTF_8).isEqualTo("body");
        assertThat(Delivered.texts(sent.headers()))
                .containsEntry("ce_specversion", "1.0")
                .containsEntry("ce_source", "/api")
                .containsEntry("ce_type", "http-request")
                .containsEntry("ce_subject", "7")
                .containsEntry("ce_time", "2026-01-02T03:04:05.123Z")
                .containsEntry("ce_track", "true")
                .doesNotContainKey("ce_dataref");
    }

    @Test
    void haveIdsAndKeysUnlikeAnyOther() {
        var sent = records.of(call(null));
        var id = Delivered.texts(sent.headers()).get("ce_id");
        assertThat(sent.key()).asString(UTF_8).isEqualTo(id);
        assertThat(records.of(call(null)).key()).isNotEqualTo(sent.key());
    }

    @Test
    void giveTheRequestBack() {
        var call =
                call(
                        "/api/shop/1?x=%20&y",
                        new byte[] {(byte) 0xff, 0},
                        new Header("Host", "x"),
                        new Header("x-A", "1"),
                        new Header("X-a", "2"),
                        new Header("X-Latin", "\u00e4\u00ff"),
                        new Header("Empty", ""));
        assertThat(thereAndBack(call)).usingRecursiveComparison().isEqualTo(call);
    }

    @Test
    void tellNoBodyFromAnEmptyOne() {
        assertThat(thereAndBack(call(null)).body()).isNull();
        assertThat(thereAndBack(call(new byte[0])).body()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/api/", "/api", "/api?x=1", "/api/?x=1", "/api/a//b/~!$&'()*+,;=:@%2f"})
    void giveBackWhateverTargetTheGatewayTakes(String target) {
        assertThat(thereAndBack(call(target, null)).target()).isEqualTo(target);
    }

    @Test
    void giveBackTargetsAsLongAsTheDoorTakes() {
        var target = "/api/x?" + "y".repeat(16_000);
        assertThat(thereAndBack(call(target, null)).target()).isEqualTo(target);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "application/json",
                "application/cloudevents+json",
                "application/cloudevents-batch+json; charset=utf-8",
                "nonsense",
                ""
            })
    void giveBackWhateverTheBodySaysItIs(String type) {
        var call = call("/api/x", "{".getBytes(UTF_8), new Header("content-TYPE", type));
        assertThat(thereAndBack(call)).usingRecursiveComparison().isEqualTo(call);
    }

    @Test
    void keepALargeBodyElsewhere() {
        var store = new DirectoryBlobStore(directory);
        var large = new HttpRecords(() -> store, new HandClock(Delivered.AT));
        var body = new byte[HttpRecords.LARGEST_VALUE + 1];
        body[body.length - 1] = 1;
        var sent = large.of(call(body));
        assertThat(sent.value()).isNull();
        var digest = requireNonNull(Delivered.texts(sent.headers()).get("ce_dataref"));
        assertThat(store.get(digest)).isEqualTo(body);
        assertThat(read(large, sent).body()).isEqualTo(body);
    }

    @Test
    void holdTheLargestBodyThatFitsThemselves() {
        var body = new byte[HttpRecords.LARGEST_VALUE];
        assertThat(records.of(call(body)).value()).isEqualTo(body);
    }

    @Test
    void areRefusedWithoutTheirHead() {
        refuses(request(), "header 'callbacks-http' is missing");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "[]", "1", "null", "{\"headers\":1}"})
    void areRefusedWhereTheirHeadIsBroken(String head) {
        refuses(request(head), "header 'callbacks-http'");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "method",
                "target",
                "headers",
                "resource",
                "parameters",
                "peer",
                "request_id"
            })
    void areRefusedWhereTheirHeadIsNotWhole(String missing) {
        var head = HEAD.replace('"' + missing + '"', "\"other\"");
        refuses(request(head), "header 'callbacks-http'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"post", "P OST", "POST\u00e4", ""})
    void areRefusedWhereTheMethodIsNone(String method) {
        refuses(request(method, "/api/x"), "method and target must be as in HTTP");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/callbacks/", "api/x", "/api/a b", "/api/\u00e4", "*"})
    void areRefusedWhereTheTargetIsNone(String target) {
        refuses(request("GET", target), "method and target must be as in HTTP");
    }
}
