package io.callbacks.builder.install;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class OutputLinesTests {
    @Test
    void endsLinesHoweverTheyEnd() throws IOException {
        assertThat(read("one\ntwo\r\nthree\rfour")).containsExactly("one", "two", "three", "four");
    }

    @Test
    void cutsWhatIsTooLongEvenInsideACharacter() throws IOException {
        var lines = read("x" + "é".repeat(5000) + "\nnext");
        assertThat(lines).hasSize(2).last().isEqualTo("next");
        assertThat(lines.getFirst()).startsWith("xééé").endsWith("…").hasSizeLessThan(2100);
    }

    @Test
    void takesAwayWhatSteersATerminal() throws IOException {
        assertThat(read("\u001b[31mred\u001b[0m \u001b]0;title\u0007and\tb\u0008\u0000\u009b2J"))
                .containsExactly("red and\tb2J");
    }

    @Test
    void readsWhatIsNoText() throws IOException {
        assertThat(read(new byte[] {(byte) 0xff, 'a', '\n'})).containsExactly("\ufffda");
    }

    private static List<String> read(String text) throws IOException {
        return read(text.getBytes(UTF_8));
    }

    private static List<String> read(byte[] printed) throws IOException {
        var lines = new ArrayList<String>();
        try (var output = new OutputLines(lines::add)) {
            output.write(printed);
        }
        return lines;
    }
}
