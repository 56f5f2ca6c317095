package io.callbacks.builder.jib;

import static java.util.Objects.requireNonNull;
import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.cloud.tools.jib.api.buildplan.FileEntriesLayer;
import com.google.cloud.tools.jib.api.buildplan.FileEntry;
import io.callbacks.blob.BlobStore;
import io.callbacks.blob.DirectoryBlobStore;
import io.callbacks.builder.build.Sandbox.Revision;
import io.callbacks.event.Layer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageLayersTests {
    @TempDir private Path directory;
    private BlobStore blobs;
    private ImageLayers layers;

    @BeforeEach
    void makeStore() {
        blobs = new DirectoryBlobStore(directory.resolve("blobs"));
        layers = new ImageLayers(blobs, directory.resolve("images"));
    }

    @Test
    void haveShimLibraryAndFunctionInTheirPlaces() throws IOException {
        var all = layers.of(revision("python", Map.of("requests.py", "x = 1\n")));
        assertThat(all)
                .extracting(FileEntriesLayer::getName)
                .containsExactly("shim", "library", "function");
        assertThat(entries(all.get(0)))
                .containsKey("/opt/callbacks/shim/main.py")
                .doesNotContainKey("/opt/callbacks/shim/Dockerfile");
        assertThat(entries(all.get(1)))
                .containsKeys("/opt/callbacks/library", "/opt/callbacks/library/requests.py");
        assertThat(entries(all.get(2))).containsKey("/opt/callbacks/function/handler.py");
    }

    @Test
    void havePackagesWhereNodeFindsThem() throws IOException {
        var library = revision("node", Map.of("node_modules/axios/index.js", ""));
        assertThat(entries(layers.of(library).get(1)))
                .containsOnlyKeys(
                        "/opt/callbacks/library",
                        "/opt/callbacks/node_modules",
                        "/opt/callbacks/node_modules/axios",
                        "/opt/callbacks/node_modules/axios/index.js");
    }

    @Test
    void haveALibraryEvenIfItIsEmpty() throws IOException {
        var code = tree(Map.of("index.js", ""));
        var all = layers.of(new Revision(1, "uid", 1, "node", Optional.empty(), code));
        assertThat(entries(all.get(1))).containsOnlyKeys("/opt/callbacks/library");
        assertThat(entries(all.get(0))).containsKey("/opt/callbacks/shim/main.js");
    }

    @Test
    void mayBeReadByEverybodyAndHaveNoTime() throws IOException {
        var entries =
                entries(
                        layers.of(revision("python", Map.of("run", "#!/bin/sh\n", "lib.py", "")))
                                .get(1));
        assertThat(permissions(entries, "run")).isEqualTo("755");
        assertThat(permissions(entries, "lib.py")).isEqualTo("644");
        assertThat(entries.values())
                .extracting(FileEntry::getModificationTime)
                .containsOnly(Instant.EPOCH);
        assertThat(entries.values()).extracting(FileEntry::getOwnership).containsOnly("");
    }

    @Test
    void launchProgramsThatLinksLeadTo() throws Exception {
        var root =
                files(
                        Map.of(
                                "package/run",
                                "#!/bin/sh\necho it\\'s \"$(basename \"$0\")\" \"$@\"\n"));
        Files.createDirectory(root.resolve("bin"));
        Files.createSymbolicLink(root.resolve("bin/it's"), Path.of("../package/run"));
        Files.createSymbolicLink(root.resolve("bin/nowhere"), Path.of("../gone"));
        var entries = entries(layers.of(revision(deps(root))).get(1));
        assertThat(permissions(entries, "bin/it's")).isEqualTo("755");
        assertThat(entries).doesNotContainKey("/opt/callbacks/library/bin/nowhere");
        assertThat(said(unpacked(entries).resolve("bin/it's"), "a b")).isEqualTo("it's run a b\n");
    }

    @Test
    void copyWhatOtherLinksLeadTo() throws IOException {
        var root = files(Map.of("package/data.txt", "data"));
        Files.createSymbolicLink(root.resolve("data.txt"), Path.of("package/data.txt"));
        Files.createSymbolicLink(root.resolve("other"), Path.of("package"));
        var unpacked = unpacked(entries(layers.of(revision(deps(root))).get(1)));
        assertThat(unpacked.resolve("data.txt")).hasContent("data");
        assertThat(unpacked.resolve("other/data.txt")).hasContent("data");
    }

    // --- what is built

    private Revision revision(String type, Map<String, String> library) throws IOException {
        var code = tree(Map.of("handler.py", "def handler(event): pass\n"));
        return new Revision(1, "uid", 1, type, Optional.of(deps(files(library))), code);
    }

    private Revision revision(Layer library) throws IOException {
        var code = tree(Map.of("handler.py", "def handler(event): pass\n"));
        return new Revision(1, "uid", 1, "python", Optional.of(library), code);
    }

    private Layer tree(Map<String, String> files) throws IOException {
        return new Layer(Layer.Role.CODE, blobs.putTree(files(files)).digest(), 1);
    }

    private Layer deps(Path root) {
        return new Layer(Layer.Role.DEPS, blobs.putTree(root).digest(), 1);
    }

    private Path files(Map<String, String> files) throws IOException {
        var root = Files.createTempDirectory(directory, "tree");
        for (var file : files.entrySet()) {
            var path = root.resolve(file.getKey());
            Files.createDirectories(path.getParent());
            Files.writeString(path, file.getValue());
            if (file.getValue().startsWith("#!")) {
                Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
            }
        }
        return root;
    }

    // --- what it becomes

    private static Map<String, FileEntry> entries(FileEntriesLayer layer) {
        return layer.getEntries().stream()
                .collect(toMap(entry -> entry.getExtractionPath().toString(), entry -> entry));
    }

    private static String permissions(Map<String, FileEntry> entries, String name) {
        var entry = requireNonNull(entries.get("/opt/callbacks/library/" + name), name);
        return entry.getPermissions().toOctalString();
    }

    /** The library, as whoever runs the image finds it. */
    private Path unpacked(Map<String, FileEntry> entries) throws IOException {
        var root = Files.createTempDirectory(directory, "image");
        for (var entry : entries.values()) {
            var to = Path.of(root + entry.getExtractionPath().toString());
            if (Files.isDirectory(entry.getSourceFile())) {
                Files.createDirectories(to);
            } else {
                Files.createDirectories(to.getParent());
                Files.copy(entry.getSourceFile(), to);
                to.toFile().setExecutable(entry.getPermissions().toOctalString().equals("755"));
            }
        }
        return root.resolve("opt/callbacks/library");
    }

    private static String said(Path program, String argument) throws Exception {
        var process =
                new ProcessBuilder(program.toString(), argument).redirectErrorStream(true).start();
        try (var output = process.inputReader()) {
            return output.readAllAsString();
        } finally {
            process.waitFor();
        }
    }
}
