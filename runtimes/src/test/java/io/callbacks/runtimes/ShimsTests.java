package io.callbacks.runtimes;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShimsTests {
    @TempDir private Path directory;

    @Test
    void unpacksWhatTheBuildPacked() throws Exception {
        var shims = Shims.unpackInto(directory.resolve("shims"));
        assertThat(contents(shims.python())).isEqualTo(contents(packed().resolve("python")));
        assertThat(contents(shims.node())).isEqualTo(contents(packed().resolve("node")));
        assertThat(shims.python().resolve("main.py")).isRegularFile();
        assertThat(shims.node().resolve("main.js")).isRegularFile();
    }

    @Test
    void unpacksTheSameFromAJar() throws Exception {
        var fromDirectory = Shims.unpackInto(directory.resolve("a"));
        try (var loader = loaderOfJar()) {
            var python = unpackedBy(loader, directory.resolve("b"));
            assertThat(contents(python)).isEqualTo(contents(fromDirectory.python()));
            assertThat(nameOfHome(python)).isEqualTo(nameOfHome(fromDirectory.python()));
        }
    }

    @Test
    void severalMayUnpackAtOnce() throws Exception {
        try (var loader = loaderOfJar();
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Callable<Path> unpack = () -> unpackedBy(loader, directory.resolve("shims"));
            var all = new ArrayList<Path>();
            for (var done : threads.invokeAll(List.of(unpack, unpack, unpack, unpack))) {
                all.add(done.get());
            }
            assertThat(all.stream().distinct()).hasSize(1);
            assertThat(contents(all.getFirst())).isEqualTo(contents(packed().resolve("python")));
        }
    }

    @Test
    void mendsWhatWasLeftHalfFinished() throws Exception {
        var shims = Shims.unpackInto(directory);
        var whole = contents(shims.python());
        Files.writeString(shims.python().resolve("main.py"), "half");
        Files.delete(shims.python().resolve("callbacks_shim/loader.py"));
        assertThat(Shims.unpackInto(directory)).isEqualTo(shims);
        assertThat(contents(shims.python())).isEqualTo(whole);
    }

    @Test
    void leavesWhatIsWholeAlone() throws Exception {
        var main = Shims.unpackInto(directory).python().resolve("main.py");
        var before = Files.getAttribute(main, "unix:ino");
        Shims.unpackInto(directory);
        assertThat(Files.getAttribute(main, "unix:ino")).isEqualTo(before);
    }

    private static String nameOfHome(Path shim) {
        return shim.resolveSibling("").getFileName().toString();
    }

    private static Path unpackedBy(ClassLoader loader, Path parent) throws Exception {
        var type = loader.loadClass(Shims.class.getName());
        var shims = type.getMethod("unpackInto", Path.class).invoke(null, parent);
        return (Path) type.getMethod("python").invoke(shims);
    }

    private URLClassLoader loaderOfJar() throws Exception {
        var jar = directory.resolve("with space/runtimes.jar");
        Files.createDirectories(jar.resolveSibling(""));
        var classes = packed().resolve("../../..").normalize();
        try (var system = FileSystems.newFileSystem(jar, Map.of("create", "true"));
                var files = Files.walk(classes)) {
            for (var file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
                var target = system.getPath("/" + classes.relativize(file));
                Files.createDirectories(target.getParent());
                Files.copy(file, target);
            }
        }
        return new URLClassLoader(
                new URL[] {jar.toUri().toURL()}, ClassLoader.getPlatformClassLoader());
    }

    private static Path packed() throws Exception {
        var home = Shims.class.getResource("Shims.class");
        assertThat(home).isNotNull();
        return Path.of(home.toURI()).resolveSibling("");
    }

    private static Map<String, String> contents(Path root) throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> !file.toString().endsWith(".class"))
                    .collect(
                            Collectors.toMap(f -> root.relativize(f).toString(), ShimsTests::text));
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
