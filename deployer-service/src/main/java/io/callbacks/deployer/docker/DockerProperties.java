package io.callbacks.deployer.docker;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * How callbacks run on a Docker engine.
 *
 * @param host address of the engine; empty for that of {@code DOCKER_HOST}, or its usual socket
 * @param images base image of each type that can be deployed; {@code python} and {@code node} have
 *     defaults
 * @param lifeline whether instances end with the deployer, however that ends; if not, its next life
 *     goes on with them
 * @param address how instances are reached
 * @param cpus processors that an instance may use
 * @param headroom memory of an instance beyond {@code memory_mb}, for what is not the function
 * @param scratch size of {@code /tmp}, and of {@code /work}; what is there counts as memory
 * @param processes that an instance may have, threads included
 * @param subnet of the instances' network; empty for the first of some that is free
 * @param gatewayNetwork bridge network whose members may call instances; empty for none
 * @param firewallImage image with {@code sh} and {@code iptables} that the firewall is set up from
 *     where the deployer itself may not; empty for none
 * @param indexAddresses private addresses that builds may reach all the same: package indexes
 */
@ConfigurationProperties("callbacks.docker")
record DockerProperties(
        @DefaultValue("") String host,
        @DefaultValue Map<String, String> images,
        @DefaultValue("true") boolean lifeline,
        @DefaultValue("auto") Address address,
        @DefaultValue("1") double cpus,
        @DefaultValue("64MB") DataSize headroom,
        @DefaultValue("64MB") DataSize scratch,
        @DefaultValue("256") long processes,
        @DefaultValue("") String subnet,
        @DefaultValue("") String gatewayNetwork,
        @DefaultValue("") String firewallImage,
        @DefaultValue List<String> indexAddresses) {
    private static final Map<String, String> USUAL_IMAGES =
            Map.of("python", "python:3.11-slim", "node", "node:22-slim");

    DockerProperties {
        var all = new HashMap<>(USUAL_IMAGES);
        all.putAll(images);
        images = Map.copyOf(all);
        indexAddresses = List.copyOf(indexAddresses);
    }

    /** How instances are reached. */
    enum Address {
        /** As suits: by a published port. */
        AUTO,
        /** By a port of this machine's loopback address. */
        PUBLISHED,
        /** By the address of the container itself. */
        CONTAINER;

        boolean isPublished() {
            return this != CONTAINER;
        }
    }

    /** What can be deployed, in order. */
    List<String> types() {
        return images.keySet().stream().sorted().toList();
    }
}
