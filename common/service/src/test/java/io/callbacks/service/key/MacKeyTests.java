package io.callbacks.service.key;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MacKeyTests {
    @TempDir Path directory;

    @Test
    void isTheSameForAllServicesThatStartAtOnce() {
        var file = directory.resolve("new/some.key");
        var signatures = IntStream.range(0, 16).parallel().mapToObj(_ -> MacKey.in(file).sign("x"));
        assertThat(signatures.distinct()).hasSize(1);
        assertThat(file.getParent()).isDirectoryContaining("regex:.*/some.key");
    }

    @Test
    void signsEveryTextOtherwise() {
        var key = MacKey.in(directory.resolve("some.key"));
        assertThat(key.sign("one")).hasSize(64).isNotEqualTo(key.sign("other"));
    }
}
