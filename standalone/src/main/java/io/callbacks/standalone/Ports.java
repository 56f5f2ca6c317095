package io.callbacks.standalone;

import io.callbacks.embedded.FreePorts;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;

/**
 * Who listens where. Only the gateway and the broker are met from outside; the others take what is
 * free.
 */
record Ports(int gateway, int registry, int builder, int deployer, int kafka, int controller) {
    private static final int USUAL_KAFKA = 9092;

    static Ports choose(Options options) {
        var free = FreePorts.several(6);
        return new Ports(
                gateway(options, free.get(0)),
                free.get(1),
                free.get(2),
                free.get(3),
                kafka(options, free.get(4)),
                free.get(5));
    }

    private static int gateway(Options options, int free) {
        if (options.port() == 0) {
            return free;
        }
        var taken = taken(addressOf(options.host()), options.port());
        if (taken != null) {
            throw new StartFailure(
                    "cannot listen on %s port %d (%s); choose another one with --port"
                            .formatted(options.host(), options.port(), taken));
        }
        return options.port();
    }

    private static int kafka(Options options, int free) {
        var loopback = InetAddress.getLoopbackAddress();
        if (options.kafkaPort().isEmpty()) {
            return taken(loopback, USUAL_KAFKA) == null ? USUAL_KAFKA : free;
        }
        var port = options.kafkaPort().getAsInt();
        var taken = taken(loopback, port);
        if (taken != null) {
            throw new StartFailure(
                    "the broker cannot listen on port %d (%s); choose another one with --kafka-port"
                            .formatted(port, taken));
        }
        return port == 0 ? free : port;
    }

    private static InetAddress addressOf(String host) {
        try {
            return InetAddress.getByName(host);
        } catch (UnknownHostException e) {
            throw new StartFailure(host + " is no address of this machine; name one by --host", e);
        }
    }

    /** Why nobody can listen there, or null. */
    private static @Nullable String taken(InetAddress host, int port) {
        try (var socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(host, port), 1);
            return null;
        } catch (IOException e) {
            return e.getMessage();
        }
    }
}
