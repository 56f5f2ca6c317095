package io.callbacks.builder.kubernetes;

import io.callbacks.blob.DirectoryBlobStore;
import io.callbacks.builder.build.Sandbox.Install;
import io.callbacks.builder.build.Sandbox.Outcome;
import io.callbacks.builder.install.InstallLimits;
import io.callbacks.builder.install.OperatorSettings;
import io.callbacks.builder.layer.LayerReaders;
import io.callbacks.builder.layer.TestLayerServer;
import io.callbacks.builder.layer.Uploads;
import io.callbacks.builder.testing.RecordingBuildLog;
import io.callbacks.kubernetes.ClusterAccess;
import io.callbacks.kubernetes.KubernetesCluster;
import io.callbacks.kubernetes.Labels;
import io.callbacks.kubernetes.PullPolicy;
import io.callbacks.service.layer.LayerUrls;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import org.springframework.util.unit.DataSize;

/** An installation of its own in a namespace of its own; both are gone when it is closed. */
final class ClusterPlace implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofMinutes(5);
    static final long LARGE = 1L << 30;
    private static final Map<String, String> IMAGES =
            Map.of("python", "callbacks/base-python:local", "node", "callbacks/base-node:local");

    final String namespace = "callbacks-it-" + UUID.randomUUID();
    final KubernetesCluster cluster = KubernetesCluster.of(access(namespace));
    final Labels labels = new Labels(UUID.randomUUID().toString());
    final RecordingBuildLog log = new RecordingBuildLog();
    final DirectoryBlobStore blobs;
    private final Uploads uploads;
    private final LayerUrls urls;
    private final TestLayerServer server;

    ClusterPlace(Path directory) throws IOException {
        blobs = new DirectoryBlobStore(directory.resolve("blobs"));
        uploads = new Uploads(blobs, directory.resolve("work"));
        urls = LayerUrls.in(directory, "", Clock.systemUTC());
        LayerReaders readers = new ClusterReaders(cluster);
        server = new TestLayerServer(readers, urls, blobs, uploads);
        client().namespaces().resource(restricted()).create();
    }

    /** Which lets nothing in that is not hardened. */
    private Namespace restricted() {
        return new NamespaceBuilder()
                .withNewMetadata()
                .withName(namespace)
                .addToLabels("pod-security.kubernetes.io/enforce", "restricted")
                .endMetadata()
                .build();
    }

    static ClusterAccess access(String namespace) {
        return new ClusterAccess("", "", namespace, System.getenv());
    }

    KubernetesClient client() {
        return cluster.client();
    }

    static KubernetesProperties properties(Map<String, String> images, Duration preparation) {
        return new KubernetesProperties(
                "",
                "",
                "",
                images,
                PullPolicy.IF_NOT_PRESENT,
                List.of(),
                Path.of("/usr/local/share/ca-certificates"),
                preparation,
                DataSize.ofGigabytes(1),
                2,
                DataSize.ofGigabytes(4));
    }

    ClusterJobs jobs(Duration timeout, long largest) {
        return jobs(IMAGES, PATIENCE, new InstallLimits(timeout, largest));
    }

    private ClusterJobs jobs(Map<String, String> images, Duration prepared, InstallLimits limits) {
        return new ClusterJobs(cluster, labels, "it", properties(images, prepared), limits);
    }

    KubernetesSandbox sandbox() {
        return sandbox(Map.of(), PATIENCE, LARGE);
    }

    KubernetesSandbox sandbox(Map<String, String> environment, Duration timeout, long largest) {
        return sandbox(environment, jobs(timeout, largest), IMAGES, timeout, largest);
    }

    /** On images that are not there. */
    KubernetesSandbox sandboxOn(Map<String, String> images, Duration preparation) {
        var jobs = jobs(images, preparation, new InstallLimits(PATIENCE, LARGE));
        return sandbox(Map.of(), jobs, images, PATIENCE, LARGE);
    }

    private KubernetesSandbox sandbox(
            Map<String, String> moreEnvironment,
            ClusterJobs jobs,
            Map<String, String> images,
            Duration timeout,
            long largest) {
        var environment = new HashMap<>(System.getenv());
        environment.putAll(moreEnvironment);
        return new KubernetesSandbox(
                new ClusterRuntimes(jobs, images),
                jobs,
                uploads,
                () -> urls,
                OperatorSettings.from(environment),
                Path.of("/usr/local/share/ca-certificates"),
                blobs,
                new InstallLimits(timeout, largest),
                Optional.empty());
    }

    Outcome install(KubernetesSandbox sandbox, String type, String library) {
        return install(sandbox, type, library, () -> false);
    }

    Outcome install(
            KubernetesSandbox sandbox, String type, String library, BooleanSupplier cancelled) {
        return sandbox.install(new Install(type, library, cancelled), log);
    }

    @Override
    public void close() {
        client().namespaces().withName(namespace).delete();
        server.close();
        cluster.close();
    }
}
