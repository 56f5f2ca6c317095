package io.callbacks.deployer.docker;

import com.github.dockerjava.api.exception.ConflictException;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.Network.Ipam;
import io.callbacks.deployer.rollout.PlatformException;
import io.callbacks.docker.DockerEngine;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The network that instances are on: a bridge whose members do not reach each other. There is one
 * on an engine, for all installations, since a bridge has its name on the machine.
 */
final class CallbacksNetwork {
    static final String NAME = "callbacks";
    static final String BRIDGE = "cbk-run";

    private static final String BRIDGE_NAME = "com.docker.network.bridge.name";
    private static final String BETWEEN_MEMBERS = "com.docker.network.bridge.enable_icc";

    /** As many addresses as a bridge takes members; the first one that nobody uses. */
    private static final List<String> USUAL_SUBNETS =
            List.of("10.213.0.0/22", "172.29.212.0/22", "192.168.212.0/22");

    private final DockerEngine engine;
    private final GatewayBridge gateway;
    private final List<String> subnets;

    CallbacksNetwork(DockerEngine engine, GatewayBridge gateway, String subnet) {
        this.engine = engine;
        this.gateway = gateway;
        this.subnets = subnet.isEmpty() ? USUAL_SUBNETS : List.of(subnet);
    }

    /** Makes it if it is missing. */
    void ensure() {
        if (isThere()) {
            return;
        }
        DockerException refusal = null;
        for (var subnet : subnets) {
            try {
                create(subnet);
                return;
            } catch (ConflictException e) {
                return; // another deployer was quicker
            } catch (DockerException e) {
                refusal = e;
            }
        }
        throw new PlatformException(
                "cannot make the network '%s' with any of %s; set callbacks.docker.subnet to a free one"
                        .formatted(NAME, subnets),
                refusal);
    }

    private boolean isThere() {
        try {
            var found =
                    Calls.ask(
                            "look for the network " + NAME,
                            () -> engine.control().inspectNetworkCmd().withNetworkId(NAME).exec());
            requireOurs(found.getOptions());
            return true;
        } catch (NotFoundException e) {
            return false;
        } catch (DockerException e) {
            throw Calls.refused("look for the network " + NAME, e);
        }
    }

    /** What keeps its members apart, and in it, is known by these. */
    private static void requireOurs(@Nullable Map<String, String> options) {
        if (options == null
                || !BRIDGE.equals(options.get(BRIDGE_NAME))
                || !"false".equals(options.get(BETWEEN_MEMBERS))) {
            throw new PlatformException(
                    "the network '%s' is not one that keeps callbacks apart; remove it, and it is made anew"
                            .formatted(NAME),
                    null);
        }
    }

    private void create(String subnet) {
        Calls.ask(
                "make the network " + NAME,
                () ->
                        engine.control()
                                .createNetworkCmd()
                                .withName(NAME)
                                .withDriver("bridge")
                                .withCheckDuplicate(true)
                                .withIpam(
                                        new Ipam().withConfig(new Ipam.Config().withSubnet(subnet)))
                                .withLabels(Map.of("callbacks.io/role", "network"))
                                .withOptions(options())
                                .exec());
    }

    private Map<String, String> options() {
        var options = new HashMap<String, String>();
        options.put(BRIDGE_NAME, BRIDGE);
        options.put(BETWEEN_MEMBERS, "false");
        if (!gateway.name().isEmpty()) { // an engine of 28.2 or later lets nobody else in
            options.put("com.docker.network.bridge.trusted_host_interfaces", gateway.name());
        }
        return options;
    }
}
