package io.callbacks.deployer.docker;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.dockerjava.api.command.InspectVolumeResponse;
import com.github.dockerjava.api.model.Volume;
import com.github.dockerjava.api.model.Volumes;
import io.callbacks.docker.DockerEngine;
import io.callbacks.service.installation.Installation;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Sets it up from a container, as where the deployer is in one itself. */
@ExtendWith(NeedsDocker.WithIptables.class)
class FirewallIT {
    static final String IMAGE = "callbacks/base-java:local";

    private final DockerEngine engine = DockerEngine.at("");
    private final Installation installation = new Installation(UUID.randomUUID().toString());

    @BeforeEach
    void makeNetwork() {
        new CallbacksNetwork(engine, new GatewayBridge(engine, ""), "").ensure();
    }

    @AfterEach
    void leaveNothing() throws IOException {
        var left = engine.control().listContainersCmd().withShowAll(true);
        var label = Map.of("callbacks.io/installation", installation.id());
        assertThat(left.withLabelFilter(label).exec()).isEmpty();
        engine.close();
    }

    @Test
    void isSetUpFromAnImageWithIptables() {
        var firewall = firewallOf(IMAGE);
        firewall.ensure();
        firewall.ensure();
        assertThat(firewall.limitation()).isEmpty();
    }

    @Test
    void leavesNothingOfItsContainersNorOfThoseOfAFormerLife() {
        var image = withVolume();
        try {
            var volumes = volumes();
            var labels = new Labels(installation).of("firewall");
            engine.control().createContainerCmd(image).withLabels(labels).exec();
            var firewall = firewallOf(image);
            firewall.ensure();
            assertThat(firewall.limitation()).isEmpty();
            assertThat(volumes()).isEqualTo(volumes);
        } finally {
            engine.control().removeImageCmd(image).withForce(true).exec();
        }
    }

    private String withVolume() {
        var container = engine.control().createContainerCmd(IMAGE).withCmd("true").exec().getId();
        try {
            return engine.control()
                    .commitCmd(container)
                    .withVolumes(new Volumes(new Volume("/data")))
                    .exec();
        } finally {
            engine.control().removeContainerCmd(container).exec();
        }
    }

    private Set<String> volumes() {
        return engine.control().listVolumesCmd().exec().getVolumes().stream()
                .map(InspectVolumeResponse::getName)
                .collect(Collectors.toSet());
    }

    @Test
    void saysWhatIsMissingWhereThereIsNoSuchImage() {
        var firewall = firewallOf("callbacks/none:none");
        firewall.ensure();
        assertThat(firewall.limitation().orElseThrow())
                .contains("firewall", "No such image", "callbacks.docker.firewall-image");
    }

    private Firewall firewallOf(String image) {
        var runner = new ContainerFirewallRunner(engine, new Labels(installation), image);
        return new Firewall(List.of(runner), new GatewayBridge(engine, ""), List.of());
    }
}
