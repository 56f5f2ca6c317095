package io.callbacks.builder.layer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TarUnpackerTests {
    private static final long PLENTY = 1 << 20;

    @TempDir Path directory;
    private Path root;

    @BeforeEach
    void makeRoot() throws IOException {
        root = Files.createDirectory(directory.resolve("root"));
    }

    /** Whatever was tried. */
    @AfterEach
    void nothingIsOutside() throws IOException {
        try (var all = Files.list(directory)) {
            assertThat(all).containsExactly(root);
        }
    }

    @Test
    void unpacksWhatATreeHas() throws IOException {
        var tree = Files.createDirectories(root.resolve("from"));
        Files.createDirectories(tree.resolve("a/empty"));
        Files.writeString(tree.resolve("a/text"), "text");
        Files.writeString(tree.resolve("a/program"), "#!");
        Files.setPosixFilePermissions(
                tree.resolve("a/program"), PosixFilePermissions.fromString("rwx------"));
        Files.writeString(tree.resolve("ü-" + "long".repeat(50)), "long");
        Files.createSymbolicLink(tree.resolve("link"), Path.of("a/text"));
        Files.createSymbolicLink(tree.resolve("a/up"), Path.of("../link"));
        var bytes = new ByteArrayOutputStream();
        try (var tar = new TarWriter(bytes)) {
            tar.tree(tree);
        }
        var to = Files.createDirectory(root.resolve("to"));
        TarUnpacker.unpack(new ByteArrayInputStream(bytes.toByteArray()), to, PLENTY);
        assertThat(to.resolve("a/up")).isSymbolicLink().hasContent("text");
        assertThat(to.resolve("a/program")).isExecutable();
        assertThat(to.resolve("a/text").toFile().canExecute()).isFalse();
        assertThat(to.resolve("a/empty")).isEmptyDirectory();
        assertThat(to.resolve("ü-" + "long".repeat(50))).hasContent("long");
    }

    @Test
    void takesNoMoreOfModesThanWhetherItIsAProgram() throws IOException {
        unpack(new HostileTar().program("program", "#!").stream());
        assertThat(Files.getAttribute(root.resolve("program"), "unix:mode")).isEqualTo(0100755);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/etc/passwd", "../outside", "a/../../outside", "a/..", "//x"})
    void refusesNamesThatLeadOut(String name) {
        refused(new HostileTar().file(name, "x").stream());
        refused(new HostileTar().directory(name + "/").stream());
        refused(new HostileTar().link(name, "x").stream());
    }

    @ParameterizedTest
    @CsvSource({
        "link, /etc",
        "link, ..",
        "a/link, ../..",
        "a/link, ../../root-beside",
        "link, a/../..",
        "link, a/../b",
        "link, .",
        "link, ./a"
    })
    void refusesLinksThatLeadOutOrMight(String name, String target) {
        refused(new HostileTar().link(name, target).stream()).hasMessageContaining("link leads");
    }

    @Test
    void refusesToWriteThroughALink() {
        refused(new HostileTar().directory("a/").link("b", "a").file("b/x", "x").stream())
                .hasMessageContaining("below a link");
        refused(new HostileTar().file("b/x", "x").link("b", "a").stream())
                .hasMessageContaining("twice");
        refused(new HostileTar().link("b", "a").file("b", "x").stream());
        refused(new HostileTar().link("b/c", "x").link("b", "a").stream());
    }

    /** Each one alone leads inside; one after the other they would lead out. */
    @Test
    void refusesLinksThatLeadOutTogether() {
        refused(
                new HostileTar()
                                .directory("a/b/c/")
                                .link("a/b/c/top", "../../..")
                                .link("out", "a/b/c/top/../..")
                                .stream());
    }

    @ParameterizedTest
    @ValueSource(
            bytes = {
                TarConstants.LF_CHR,
                TarConstants.LF_BLK,
                TarConstants.LF_FIFO,
                TarConstants.LF_LINK,
                TarConstants.LF_GNUTYPE_SPARSE,
                (byte) 'Z'
            })
    void refusesWhatIsNeitherFileNorDirectoryNorSymbolicLink(byte kind) {
        refused(new HostileTar().special("special", kind, "x").stream());
    }

    @Test
    void refusesWhatIsNamedTwice() {
        refused(new HostileTar().file("a", "1").file("./a", "2").stream())
                .hasMessageContaining("twice");
        refused(new HostileTar().link("a", "1").link("a", "2").stream())
                .hasMessageContaining("twice");
        refused(new HostileTar().file(".", "1").stream());
    }

    @Test
    void refusesWhatIsTooLarge() {
        var tar = new HostileTar().file("a", "x".repeat(1000)).bytes();
        assertThatThrownBy(() -> unpack(tar, 1511))
                .isInstanceOf(RefusedTarException.TooLarge.class);
        var many = new HostileTar();
        List.of("a", "b", "c").forEach(name -> many.file(name, ""));
        var bytes = many.bytes();
        assertThatThrownBy(() -> unpack(bytes, 1200))
                .isInstanceOf(RefusedTarException.TooLarge.class);
    }

    @Test
    void countsTheDirectoriesOnTheWay() {
        var bytes = new HostileTar().file("d/".repeat(1000) + "a", "").bytes();
        assertThatThrownBy(() -> unpack(bytes, 100_000))
                .isInstanceOf(RefusedTarException.TooLarge.class);
    }

    @Test
    void readsNoHeadersWithoutEnd() {
        refused(new HostileTar().file("n".repeat(70_000), "x").stream());
    }

    @Test
    void refusesWhatEndsTooSoon() {
        var content = "x".repeat(2000);
        assertThatThrownBy(() -> unpack(new HostileTar().file("a", content).first(600)))
                .isInstanceOf(IOException.class);
        assertThatThrownBy(() -> unpack(new HostileTar().file("a", content).first(512 + 2048)))
                .isInstanceOf(IOException.class);
        assertThatThrownBy(() -> unpack(new HostileTar().file("a", content).first(300)))
                .isInstanceOf(IOException.class);
        assertThatThrownBy(() -> unpack(InputStream.nullInputStream()))
                .isInstanceOf(IOException.class);
    }

    @Test
    void refusesWhatIsNoArchive() {
        refused(new ByteArrayInputStream("<html>no</html>".repeat(500).getBytes(UTF_8)));
    }

    private AbstractThrowableAssert<?, ? extends Throwable> refused(InputStream tar) {
        return assertThatThrownBy(() -> unpack(tar)).isInstanceOf(IOException.class);
    }

    private void unpack(InputStream tar) throws IOException {
        TarUnpacker.unpack(tar, root, PLENTY);
    }

    private void unpack(byte[] tar, long largest) throws IOException {
        TarUnpacker.unpack(new ByteArrayInputStream(tar), root, largest);
    }
}
