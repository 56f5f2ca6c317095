package io.callbacks.blob;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectoryBlobStoreTests {
    @TempDir Path directory;
    private DirectoryBlobStore blobs;

    @BeforeEach
    void openStore() {
        blobs = new DirectoryBlobStore(directory.resolve("blobs"));
    }

    @Test
    void givesBackWhatWasStored() {
        var digest = blobs.put("code".getBytes(UTF_8));
        assertThat(digest).matches("sha256:[0-9a-f]{64}");
        assertThat(blobs.put("code".getBytes(UTF_8))).isEqualTo(digest);
        assertThat(blobs.get(digest)).asString(UTF_8).isEqualTo("code");
    }

    @Test
    void forgetsWhatWasNotStoredAgainSince() throws IOException {
        var old = blobs.put("old".getBytes(UTF_8));
        var again = blobs.put("again".getBytes(UTF_8));
        try (var files = Files.list(directory.resolve("blobs/files"))) {
            for (var file : files.toList()) {
                Files.setLastModifiedTime(file, FileTime.from(Instant.EPOCH));
            }
        }
        blobs.put("again".getBytes(UTF_8));
        assertThat(blobs.forget(Instant.EPOCH.plusSeconds(1))).isEqualTo(1);
        assertThat(blobs.get(again)).asString(UTF_8).isEqualTo("again");
        assertThatExceptionOfType(MissingBlobException.class).isThrownBy(() -> blobs.get(old));
        assertThat(directory.resolve("blobs/new")).isEmptyDirectory();
    }

    @Test
    void saysThatNothingIsStored() {
        var digest = Digests.of(new byte[0]);
        assertThatExceptionOfType(MissingBlobException.class).isThrownBy(() -> blobs.get(digest));
        assertThatExceptionOfType(MissingBlobException.class).isThrownBy(() -> blobs.tree(digest));
    }

    @Test
    void takesOnlyDigestsForNames() {
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> blobs.get("sha256:../../etc/passwd"));
    }

    @Test
    void takesATreeOver() throws IOException {
        var made = tree("one", "print(1)");
        var stored = blobs.putTree(made);
        assertThat(made).doesNotExist();
        assertThat(stored.size()).isEqualTo(8);
        assertThat(blobs.tree(stored.digest()).resolve("package/module.py")).hasContent("print(1)");
        assertThat(Files.readSymbolicLink(blobs.tree(stored.digest()).resolve("link")))
                .hasToString("package/module.py");
    }

    @Test
    void keepsEqualTreesOnce() throws IOException {
        var first = blobs.putTree(tree("one", "print(1)"));
        var second = tree("two", "print(1)");
        assertThat(blobs.putTree(second)).isEqualTo(first);
        assertThat(second).doesNotExist();
    }

    @Test
    void keepsEqualTreesOnceThatComeAtTheSameTime() throws Exception {
        var puts = new ArrayList<Callable<BlobStore.Tree>>();
        for (int i = 0; i < 200; i++) {
            var tree = Files.createDirectories(directory.resolve("same-" + i));
            Files.writeString(tree.resolve("file"), "content " + i / 4);
            puts.add(() -> blobs.putTree(tree));
        }
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var put : threads.invokeAll(puts)) {
                assertThat(blobs.tree(put.get().digest())).isDirectoryContaining("glob:**/file");
            }
        }
    }

    @Test
    void tellsTreesApartByContentAndMode() throws IOException {
        var first = blobs.putTree(tree("one", "print(1)"));
        assertThat(blobs.putTree(tree("two", "print(2)"))).isNotEqualTo(first);
        var program = tree("three", "print(1)");
        Files.setPosixFilePermissions(
                program.resolve("package/module.py"), PosixFilePermissions.fromString("rwxr-xr-x"));
        assertThat(blobs.putTree(program)).isNotEqualTo(first);
    }

    @Test
    void makesTreesReadOnlyAndStillRemovable() throws IOException {
        var stored = blobs.putTree(tree("one", "print(1)"));
        var file = blobs.tree(stored.digest()).resolve("package/module.py");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .doesNotContain("w");
        TreeFiles.delete(blobs.tree(stored.digest()));
        TreeFiles.delete(file);
        assertThatExceptionOfType(MissingBlobException.class)
                .isThrownBy(() -> blobs.tree(stored.digest()));
    }

    private Path tree(String name, String code) throws IOException {
        var root = directory.resolve(name);
        Files.createDirectories(root.resolve("package"));
        Files.writeString(root.resolve("package/module.py"), code);
        Files.createSymbolicLink(root.resolve("link"), Path.of("package/module.py"));
        return root;
    }
}
