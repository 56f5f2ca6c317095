package io.callbacks.builder.kubernetes;

import io.callbacks.builder.layer.LayerReaders;
import io.callbacks.kubernetes.KubernetesCluster;
import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.Optional;

/** The pods of a cluster, taken to be where its API server is. */
final class ClusterReaders implements LayerReaders {
    private static final int ANY_PORT = 443;

    private final KubernetesCluster cluster;

    ClusterReaders(KubernetesCluster cluster) {
        this.cluster = cluster;
    }

    @Override
    public Optional<InetAddress> nearestAddress() throws UnknownHostException {
        return cluster.missing().isPresent()
                ? Optional.empty()
                : Optional.of(nearest(cluster.address()));
    }

    /** A datagram socket that is connected sends nothing, but has its route. */
    private static InetAddress nearest(URI server) throws UnknownHostException {
        var there = InetAddress.getByName(server.getHost());
        try (var socket = new DatagramSocket()) {
            socket.connect(new InetSocketAddress(there, ANY_PORT));
            return socket.getLocalAddress();
        } catch (SocketException e) {
            throw new UncheckedIOException("there is no way to " + server, e);
        }
    }
}
