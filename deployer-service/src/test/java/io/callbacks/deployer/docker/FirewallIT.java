package io.callbacks.deployer.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.github.dockerjava.api.exception.NotFoundException;
import io.callbacks.docker.DockerEngine;
import io.callbacks.service.installation.Installation;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Sets it up from a container, as where the deployer is in one itself. */
class FirewallIT {
    private static final String IMAGE = "callbacks/base-java:local";

    private final DockerEngine engine = DockerEngine.at("");
    private final Installation installation = new Installation(UUID.randomUUID().toString());

    @BeforeEach
    void needEngineAndImage() {
        var trouble = engine.trouble();
        assumeTrue(trouble.isEmpty(), () -> "needs a Docker engine: " + trouble.orElseThrow());
        assumeTrue(isThere(IMAGE), "needs the image " + IMAGE);
        new CallbacksNetwork(engine, new GatewayBridge(engine, ""), "").ensure();
    }

    private boolean isThere(String image) {
        try {
            engine.control().inspectImageCmd(image).exec();
            return true;
        } catch (NotFoundException e) {
            return false;
        }
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
