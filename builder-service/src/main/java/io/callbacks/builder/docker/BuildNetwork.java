package io.callbacks.builder.docker;

import com.github.dockerjava.api.exception.ConflictException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.Network.Ipam;
import io.callbacks.builder.build.SandboxException;
import java.util.Map;
import org.jspecify.annotations.Nullable;
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

    private static final String BRIDGE_NAME = "com.docker.network.bridge.name";
    private static final String BETWEEN_MEMBERS = "com.docker.network.bridge.enable_icc";
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
            var found = engine.control().inspectNetworkCmd().withNetworkId(NAME).exec();
            requireOurs(found.getOptions());
        } catch (NotFoundException e) {
            make();
        }
        return NAME;
    }

    private static void requireOurs(@Nullable Map<String, String> options) {
        if (options == null
                || !INTERFACE.equals(options.get(BRIDGE_NAME))
                || !"false".equals(options.get(BETWEEN_MEMBERS))) {
            throw new SandboxException(
                    "the network '%s' is not one that keeps builds apart; remove it, and it is made anew"
                            .formatted(NAME),
                    null);
        }
    }

    private void make() {
        try {
            engine.control()
                    .createNetworkCmd()
                    .withName(NAME)
                    .withCheckDuplicate(true)
                    .withDriver("bridge")
                    .withIpam(new Ipam().withConfig(new Ipam.Config().withSubnet(subnet)))
                    .withOptions(Map.of(BRIDGE_NAME, INTERFACE, BETWEEN_MEMBERS, "false"))
                    .withLabels(Map.of(Labels.ROLE, Role.BUILD.label()))
                    .exec();
            log.info("Made network={} subnet={}", NAME, subnet);
        } catch (ConflictException e) {
            log.debug("Network made by another: network={}", NAME);
        }
    }
}
