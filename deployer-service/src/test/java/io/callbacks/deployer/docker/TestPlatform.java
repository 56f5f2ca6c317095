package io.callbacks.deployer.docker;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.core.DefaultDockerClientConfig;
import io.callbacks.deployer.docker.DockerProperties.Address;
import io.callbacks.deployer.rollout.InstanceSpec;
import io.callbacks.deployer.rollout.InstanceTokens;
import io.callbacks.deployer.rollout.Platform.EndListener;
import io.callbacks.deployer.rollout.Platform.StartResult;
import io.callbacks.deployer.rollout.RunningInstance;
import io.callbacks.deployer.testing.RecordedLog;
import io.callbacks.docker.DockerEngine;
import io.callbacks.event.Failure;
import io.callbacks.event.Limits;
import io.callbacks.service.installation.Installation;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.springframework.util.unit.DataSize;

/** A platform on an engine, what it tells, and what an operator would see of it. */
final class TestPlatform implements AutoCloseable, EndListener {
    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    final RecordedLog log = new RecordedLog();
    final List<Failure> ends = new CopyOnWriteArrayList<>();
    final AtomicInteger losses = new AtomicInteger();
    final DockerPlatform platform;
    private final DockerEngine engine;
    private final Installation installation;
    private final InstanceTokens tokens;
    private final boolean lifeline;
    private final Address address;

    private TestPlatform(
            DockerEngine engine,
            Installation installation,
            InstanceTokens tokens,
            boolean lifeline,
            Address address) {
        this.engine = engine;
        this.installation = installation;
        this.tokens = tokens;
        this.lifeline = lifeline;
        this.address = address;
        var properties =
                new DockerProperties(
                        "",
                        Map.of("python", "unused"),
                        lifeline,
                        address,
                        1,
                        DataSize.ofMegabytes(64),
                        DataSize.ofMegabytes(16),
                        64,
                        "",
                        "",
                        "",
                        List.of());
        platform =
                new DockerPlatformConfiguration()
                        .dockerPlatform(engine, properties, installation, tokens, log);
        platform.onEnd(this);
    }

    static TestPlatform on(DockerEngine engine, InstanceTokens tokens, boolean lifeline) {
        return on(engine, tokens, lifeline, Address.AUTO);
    }

    static TestPlatform on(
            DockerEngine engine, InstanceTokens tokens, boolean lifeline, Address address) {
        var installation = new Installation(UUID.randomUUID().toString());
        return new TestPlatform(engine, installation, tokens, lifeline, address);
    }

    /** The next life of the same deployer. */
    TestPlatform next() {
        return new TestPlatform(engine, installation, tokens, lifeline, address);
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

    InstanceSpec spec(String image, Map<String, String> env) {
        var id = "7-1-" + UUID.randomUUID().toString().substring(0, 8);
        return new InstanceSpec(
                id,
                7,
                1,
                3,
                "python",
                "test",
                List.of(),
                image,
                new Limits(5, 64, 2, 10),
                1,
                env,
                tokens.of(id));
    }

    RunningInstance started(String image, Map<String, String> env) {
        var result = platform.start(spec(image, env));
        assertThat(result).isInstanceOf(StartResult.Started.class);
        return ((StartResult.Started) result).instance();
    }

    RunningInstance started(String image) {
        return started(image, Map.of());
    }

    static HttpResponse<String> call(RunningInstance instance) {
        return get(instance, "/api/test");
    }

    static HttpResponse<String> get(RunningInstance instance, String path) {
        var request =
                HttpRequest.newBuilder(instance.url().resolve(path))
                        .header("Authorization", "Bearer " + instance.token())
                        .timeout(Duration.ofSeconds(10))
                        .build();
        try {
            return HTTP.send(request, BodyHandlers.ofString());
        } catch (IOException e) {
            throw new IllegalStateException("no answer", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    // --- what an operator does and sees

    DockerClient docker() {
        return engine.control();
    }

    String container(RunningInstance instance) {
        return container(instance.id());
    }

    String container(String instance) {
        return new Labels(installation).containerName(instance);
    }

    InspectContainerResponse inspect(RunningInstance instance) {
        return docker().inspectContainerCmd(container(instance)).exec();
    }

    boolean isRunning(String instance) {
        return containers().contains(container(instance))
                && Boolean.TRUE.equals(
                        docker().inspectContainerCmd(container(instance))
                                .exec()
                                .getState()
                                .getRunning());
    }

    /** Makes the container of an instance, as an engine does too late. */
    void make(InstanceSpec spec) {
        var image = requireNonNull(spec.image());
        docker().createContainerCmd(image)
                .withName(container(spec.id()))
                .withLabels(new Labels(installation).of(spec))
                .exec();
    }

    /** All containers of the installation, in whatever state. */
    List<String> containers() {
        return docker()
                .listContainersCmd()
                .withShowAll(true)
                .withLabelFilter(Map.of("callbacks.io/installation", installation.id()))
                .exec()
                .stream()
                .map(c -> c.getNames()[0].substring(1))
                .toList();
    }

    /** All that is known of a container, as text. */
    String everythingOf(RunningInstance instance) {
        try {
            return DefaultDockerClientConfig.createDefaultConfigBuilder()
                    .build()
                    .getObjectMapper()
                    .writeValueAsString(inspect(instance));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        platform.end();
        containers().forEach(c -> docker().removeContainerCmd(c).withForce(true).exec());
    }
}
