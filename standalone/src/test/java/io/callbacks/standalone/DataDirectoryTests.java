package io.callbacks.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataDirectoryTests {
    @TempDir Path scratch;

    @Test
    void isMadeForItsOwnerAlone() throws IOException {
        try (var data = DataDirectory.hold(scratch.resolve("a/b"))) {
            assertThat(data.isNew()).isTrue();
            assertThat(Files.getPosixFilePermissions(scratch.resolve("a/b")))
                    .isEqualTo(PosixFilePermissions.fromString("rwx------"));
        }
    }

    @Test
    void isNotNewOnceSomethingWasKept() throws IOException {
        Files.createDirectory(scratch.resolve("store"));
        try (var data = DataDirectory.hold(scratch)) {
            assertThat(data.isNew()).isFalse();
        }
    }

    @Test
    void canBeHeldAgainOnceItWasLetGo() {
        DataDirectory.hold(scratch).close();
        DataDirectory.hold(scratch).close();
        assertThat(scratch.resolve("lock")).hasContent(ProcessHandle.current().pid() + "\n");
    }

    @Test
    void namesItselfWhereItCannotBeMade() throws IOException {
        var file = Files.createFile(scratch.resolve("file"));
        assertThatThrownBy(() -> DataDirectory.hold(file.resolve("below")))
                .isInstanceOf(StartFailure.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining("--data");
    }
}
