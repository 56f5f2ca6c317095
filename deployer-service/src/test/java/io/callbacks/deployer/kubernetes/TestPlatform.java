package io.callbacks.deployer.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import io.callbacks.deployer.kubernetes.KubernetesProperties.Invokers;
import io.callbacks.deployer.rollout.InstanceSpec;
import io.callbacks.deployer.rollout.InstanceTokens;
import io.callbacks.deployer.rollout.Platform.EndListener;
import io.callbacks.deployer.rollout.Platform.StartResult;
import io.callbacks.deployer.rollout.RunningInstance;
import io.callbacks.deployer.testing.RecordedLog;
import io.callbacks.event.Failure;
import io.callbacks.event.Layer;
import io.callbacks.event.Limits;
import io.callbacks.kubernetes.ClusterAccess;
import io.callbacks.kubernetes.KubernetesCluster;
import io.callbacks.kubernetes.PullPolicy;
import io.callbacks.service.installation.Installation;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.PodResource;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.springframework.util.unit.DataSize;

/** A platform on a cluster, what it tells, and what an operator would see of it. */
final class TestPlatform implements AutoCloseable, EndListener {
    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    static final int NO_BUDGET = -1;

    final RecordedLog log = new RecordedLog();
    final List<Failure> ends = new CopyOnWriteArrayList<>();
    final AtomicInteger losses = new AtomicInteger();
    final KubernetesPlatform platform;
    private final TestCluster cluster;
    private final TestLayers layers;
    private final InstanceTokens tokens;
    private final Installation installation;

    private TestPlatform(
            TestCluster cluster,
            TestLayers layers,
            InstanceTokens tokens,
            Installation installation,
            String image) {
        this.cluster = cluster;
        this.layers = layers;
        this.tokens = tokens;
        this.installation = installation;
        platform =
                new KubernetesPlatformConfiguration()
                        .kubernetesPlatform(
                                cluster.cluster(),
                                properties(image),
                                installation,
                                layers.urls(),
                                tokens,
                                log);
        platform.onEnd(this);
    }

    private static KubernetesProperties properties(String image) {
        return new KubernetesProperties(
                "",
                "",
                "",
                Map.of("python", image),
                PullPolicy.IF_NOT_PRESENT,
                List.of(),
                1,
                0.01,
                DataSize.ofMegabytes(64),
                DataSize.ofMegabytes(16),
                DataSize.ofMegabytes(200),
                Duration.ofSeconds(15),
                new Invokers(Map.of(), Map.of(), List.of()),
                List.of(),
                List.of());
    }

    static TestPlatform on(TestCluster cluster, TestLayers layers, InstanceTokens tokens) {
        return on(cluster, layers, tokens, cluster.pythonImage());
    }

    static TestPlatform on(
            TestCluster cluster, TestLayers layers, InstanceTokens tokens, String image) {
        var installation = new Installation(UUID.randomUUID().toString());
        return new TestPlatform(cluster, layers, tokens, installation, image);
    }

    /** The next life of the same deployer. */
    TestPlatform next() {
        return new TestPlatform(cluster, layers, tokens, installation, cluster.pythonImage());
    }

    @Override
    public void ended(long callbackId, Failure how) {
        ends.add(how);
    }

    @Override
    public void lost(long callbackId) {
        losses.incrementAndGet();
    }

    // --- instances

    InstanceSpec spec(List<Layer> layers, Map<String, String> env, int memoryMb) {
        var id = "7-1-" + UUID.randomUUID().toString().substring(0, 8);
        return new InstanceSpec(
                id,
                7,
                1,
                3,
                "python",
                "test",
                layers,
                null,
                new Limits(5, memoryMb, 2, 20),
                1,
                env,
                tokens.of(id));
    }

    StartResult start(Layer code, Map<String, String> env) {
        return platform.start(spec(List.of(code), env, 64));
    }

    RunningInstance started(Layer code, Map<String, String> env) {
        return started(spec(List.of(code), env, 64));
    }

    RunningInstance started(InstanceSpec spec) {
        var result = platform.start(spec);
        assertThat(result).isInstanceOf(StartResult.Started.class);
        return ((StartResult.Started) result).instance();
    }

    RunningInstance started(Layer code) {
        return started(code, Map.of());
    }

    static HttpResponse<String> call(RunningInstance instance) {
        return get(instance, "/api/test");
    }

    static HttpResponse<String> get(RunningInstance instance, String path) {
        return send(instance, path, HttpRequest.newBuilder().GET());
    }

    static HttpResponse<String> put(RunningInstance instance, String path, String body) {
        return send(instance, path, HttpRequest.newBuilder().PUT(BodyPublishers.ofString(body)));
    }

    private static HttpResponse<String> send(
            RunningInstance instance, String path, HttpRequest.Builder request) {
        var whole =
                request.uri(instance.url().resolve(path))
                        .header("Authorization", "Bearer " + instance.token())
                        .timeout(Duration.ofSeconds(10))
                        .build();
        try {
            return HTTP.send(whole, BodyHandlers.ofString());
        } catch (IOException e) {
            throw new IllegalStateException("no answer", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    // --- what an operator does and sees

    /** One that does not know of any cluster. */
    KubernetesPlatform withoutCluster() {
        var access = new ClusterAccess("/nowhere/kubeconfig", "", "", Map.of());
        return new KubernetesPlatformConfiguration()
                .kubernetesPlatform(
                        KubernetesCluster.of(access),
                        properties(""),
                        installation,
                        layers.urls(),
                        tokens,
                        log);
    }

    boolean isOurs(HasMetadata object) {
        return installation
                .id()
                .equals(object.getMetadata().getLabels().get("callbacks.io/installation"));
    }

    private KubernetesClient client() {
        return cluster.client();
    }

    PodResource pod(RunningInstance instance) {
        return client().pods().withName(PodRequest.nameOf(instance.id()));
    }

    Secret secret(RunningInstance instance) {
        return client().secrets().withName(PodRequest.nameOf(instance.id())).get();
    }

    /** Kills all of an instance's own processes. */
    void kill(RunningInstance instance) {
        try (var exec =
                pod(instance)
                        .inContainer(PodRequest.CONTAINER)
                        .redirectingOutput()
                        .exec("python3", "-c", "import os; os.kill(-1, 9)")) {
            exec.exitCode().join();
        }
    }

    /** By its budget; {@link #NO_BUDGET} if it has none. */
    int disruptionsAllowed() {
        return client().policy().v1().podDisruptionBudget().list().getItems().stream()
                .filter(this::isOurs)
                .map(budget -> budget.getStatus())
                .mapToInt(status -> status == null ? 0 : status.getDisruptionsAllowed())
                .findFirst()
                .orElse(NO_BUDGET);
    }

    List<Pod> pods() {
        return client().pods()
                .withLabel("callbacks.io/installation", installation.id())
                .list()
                .getItems();
    }

    /** Pods and Secrets of the installation, in whatever state. */
    List<String> objects() {
        return cluster.objects(installation.id());
    }

    @Override
    public void close() {
        platform.end();
        pods().forEach(pod -> client().resource(pod).withGracePeriod(1).delete());
    }
}
