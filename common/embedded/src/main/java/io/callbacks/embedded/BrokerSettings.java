package io.callbacks.embedded;

import java.nio.file.Path;

/**
 * How an {@link EmbeddedBroker} is run.
 *
 * @param directory its data; made and formatted if new
 * @param port where clients connect, on the loopback interface
 * @param controllerPort where it talks to itself
 * @param flushEachRecord whether a record is on the disk before it is acknowledged; otherwise it
 *     survives the death of the process, but not of the machine
 */
public record BrokerSettings(
        Path directory, int port, int controllerPort, boolean flushEachRecord) {
    /** On free ports, every record flushed. */
    public static BrokerSettings onFreePorts(Path directory) {
        var ports = FreePorts.several(2);
        return new BrokerSettings(directory, ports.get(0), ports.get(1), true);
    }
}
