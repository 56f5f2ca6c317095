package io.callbacks.deployer.docker;

import static org.assertj.core.api.Assertions.assertThat;

import io.callbacks.docker.DockerEngine;
import io.callbacks.service.installation.Installation;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.UUID;
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
