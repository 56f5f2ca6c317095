package io.callbacks.seal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SealTests {
    @TempDir Path directory;

    @Test
    void opensWhatWasSealedForTheSameCallbackAndName() {
        var keys = SealKeys.in(directory);
        var sealed = Sealer.of(keys.publicKeyset()).seal("uid", "API_KEY", "비밀 \n value");
        assertThat(sealed).doesNotContain("value");
        assertThat(Opener.of(keys.privateKeyset()).open("uid", Map.of("API_KEY", sealed)))
                .isEqualTo(Map.of("API_KEY", "비밀 \n value"));
    }

    @Test
    void opensNowhereElse() {
        var keys = SealKeys.in(directory);
        var sealed = Sealer.of(keys.publicKeyset()).seal("uid", "API_KEY", "value");
        var opener = Opener.of(keys.privateKeyset());
        assertThatExceptionOfType(SealException.class)
                .isThrownBy(() -> opener.open("other", Map.of("API_KEY", sealed)));
        assertThatExceptionOfType(SealException.class)
                .isThrownBy(() -> opener.open("uid", Map.of("OTHER", sealed)));
    }

    @Test
    void keepsTheKeysItMade() {
        var first = SealKeys.in(directory);
        var sealed = Sealer.of(first.publicKeyset()).seal("uid", "A", "value");
        var again = SealKeys.in(directory);
        assertThat(Opener.of(again.privateKeyset()).open("uid", Map.of("A", sealed)))
                .containsEntry("A", "value");
        assertThat(Sealer.of(again.publicKeyset()).keyId())
                .isEqualTo(Sealer.of(first.publicKeyset()).keyId());
    }

    @Test
    void makesOnePairHoweverManyServicesBeginAtOnce() throws Exception {
        List<Future<SealKeys>> made;
        try (var services = Executors.newFixedThreadPool(8)) {
            Callable<SealKeys> service = () -> SealKeys.in(directory);
            made = services.invokeAll(Collections.nCopies(8, service));
        }
        for (var keys : made) {
            var sealed = Sealer.of(keys.get().publicKeyset()).seal("uid", "A", "value");
            assertThat(Opener.of(keys.get().privateKeyset()).open("uid", Map.of("A", sealed)))
                    .containsEntry("A", "value");
        }
        try (var files = Files.list(directory)) {
            assertThat(files).hasSize(2);
        }
    }

    @Test
    void letsOnlyTheOwnerReadTheKeys() throws IOException {
        var keys = SealKeys.in(directory);
        for (var file : new Path[] {keys.privateKeyset(), keys.publicKeyset()}) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .isEqualTo("rw-------");
        }
    }

    @Test
    void saysWhichKeysetIsMissing() {
        assertThatExceptionOfType(SealException.class)
                .isThrownBy(() -> Opener.of(directory.resolve("seal-private.json")))
                .withMessageContaining("seal-private.json");
    }
}
