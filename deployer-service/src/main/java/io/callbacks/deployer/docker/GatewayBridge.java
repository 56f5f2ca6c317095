package io.callbacks.deployer.docker;

import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.Network;
import io.callbacks.docker.DockerEngine;
import java.util.Optional;

/** The bridge of the network that instances may be called from. */
final class GatewayBridge {
    private final DockerEngine engine;
    private final String network;

    GatewayBridge(DockerEngine engine, String network) {
        this.engine = engine;
        this.network = network;
    }

    /** Its name on the engine's machine; empty if there is none. */
    String name() {
        return network.isEmpty() ? "" : found().map(GatewayBridge::nameOf).orElse("");
    }

    private Optional<Network> found() {
        var what = "look for the network " + network;
        try {
            return Optional.of(
                    Calls.ask(
                            what,
                            () ->
                                    engine.control()
                                            .inspectNetworkCmd()
                                            .withNetworkId(network)
                                            .exec()));
        } catch (NotFoundException e) {
            return Optional.empty();
        } catch (DockerException e) {
            throw Calls.refused(what, e);
        }
    }

    /** That of its option, or as the engine names bridges. */
    private static String nameOf(Network network) {
        return network.getOptions()
                .getOrDefault(
                        "com.docker.network.bridge.name", "br-" + network.getId().substring(0, 12));
    }
}
