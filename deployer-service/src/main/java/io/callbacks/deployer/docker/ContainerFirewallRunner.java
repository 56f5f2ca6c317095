package io.callbacks.deployer.docker;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.model.Capability;
import com.github.dockerjava.api.model.Frame;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.WaitResponse;
import io.callbacks.deployer.rollout.PlatformException;
import io.callbacks.docker.DockerEngine;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs it in a container on the network of the engine's machine, which is gone afterwards. */
final class ContainerFirewallRunner implements FirewallRunner {
    private static final Logger log = LoggerFactory.getLogger(ContainerFirewallRunner.class);
    private static final Duration LONGEST = Duration.ofSeconds(30);
    private static final String ROLE = "firewall";

    private final DockerEngine engine;
    private final Labels labels;
    private final String image;

    ContainerFirewallRunner(DockerEngine engine, Labels labels, String image) {
        this.engine = engine;
        this.labels = labels;
        this.image = image;
    }

    @Override
    public Optional<String> run(String script, Map<String, String> settings) {
        try {
            removeLeft();
            return outcome(create(script, settings));
        } catch (DockerException | PlatformException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    /** What a former life did not come to remove. */
    private void removeLeft() {
        Calls.ask(
                        "list containers that set up the firewall",
                        () ->
                                engine.control()
                                        .listContainersCmd()
                                        .withShowAll(true)
                                        .withLabelFilter(labels.of(ROLE))
                                        .exec())
                .forEach(left -> removeIfPossible(left.getId()));
    }

    private void removeIfPossible(String container) {
        try {
            remove(container);
        } catch (DockerException | PlatformException e) {
            log.warn("Left behind: container={} reason={}", container, e.getMessage());
        }
    }

    private String create(String script, Map<String, String> settings) {
        return Calls.ask(
                        "make the container that sets up the firewall",
                        () ->
                                engine.control()
                                        .createContainerCmd(image)
                                        .withLabels(labels.of(ROLE))
                                        .withUser("0:0")
                                        .withEntrypoint("sh", "-c", script)
                                        .withCmd()
                                        .withEnv(variables(settings))
                                        .withHostConfig(
                                                HostConfig.newHostConfig()
                                                        .withNetworkMode("host")
                                                        .withCapDrop(Capability.ALL)
                                                        .withCapAdd(
                                                                Capability.NET_ADMIN,
                                                                Capability.NET_RAW))
                                        .exec())
                .getId();
    }

    private Optional<String> outcome(String container) {
        try {
            Calls.ask(
                    "set up the firewall",
                    () -> engine.control().startContainerCmd(container).exec());
            var code = exitCode(container);
            return code == 0
                    ? Optional.<String>empty()
                    : Optional.of(said(container) + " (exit code " + code + ")");
        } finally {
            remove(container);
        }
    }

    /** With its volumes: its image may have some. */
    private void remove(String container) {
        Calls.ask(
                "remove the container that set up the firewall",
                () ->
                        engine.control()
                                .removeContainerCmd(container)
                                .withForce(true)
                                .withRemoveVolumes(true)
                                .exec());
    }

    private int exitCode(String container) {
        var code = new CompletableFuture<Integer>();
        try (var end = new EngineStream<WaitResponse>(r -> code.complete(r.getStatusCode()))) {
            Calls.ask(
                    "wait for the firewall",
                    () -> engine.streams().waitContainerCmd(container).exec(end));
            end.awaitOver(LONGEST);
        }
        return code.getNow(-1);
    }

    private String said(String container) {
        var text = new StringBuffer();
        try (var log =
                new EngineStream<Frame>(f -> text.append(new String(f.getPayload(), UTF_8)))) {
            Calls.ask(
                    "read what the firewall says",
                    () ->
                            engine.streams()
                                    .logContainerCmd(container)
                                    .withStdOut(true)
                                    .withStdErr(true)
                                    .exec(log));
            log.awaitOver(LONGEST);
        }
        return text.toString().strip();
    }

    private static List<String> variables(Map<String, String> settings) {
        return settings.entrySet().stream().map(s -> s.getKey() + "=" + s.getValue()).toList();
    }
}
