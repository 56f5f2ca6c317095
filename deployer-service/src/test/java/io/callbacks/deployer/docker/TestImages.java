package io.callbacks.deployer.docker;

import io.callbacks.docker.DockerEngine;
import io.callbacks.runtimes.Shims;
import io.callbacks.service.installation.Installation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Images of Python functions, made as the builder makes them. */
public final class TestImages implements AutoCloseable {
    static final List<String> BASES = List.of("callbacks/base-python:local", "python:3.11-slim");

    private final DockerEngine engine = DockerEngine.at("");
    private final Path directory;
    private final List<String> made = new ArrayList<>();
    private final String runtime;

    public TestImages(Path directory) {
        this.directory = directory;
        var base = BASES.stream().filter(image -> NeedsDocker.isThere(engine, image)).findFirst();
        runtime = runtime(base.orElseThrow());
    }

    public DockerEngine engine() {
        return engine;
    }

    private String runtime(String base) {
        var opt = directory.resolve("opt/callbacks");
        try {
            Files.createDirectories(opt.resolve("function"));
            Files.createDirectories(opt.resolve("library"));
            var shim = Shims.unpackInto(directory.resolve("shims")).python();
            copy(shim, opt.resolve("shim"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return commit(base, opt, "/opt");
    }

    private static void copy(Path from, Path to) throws IOException {
        try (var files = Files.walk(from)) {
            for (var file : (Iterable<Path>) files::iterator) {
                Files.copy(file, to.resolve(from.relativize(file).toString()));
            }
        }
    }

    /** An image of a function. */
    public String of(String python) {
        try {
            var function = Files.createTempDirectory(directory, "code-").resolve("function");
            Files.createDirectory(function);
            Files.writeString(function.resolve("function.py"), python);
            return commit(runtime, function, "/opt/callbacks");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String commit(String from, Path content, String into) {
        var docker = engine.control();
        var container = docker.createContainerCmd(from).withCmd("true").exec().getId();
        try {
            docker.copyArchiveToContainerCmd(container)
                    .withHostResource(content.toString())
                    .withRemotePath(into)
                    .exec();
            var tag = UUID.randomUUID().toString();
            docker.commitCmd(container)
                    .withRepository("callbacks/test")
                    .withTag(tag)
                    .withUser("10001:10001")
                    .withEnv(
                            "PATH=/usr/local/bin:/usr/bin:/bin",
                            "CALLBACKS_HOST=0.0.0.0",
                            "CALLBACKS_PORT=8080",
                            "CALLBACKS_FUNCTION=/opt/callbacks/function",
                            "CALLBACKS_LIBRARY=/opt/callbacks/library")
                    .withCmd("python3", "-I", "-S", "-B", "/opt/callbacks/shim/main.py")
                    .exec();
            made.add("callbacks/test:" + tag);
            return made.getLast();
        } finally {
            docker.removeContainerCmd(container).exec();
        }
    }

    /** The names of an installation's containers, in whatever state. */
    public List<String> containers(String installation) {
        return engine
                .control()
                .listContainersCmd()
                .withShowAll(true)
                .withLabelFilter(Map.of("callbacks.io/installation", installation))
                .exec()
                .stream()
                .map(container -> container.getNames()[0].substring(1))
                .toList();
    }

    /** Kills an instance, as an operator would. */
    public void kill(String installation, String instance) {
        var name = new Labels(new Installation(installation)).containerName(instance);
        engine.control().killContainerCmd(name).exec();
    }

    public void remove(String image) {
        engine.control().removeImageCmd(image).withForce(true).exec();
        made.remove(image);
    }

    @Override
    public void close() throws IOException {
        List.copyOf(made).reversed().forEach(this::remove);
        engine.close();
    }
}
