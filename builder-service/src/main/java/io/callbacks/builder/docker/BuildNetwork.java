package io.callbacks.builder.docker;

import com.github.dockerjava.api.exception.ConflictException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.Network.Ipam;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The network that installs use, shared by all installations on an engine: a bridge of its own
 * whose containers do not reach each other. What else they must not reach is for a firewall to say,
 * which knows the bridge by its interface.
 */
final class BuildNetwork {
    /** The name of the network. */
    static final String NAME = "callbacks-build";

    /** The interface of its bridge on the engine's machine. */
    static final String INTERFACE = "cbk-build";

    private static final Logger log = LoggerFactory.getLogger(BuildNetwork.class);

    private final Engine engine;
    private final String subnet;

    BuildNetwork(Engine engine, String subnet) {
        this.engine = engine;
        this.subnet = subnet;
    }

    /** Its name; made if it is not there. */
    String ready() {
        try {
            engine.control().inspectNetworkCmd().withNetworkId(NAME).exec();
        } catch (NotFoundException e) {
            make();
        }
        return NAME;
    }

    private void make() {
        try {
            engine.control()
                    .createNetworkCmd()
                    .withName(NAME)
                    .withCheckDuplicate(true)
                    .withDriver("bridge")
                    .withIpam(new Ipam().withConfig(new Ipam.Config().withSubnet(subnet)))
                    .withOptions(
                            Map.of(
                                    "com.docker.network.bridge.name",
                                    INTERFACE,
                                    "com.docker.network.bridge.enable_icc",
                                    "false"))
                    .withLabels(Map.of(Labels.ROLE, Role.BUILD.label()))
                    .exec();
            log.info("Made network={} subnet={}", NAME, subnet);
        } catch (ConflictException e) {
            log.debug("Network made by another: network={}", NAME);
        }
    }
}
