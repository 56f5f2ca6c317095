package io.callbacks.invoker.event;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Map.entry;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.callbacks.blob.DirectoryBlobStore;
import io.callbacks.cloudevent.CloudEvent;
import io.callbacks.cloudevent.CloudEventReader;
import io.callbacks.invoker.event.CallSubject.Callee;
import io.callbacks.invoker.event.Ending.Cancelled;
import io.callbacks.invoker.event.Ending.Completed;
import io.callbacks.invoker.event.Ending.Failed;
import io.callbacks.invoker.gateway.Reply.Answer;
import io.callbacks.invoker.testing.Delivered;
import io.callbacks.invoker.testing.HandClock;
import io.callbacks.invoker.testing.Targets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResultRecordsTests {
    private static final ConsumerRecord<byte[], byte[]> DELIVERED =
            Delivered.at("callbacks.invocation", 3, 1042).key("customer-5").record();
    private static final Callee CALLEE = new Callee(Targets.of(7, "POST", "x").target(), Map.of());

    @TempDir private Path directory;
    private final ResultRecords results =
            new ResultRecords(() -> new DirectoryBlobStore(directory), new HandClock(Delivered.AT));

    private static CloudEvent event(Map<String, String> extensions) {
        var attributes =
                Map.of(
                        "specversion", "1.0",
                        "id", "A-1",
                        "source", "/shop",
                        "type", "order-placed",
                        "subject", "7");
        return CloudEvent.of(attributes, extensions, null);
    }

    private static Answer answer(int status, byte[] body) {
        return new Answer(status, Optional.empty(), Optional.of("text/plain"), body, 4, 9);
    }

    private ProducerRecord<byte[], byte[]> result(Ending ending) {
        return results.of(DELIVERED, event(Map.of()), ending);
    }

    private static Map<String, String> headers(ProducerRecord<byte[], byte[]> result) {
        return Delivered.texts(result.headers());
    }

    @Test
    void tellWhatTheFunctionAnswered() {
        var result = result(new Completed(CALLEE, answer(201, "done".getBytes(UTF_8)), 2));
        assertThat(headers(result))
                .containsOnly(
                        entry("ce_specversion", "1.0"),
                        entry("ce_time", "2026-01-02T03:04:05.123Z"),
                        entry("ce_id", "3-1042/completed"),
                        entry("ce_source", "/callbacks/7"),
                        entry("ce_type", "invocation-completed"),
                        entry("ce_subject", "7"),
                        entry("ce_correlationid", "A-1"),
                        entry("ce_invocation", "3-1042"),
                        entry("ce_tries", "2"),
                        entry("ce_statuscode", "201"),
                        entry("ce_revision", "4"),
                        entry("ce_envversion", "9"),
                        entry("content-type", "text/plain"));
        assertThat(result.value()).asString(UTF_8).isEqualTo("done");
    }

    @Test
    void haveTheKeyAndThePartitionOfTheEvent() {
        var result = result(new Cancelled());
        assertThat(result.topic()).isEqualTo("callbacks.invocation-result");
        assertThat(result.partition()).isEqualTo(3);
        assertThat(result.key()).asString(UTF_8).isEqualTo("customer-5");
        var keyless = Delivered.at("callbacks.invocation", 2, 1).record();
        assertThat(results.of(keyless, event(Map.of()), new Cancelled()).key()).isNull();
    }

    @Test
    void areCloudEvents() {
        var result = result(new Completed(CALLEE, answer(200, new byte[0]), 1));
        var event = CloudEventReader.read(Texts.of(result.headers()), result.value());
        assertThat(event.id()).isEqualTo("3-1042/completed");
        assertThat(event.extension("statuscode")).contains("200");
    }

    @Test
    void haveNoTypeWhereTheAnswerHasNone() {
        var bare = new Answer(200, Optional.empty(), Optional.empty(), new byte[0], 1, 1);
        var result = result(new Completed(CALLEE, bare, 1));
        assertThat(headers(result)).doesNotContainKey("content-type");
        assertThat(result.value()).isEmpty();
    }

    @Test
    void keepALargeAnswerElsewhere() {
        var body = new byte[900 * 1024 + 1];
        var result = result(new Completed(CALLEE, answer(200, body), 1));
        assertThat(result.value()).isNull();
        var digest = requireNonNull(headers(result).get("ce_dataref"));
        assertThat(new DirectoryBlobStore(directory).get(digest)).isEqualTo(body);
        assertThat(headers(result)).containsEntry("content-type", "text/plain");
    }

    @Test
    void holdTheLargestAnswerThatFitsThemselves() {
        var body = new byte[900 * 1024];
        var result = result(new Completed(CALLEE, answer(200, body), 1));
        assertThat(result.value()).hasSize(body.length);
        assertThat(headers(result)).doesNotContainKey("ce_dataref");
    }

    @Test
    void tellWhyACallFailedAfterItsTries() {
        var answer = answer(503, "its own".getBytes(UTF_8));
        var failed =
                new Failed(
                        "status-503",
                        "It said \"503\".",
                        3,
                        Optional.of(CALLEE),
                        Optional.of(answer));
        var result = result(failed);
        assertThat(headers(result))
                .containsEntry("ce_id", "3-1042/failed")
                .containsEntry("ce_type", "invocation-failed")
                .containsEntry("ce_source", "/callbacks/7")
                .containsEntry("ce_tries", "3")
                .containsEntry("ce_statuscode", "503")
                .containsEntry("ce_revision", "4")
                .containsEntry("ce_envversion", "9")
                .containsEntry("content-type", "application/problem+json");
        assertThat(result.value())
                .asString(UTF_8)
                .isEqualTo(
                        "{\"type\":\"urn:callbacks:problem:status-503\",\"title\":\"Status 503\","
                                + "\"status\":503,\"detail\":\"It said \\\"503\\\".\",\"tries\":3}");
    }

    @Test
    void tellNoRevisionWhereNothingAnswered() {
        var timeout = new Answer(504, Optional.of("timeout"), Optional.empty(), new byte[0], 0, 0);
        var failed = new Failed("timeout", "x", 3, Optional.of(CALLEE), Optional.of(timeout));
        assertThat(headers(result(failed)))
                .containsEntry("ce_statuscode", "504")
                .doesNotContainKeys("ce_revision", "ce_envversion");
    }

    @Test
    void tellWhyACallWasNeverTried() {
        var result =
                result(
                        new Ending.Failed(
                                "unknown-callback",
                                "There is none.",
                                0,
                                Optional.empty(),
                                Optional.empty()));
        assertThat(headers(result))
                .containsEntry("ce_source", "/callbacks")
                .containsEntry("ce_tries", "0")
                .doesNotContainKeys("ce_subject", "ce_statuscode", "ce_revision");
        assertThat(result.value())
                .asString(UTF_8)
                .isEqualTo(
                        "{\"type\":\"urn:callbacks:problem:unknown-callback\","
                                + "\"title\":\"Unknown callback\",\"detail\":\"There is none.\","
                                + "\"tries\":0}");
    }

    @Test
    void tellThatACallWasCalledOff() {
        var result = result(new Cancelled());
        assertThat(headers(result))
                .containsEntry("ce_id", "3-1042/cancelled")
                .containsEntry("ce_type", "invocation-cancelled")
                .containsEntry("ce_source", "/callbacks")
                .containsEntry("ce_correlationid", "A-1")
                .containsEntry("ce_tries", "0")
                .doesNotContainKeys("ce_subject", "ce_statuscode", "content-type");
        assertThat(result.value()).isNull();
    }

    @Test
    void tellThatATryBegins() {
        var result = results.started(DELIVERED, event(Map.of("track", "true")), 7, 2);
        assertThat(headers(result))
                .containsEntry("ce_id", "3-1042/started/2")
                .containsEntry("ce_type", "invocation-started")
                .containsEntry("ce_source", "/callbacks/7")
                .containsEntry("ce_subject", "7")
                .containsEntry("ce_tries", "2")
                .containsEntry("ce_track", "true");
        assertThat(result.value()).isNull();
    }

    @Test
    void tellThatACallCannotBeCalledOffAnyMore() {
        var result = results.notCancelled(DELIVERED, event(Map.of()), "3-17");
        assertThat(headers(result))
                .isEqualTo(
                        Map.of(
                                "ce_specversion",
                                "1.0",
                                "ce_time",
                                "2026-01-02T03:04:05.123Z",
                                "ce_id",
                                "3-17/not-cancelled/A-1",
                                "ce_source",
                                "/callbacks",
                                "ce_type",
                                "cancellation-refused",
                                "ce_correlationid",
                                "A-1",
                                "ce_invocation",
                                "3-17",
                                "ce_track",
                                "true"));
        assertThat(result.partition()).isEqualTo(3);
        assertThat(result.value()).isNull();
    }

    @Test
    void sayWhetherTheCallIsAskedAfter() {
        for (var track : new String[] {"true", "false"}) {
            var result = results.of(DELIVERED, event(Map.of("track", track)), new Cancelled());
            assertThat(headers(result)).containsEntry("ce_track", track);
        }
        assertThat(headers(result(new Cancelled()))).doesNotContainKey("ce_track");
    }
}
