package io.callbacks.service.installation;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InstallationTests {
    @TempDir Path data;

    @Test
    void isTheSameForAllServicesThatStartAtOnce() {
        var ids =
                IntStream.range(0, 16)
                        .parallel()
                        .mapToObj(_ -> Installation.in(data.resolve("new")).id())
                        .distinct();
        assertThat(ids).hasSize(1);
        assertThat(data.resolve("new")).isDirectoryContaining("regex:.*/installation");
    }

    @Test
    void differsBetweenDirectories() {
        assertThat(Installation.in(data.resolve("one")))
                .isNotEqualTo(Installation.in(data.resolve("other")));
    }
}
