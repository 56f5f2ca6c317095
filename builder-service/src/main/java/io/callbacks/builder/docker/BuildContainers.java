package io.callbacks.builder.docker;

import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.exception.ConflictException;
import com.github.dockerjava.api.model.Capability;
import com.github.dockerjava.api.model.Container;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.LogConfig;
import com.github.dockerjava.api.model.LogConfig.LoggingType;
import com.github.dockerjava.api.model.Mount;
import com.github.dockerjava.api.model.MountType;
import com.github.dockerjava.api.model.VolumeOptions;
import io.callbacks.docker.Cpus;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes the containers that builds use, and removes those that nobody uses any more. */
final class BuildContainers {
    private static final Logger log = LoggerFactory.getLogger(BuildContainers.class);
    private static final Duration ASKING = Duration.ofSeconds(30);
    private static final Duration MARGIN = Duration.ofMinutes(1);

    private final Engine engine;
    private final BuildNetwork network;
    private final Labels labels;
    private final String replica;
    private final String life = UUID.randomUUID().toString();
    private final DockerProperties properties;
    private final Duration timeout;

    /** {@code replica} is this builder, {@code timeout} that of an install. */
    BuildContainers(
            Engine engine,
            Labels labels,
            String replica,
            DockerProperties properties,
            Duration timeout) {
        this.engine = engine;
        this.network = new BuildNetwork(engine, properties.buildSubnet());
        this.labels = labels;
        this.replica = replica;
        this.properties = properties;
        this.timeout = timeout;
    }

    /**
     * To install in. A forsaken one for the same key goes first.
     *
     * @param sharing whether it sees what was fetched before, and leaves what it fetches
     */
    BuildContainer installing(String key, String image, boolean sharing) {
        var name = "callbacks-build-" + labels.prefix() + "-" + key;
        var host =
                limited()
                        .withNetworkMode(network.ready())
                        .withMounts(sharing ? List.of(cache()) : List.of())
                        .withCapAdd(Capability.CHOWN, Capability.DAC_OVERRIDE, Capability.FOWNER);
        var create =
                labelled(image)
                        .withName(name)
                        .withUser("0:0")
                        .withCmd("sleep", seconds(timeout.plus(MARGIN)))
                        .withHostConfig(host);
        try {
            return new BuildContainer(engine, create.exec().getId(), timeout);
        } catch (ConflictException e) {
            remove(name);
            return new BuildContainer(engine, create.exec().getId(), timeout);
        }
    }

    /** To ask an image something. */
    BuildContainer asking(String image) {
        var create =
                labelled(image)
                        .withEntrypoint("sleep", seconds(ASKING.plus(MARGIN)))
                        .withHostConfig(limited().withNetworkMode("none"));
        return new BuildContainer(engine, create.exec().getId(), ASKING);
    }

    /** To copy into and commit; it is never started. */
    BuildContainer copying(String image) {
        var create = labelled(image).withHostConfig(limited().withNetworkMode("none"));
        return new BuildContainer(engine, create.exec().getId(), ASKING);
    }

    private CreateContainerCmd labelled(String image) {
        return engine.control()
                .createContainerCmd(image)
                .withLabels(labels.of(Role.BUILD, Map.of(Labels.OWNER, owner())));
    }

    private HostConfig limited() {
        return Cpus.limit(HostConfig.newHostConfig(), properties.buildCpus())
                .withCapDrop(Capability.ALL)
                .withSecurityOpts(List.of("no-new-privileges"))
                .withInit(true)
                .withMemory(properties.buildMemory().toBytes())
                .withMemorySwap(properties.buildMemory().toBytes())
                .withPidsLimit((long) properties.buildPids())
                .withLogConfig(
                        new LogConfig(
                                LoggingType.JSON_FILE, Map.of("max-size", "1m", "max-file", "1")));
    }

    /** What installers have fetched before; of this installation alone. */
    private Mount cache() {
        return new Mount()
                .withType(MountType.VOLUME)
                .withSource("callbacks-cache-" + labels.prefix())
                .withTarget(InstallScript.CACHE)
                .withVolumeOptions(new VolumeOptions().withLabels(labels.of(Role.BUILD, Map.of())));
    }

    private static String seconds(Duration duration) {
        return Long.toString(duration.toSeconds());
    }

    // --- what was left behind

    private String owner() {
        return replica + "/" + life;
    }

    /** Removes what this builder left in a former life. */
    void removeOwn() {
        list().stream()
                .filter(container -> isOfFormerLife(container.getLabels().get(Labels.OWNER)))
                .forEach(container -> remove(container.getId()));
    }

    private boolean isOfFormerLife(@Nullable String owner) {
        return owner != null && owner.startsWith(replica + "/") && !owner.equals(owner());
    }

    /** Removes those of any builder that must have been forsaken: no build takes that long. */
    void removeForsaken() {
        var longAgo = Instant.now().minus(timeout).minus(MARGIN).minus(MARGIN).getEpochSecond();
        list().stream()
                .filter(container -> container.getCreated() < longAgo)
                .forEach(container -> remove(container.getId()));
    }

    private List<Container> list() {
        return engine.control()
                .listContainersCmd()
                .withShowAll(true)
                .withLabelFilter(labels.of(Role.BUILD, Map.of()))
                .exec();
    }

    private void remove(String container) {
        log.info("Removing what a build left: container={}", container);
        BuildContainer.remove(engine, container);
    }
}
