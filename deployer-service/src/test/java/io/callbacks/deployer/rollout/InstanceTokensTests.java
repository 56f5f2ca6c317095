package io.callbacks.deployer.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InstanceTokensTests {
    @TempDir Path keys;

    @Test
    void tellsTheSameOfTheSameInstanceInEveryLife() {
        var token = InstanceTokens.in(keys).of("1-1-aa");
        assertThat(token).hasSize(64).isEqualTo(InstanceTokens.in(keys).of("1-1-aa"));
        assertThat(token).isNotEqualTo(InstanceTokens.in(keys).of("1-1-ab"));
    }

    @Test
    void tellsNothingWithoutItsKey(@TempDir Path others) {
        assertThat(InstanceTokens.in(keys).of("1-1-aa"))
                .isNotEqualTo(InstanceTokens.in(others).of("1-1-aa"));
    }

    @Test
    void keepsItsKeyFromOthers() throws IOException {
        var directory = keys.resolve("made/at/need");
        InstanceTokens.in(directory);
        try (var files = Files.list(directory)) {
            assertThat(files).singleElement().satisfies(InstanceTokensTests::isOwners);
        }
    }

    private static void isOwners(Path file) throws IOException {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
    }
}
