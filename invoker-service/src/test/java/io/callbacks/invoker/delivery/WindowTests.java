package io.callbacks.invoker.delivery;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.callbacks.invoker.delivery.Window.Held;
import io.callbacks.invoker.testing.Delivered;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class WindowTests {
    private static final int MANY = 100;

    private final Window<String> window = new Window<>(40, 0, 0);

    /** A record that is read at a time like its offset. */
    private void add(long offset, @Nullable String key) {
        var record = Delivered.at("topic", 0, offset).key(key).value("12345").record();
        window.add(record, key + "@" + offset, offset);
    }

    private void add(long from, @Nullable String... keys) {
        for (int i = 0; i < keys.length; i++) {
            add(from + i, keys[i]);
        }
    }

    /** Begins all that can, one by one. */
    private List<Held<String>> begin() {
        return window.begin(MANY);
    }

    private static List<String> texts(List<Held<String>> held) {
        return held.stream().map(Held::understood).toList();
    }

    private Held<String> beginsOnly(String expected) {
        var begun = window.begin(1);
        assertThat(texts(begun)).containsExactly(expected);
        return begun.getFirst();
    }

    @Test
    void beginsTheNextOfAKeyWhenTheOneBeforeIsDone() {
        add(40, "a", "a", "a");
        var first = beginsOnly("a@40");
        assertThat(begin()).isEmpty();
        window.done(first);
        var second = beginsOnly("a@41");
        assertThat(begin()).isEmpty();
        window.done(second);
        beginsOnly("a@42");
    }

    @Test
    void letsOtherKeysGoOn() {
        add(40, "a", "a", "b", "c", "b");
        beginsOnly("a@40");
        window.done(beginsOnly("b@42"));
        beginsOnly("c@43");
        beginsOnly("b@44");
        assertThat(begin()).isEmpty();
    }

    @Test
    void letsRecordsWithoutKeyWaitForNobody() {
        add(40, null, null, null);
        assertThat(texts(begin())).containsExactly("null@40", "null@41", "null@42");
    }

    @Test
    void takesAnEmptyKeyForOne() {
        add(40, "", "");
        beginsOnly("@40");
        assertThat(begin()).isEmpty();
    }

    @Test
    void takesKeysOfTheSameBytesForTheSame() {
        var key = "kß".getBytes(UTF_8);
        window.add(Delivered.at("topic", 0, 40).key(key).record(), "first", 0);
        window.add(Delivered.at("topic", 0, 41).key(key.clone()).record(), "second", 0);
        assertThat(texts(begin())).containsExactly("first", "second");
        window.add(Delivered.at("topic", 0, 42).key(key.clone()).record(), "third", 0);
        assertThat(begin()).isEmpty();
    }

    @Test
    void putsFollowersOfAKeyIntoItsBatch() {
        add(40, "a", "b", "a", "a");
        assertThat(texts(window.begin(3))).containsExactly("a@40", "a@42", "a@43");
        assertThat(texts(window.begin(3))).containsExactly("b@41");
    }

    @Test
    void fillsABatchWithSeveralKeys() {
        add(40, "a", "b", "a", "c", "c");
        assertThat(texts(window.begin(4))).containsExactly("a@40", "a@42", "b@41", "c@43");
        assertThat(window.begin(4)).isEmpty();
    }

    @Test
    void beginsWhatABatchHadNoRoomForWhenAllOfItsKeyInThereAreDone() {
        add(40, "a", "a", "a");
        var batch = window.begin(2);
        window.done(batch.getFirst());
        assertThat(begin()).isEmpty();
        window.done(batch.getLast());
        assertThat(texts(begin())).containsExactly("a@42");
    }

    @Test
    void beginsLaterOnesOfAKeyThatWasDoneWith() {
        add(40, "a");
        window.done(beginsOnly("a@40"));
        add(41, "a");
        beginsOnly("a@41");
    }

    @Test
    void isOpenFromTheFirstOneThatIsNotDone() {
        assertThat(window.firstOpen()).isEqualTo(40);
        add(40, "a", "b", "c");
        var begun = begin();
        window.done(begun.get(1));
        assertThat(window.firstOpen()).isEqualTo(40);
        window.done(begun.get(0));
        assertThat(window.firstOpen()).isEqualTo(42);
        window.done(begun.get(2));
        assertThat(window.firstOpen()).isEqualTo(43);
    }

    @Test
    void goesOverOffsetsThatHoldNoRecord() {
        add(45, "a");
        add(50, "b");
        var begun = begin();
        window.done(begun.getFirst());
        assertThat(window.firstOpen()).isEqualTo(50);
        window.done(begun.getLast());
        assertThat(window.firstOpen()).isEqualTo(51);
    }

    @Test
    void tellsWhenTheFirstOneThatIsNotDoneWasRead() {
        assertThat(window.firstRead(77)).isEqualTo(77);
        add(40, "a", "b");
        var begun = begin();
        assertThat(window.firstRead(77)).isEqualTo(40);
        window.done(begun.getFirst());
        assertThat(window.firstRead(77)).isEqualTo(41);
        window.done(begun.getLast());
        assertThat(window.firstRead(77)).isEqualTo(77);
    }

    @Test
    void tellsOfWhatComesAgainWhenItMayHaveBeenReadFirst() {
        var again = new Window<String>(40, 42, 7);
        for (long offset = 40; offset < 44; offset++) {
            again.add(Delivered.at("topic", 0, offset).record(), "again", 1000 + offset);
        }
        var begun = again.begin(MANY);
        assertThat(again.firstRead(5000)).isEqualTo(7);
        again.done(begun.get(0));
        assertThat(again.firstRead(5000)).isEqualTo(7);
        again.done(begun.get(1));
        assertThat(again.firstRead(5000)).isEqualTo(1042);
    }

    @Test
    void spansAllFromTheFirstOneThatIsNotDone() {
        add(40, "a", "b", "c");
        var begun = begin();
        window.done(begun.get(1));
        assertThat(window.span()).isEqualTo(3);
        window.done(begun.get(0));
        assertThat(window.span()).isEqualTo(1);
        window.done(begun.get(2));
        assertThat(window.span()).isZero();
    }

    @Test
    void countsWhatIsOpenAndWhatHasBegun() {
        add(40, "a", "a", "b");
        assertThat(window.open()).isEqualTo(3);
        assertThat(window.begun()).isZero();
        var begun = begin();
        assertThat(window.begun()).isEqualTo(3);
        window.done(begun.getLast());
        assertThat(window.open()).isEqualTo(2);
        assertThat(window.begun()).isEqualTo(2);
    }

    @Test
    void countsBytesOfWhatIsOpenAndSomethingForEach() {
        add(40, "key", null);
        assertThat(window.bytes()).isEqualTo(2 * 200 + "key".length() + 2 * "12345".length());
        window.done(window.begin(1).getFirst());
        assertThat(window.bytes()).isEqualTo(200 + "12345".length());
        window.done(window.begin(1).getFirst());
        assertThat(window.bytes()).isZero();
    }

    @Test
    void countsHeadersAmongItsBytes() {
        var delivered = Delivered.at("topic", 0, 40).header("name", "value");
        window.add(delivered.header("none", (byte[]) null).record(), "text", 0);
        assertThat(window.bytes()).isEqualTo(200 + "name".length() + "value".length() + 4);
    }

    @Test
    void letsGoOfWhatIsDone() {
        add(40, "a");
        var held = beginsOnly("a@40");
        window.done(held);
        assertThatIllegalStateException()
                .isThrownBy(held::understood)
                .withMessage("record 40 is done");
    }
}
