package io.callbacks.invoker.event;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.callbacks.invoker.event.CallSubject.Callee;
import io.callbacks.invoker.event.Ending.Failed;
import io.callbacks.invoker.testing.Delivered;
import io.callbacks.invoker.testing.Targets;
import java.util.Map;
import java.util.Optional;
import java.util.stream.StreamSupport;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.junit.jupiter.api.Test;

class DeadLetterTests {
    private static Map<String, String> headers(ProducerRecord<byte[], byte[]> letter) {
        return Delivered.texts(letter.headers());
    }

    @Test
    void tellsWhyARecordIsThereAndWhereItCameFrom() {
        var delivered = Delivered.at("callbacks.invocation", 3, 1042).record();
        assertThat(headers(DeadLetter.invalid("It is none.").letter(delivered)))
                .containsExactly(
                        Map.entry("callbacks-dlt-reason", "It is none."),
                        Map.entry("callbacks-dlt-problem", "invalid-event"),
                        Map.entry("callbacks-dlt-tries", "0"),
                        Map.entry("callbacks-dlt-topic", "callbacks.invocation"),
                        Map.entry("callbacks-dlt-partition", "3"),
                        Map.entry("callbacks-dlt-offset", "1042"),
                        Map.entry("callbacks-dlt-timestamp", "1767323045123"));
    }

    @Test
    void keepsKeyValueAndHeadersAsTheyCame() {
        var bytes = new byte[] {(byte) 0xff, 0};
        var delivered =
                Delivered.at("orders", 0, 0)
                        .key(bytes)
                        .value("value")
                        .header("a", "1")
                        .header("a", "2")
                        .header("b", bytes)
                        .header("c", (byte[]) null)
                        .record();
        var letter = DeadLetter.invalid("x").letter(delivered);
        assertThat(letter.topic()).isEqualTo("callbacks.invocation.dlt");
        assertThat(letter.partition()).isNull();
        assertThat(letter.key()).isEqualTo(bytes);
        assertThat(letter.value()).asString(UTF_8).isEqualTo("value");
        assertThat(letter.headers().headers("a")).extracting(Header::value).hasSize(2);
        assertThat(letter.headers().lastHeader("b").value()).isEqualTo(bytes);
        assertThat(letter.headers().headers("c")).isEmpty(); // which says nothing
    }

    @Test
    void leavesOutWhatIsLargerThanItsTopicTakes() {
        var large = new byte[2 * 1024 * 1024];
        var delivered =
                Delivered.at("orders", 0, 0)
                        .key("key")
                        .value(large)
                        .header("small", "1")
                        .header("large", new byte[2000])
                        .record();
        var letter = DeadLetter.invalid("x").letter(delivered);
        assertThat(letter.key()).asString(UTF_8).isEqualTo("key");
        assertThat(letter.value()).isNull();
        assertThat(headers(letter))
                .containsEntry("small", "1")
                .containsEntry("callbacks-dlt-truncated", "true")
                .doesNotContainKey("large");
    }

    @Test
    void keepsOnlyAsManyHeadersOfALargeRecordAsItsTopicTakes() {
        var delivered = Delivered.at("orders", 0, 0).key("key");
        for (int i = 0; i < 4000; i++) {
            delivered = delivered.header("h" + i, new byte[1000]);
        }
        var letter = DeadLetter.invalid("x").letter(delivered.record());
        assertThat(letter.headers()).hasSizeBetween(10, 100);
        assertThat(headers(letter))
                .containsKey("h0")
                .containsEntry("callbacks-dlt-truncated", "true");
    }

    @Test
    void keepsARecordWithoutKeyAndValue() {
        var letter = DeadLetter.invalid("x").letter(Delivered.at("orders", 0, 0).record());
        assertThat(letter.key()).isNull();
        assertThat(letter.value()).isNull();
    }

    @Test
    void tellsNothingOfAnEarlierDeath() {
        var once =
                DeadLetter.invalid("first").by(9, "old").letter(Delivered.at("a", 1, 2).record());
        var again = DeadLetter.invalid("second").letter(Delivered.of(once, 3, 4));
        assertThat(StreamSupport.stream(again.headers().spliterator(), false).map(Header::key))
                .doesNotHaveDuplicates()
                .doesNotContain("callbacks-dlt-callback", "callbacks-dlt-trigger");
        assertThat(headers(again))
                .containsEntry("callbacks-dlt-reason", "second")
                .containsEntry("callbacks-dlt-topic", "callbacks.invocation.dlt");
    }

    @Test
    void tellsOfWhichCallbackAndHowOftenItWasTried() {
        var callee = new Callee(Targets.of(7, "POST", "x").target(), Map.of());
        var failed = new Failed("timeout", "Too slow.", 3, Optional.of(callee), Optional.empty());
        var headers = headers(DeadLetter.of(failed).letter(Delivered.at("a", 1, 2).record()));
        assertThat(headers)
                .containsEntry("callbacks-dlt-problem", "timeout")
                .containsEntry("callbacks-dlt-reason", "Too slow.")
                .containsEntry("callbacks-dlt-tries", "3")
                .containsEntry("callbacks-dlt-callback", "7")
                .doesNotContainKey("callbacks-dlt-trigger");
    }

    @Test
    void tellsByWhichTriggerAlsoWhereNoCallbackWasReached() {
        var letter =
                DeadLetter.of(
                                new Ending.Failed(
                                        "busy", "Busy.", 0, Optional.empty(), Optional.empty()))
                        .by(8, "orders");
        assertThat(headers(letter.letter(Delivered.at("a", 1, 2).record())))
                .containsEntry("callbacks-dlt-problem", "busy")
                .containsEntry("callbacks-dlt-tries", "0")
                .containsEntry("callbacks-dlt-callback", "8")
                .containsEntry("callbacks-dlt-trigger", "orders");
    }
}
