package io.callbacks.builder.layer;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;

/** Those who fetch layers and bring them, somewhere else than on this machine. */
public interface LayerReaders {
    /**
     * The address of this machine that is nearest to them; nothing is sent to them to tell it.
     *
     * @return empty if there are none
     * @throws UnknownHostException if that cannot be told now
     */
    Optional<InetAddress> nearestAddress() throws UnknownHostException;
}
