package io.callbacks.embedded;

import java.nio.file.Path;

/**
 * How an {@link EmbeddedBroker} is run.
 *
 * @param directory its data; made and formatted if new
 * @param port where clients connect, on the loopback interface
 * @param controllerPort where it talks to itself
 */
public record BrokerSettings(Path directory, int port, int controllerPort) {
    /** On free ports. */
    public static BrokerSettings onFreePorts(Path directory) {
        var ports = FreePorts.several(2);
        return new BrokerSettings(directory, ports.get(0), ports.get(1));
    }
}
