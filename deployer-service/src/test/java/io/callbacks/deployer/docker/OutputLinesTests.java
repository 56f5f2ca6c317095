package io.callbacks.deployer.docker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.dockerjava.api.model.Frame;
import com.github.dockerjava.api.model.StreamType;
import io.callbacks.deployer.instance.Front;
import io.callbacks.deployer.testing.RecordedLog;
import org.junit.jupiter.api.Test;

class OutputLinesTests {
    private final RecordedLog log = new RecordedLog();
    private final OutputLines lines = new OutputLines(new Front("1-1-x", 1, log));

    @Test
    void makesLinesOfPieces() {
        var bytes = "größe\nrest".getBytes(UTF_8);
        for (var octet : bytes) {
            lines.accept(new Frame(StreamType.STDOUT, new byte[] {octet}));
        }
        assertThat(log.messages()).containsExactly("größe");
    }

    @Test
    void keepsOutputAndErrorsApart() {
        lines.accept(new Frame(StreamType.STDOUT, "one ".getBytes(UTF_8)));
        lines.accept(new Frame(StreamType.STDERR, "fault\n".getBytes(UTF_8)));
        lines.accept(new Frame(StreamType.STDOUT, "line\n".getBytes(UTF_8)));
        assertThat(log.messages()).containsExactly("fault", "one line");
    }

    @Test
    void cutsLinesWithoutEnd() {
        lines.accept(new Frame(StreamType.STDOUT, new byte[300 * 1024]));
        assertThat(log.messages()).singleElement().asString().hasSize(256 * 1024);
    }
}
