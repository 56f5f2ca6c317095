package io.callbacks.builder.docker;

import io.callbacks.blob.DirectoryBlobStore;
import io.callbacks.builder.build.Sandbox.Install;
import io.callbacks.builder.build.Sandbox.Outcome;
import io.callbacks.builder.build.Sandbox.Revision;
import io.callbacks.builder.install.InstallLimits;
import io.callbacks.builder.install.OperatorSettings;
import io.callbacks.builder.testing.RecordingBuildLog;
import io.callbacks.docker.DockerEngine;
import io.callbacks.event.Layer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import org.springframework.util.unit.DataSize;

/**
 * An installation of its own on the engine of this machine; all of it is gone when it is closed.
 */
final class Place implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofMinutes(3);
    static final long LARGE = 1L << 30;

    final String installation = UUID.randomUUID().toString();
    final DockerEngine docker = DockerEngine.at("");
    final Engine engine = new Engine(() -> docker);
    final Labels labels = new Labels(installation);
    final RecordingBuildLog log = new RecordingBuildLog();
    private final Path directory;
    private final DirectoryBlobStore blobs;

    Place(Path directory) {
        this.directory = directory;
        this.blobs = new DirectoryBlobStore(directory.resolve("blobs"));
    }

    BuildContainers containers(String owner, Duration timeout) {
        return new BuildContainers(engine, labels, owner, properties(Map.of()), timeout);
    }

    static DockerProperties properties(Map<String, String> images) {
        return new DockerProperties(
                "",
                images,
                Path.of("/usr/local/share/ca-certificates"),
                "10.231.240.0/20",
                DataSize.ofGigabytes(1),
                2,
                256);
    }

    DockerSandbox sandbox() {
        return sandbox(Map.of(), PATIENCE, LARGE);
    }

    DockerSandbox sandbox(Map<String, String> moreEnvironment, Duration timeout, long largest) {
        var environment = new HashMap<>(System.getenv());
        environment.putAll(moreEnvironment);
        var containers = containers("it", timeout);
        return new DockerSandbox(
                engine,
                labels,
                runtimes(Map.of()),
                containers,
                OperatorSettings.from(environment),
                blobs,
                new InstallLimits(timeout, largest));
    }

    RuntimeImages runtimes(Map<String, String> images) {
        var properties = properties(images);
        return new RuntimeImages(
                engine,
                new BaseImages(engine, properties.images()),
                containers("it", PATIENCE),
                properties.extraCa());
    }

    Outcome install(DockerSandbox sandbox, String type, String library) {
        return install(sandbox, type, library, () -> false);
    }

    Outcome install(DockerSandbox sandbox, String type, String library, BooleanSupplier cancelled) {
        return sandbox.install(new Install(type, library, cancelled), log);
    }

    /** A revision whose code is in a file. */
    Revision revision(
            int number, String type, Optional<Layer> dependencies, String file, String code) {
        try {
            var tree = Files.createDirectories(directory.resolve("code-" + UUID.randomUUID()));
            Files.writeString(tree.resolve(file), code);
            var stored = blobs.putTree(tree);
            return new Revision(
                    7,
                    "uid-" + labels.prefix(),
                    number,
                    type,
                    dependencies,
                    new Layer(Layer.Role.CODE, stored.digest(), stored.size()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Ids of the containers that builds use at this moment. */
    List<String> buildContainers() {
        var installation = "label=" + Labels.INSTALLATION + "=" + this.installation;
        var role = "label=" + Labels.ROLE + "=build";
        return Docker.lines("ps", "--all", "--quiet", "--filter", installation, "--filter", role);
    }

    @Override
    public void close() throws IOException {
        Docker.removeAllOf(installation);
        docker.close();
    }
}
