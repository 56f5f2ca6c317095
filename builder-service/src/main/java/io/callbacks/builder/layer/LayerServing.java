package io.callbacks.builder.layer;

import io.callbacks.service.layer.LayerUrls;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * Serves layers while the builder runs, if there is anybody to serve. What stands in the way may
 * pass: a network that is not up yet, a port that is taken.
 */
final class LayerServing implements SmartLifecycle {
    private static final Logger log = LoggerFactory.getLogger(LayerServing.class);
    private static final Duration BETWEEN_TRIES = Duration.ofSeconds(5);

    private final LayerServerProperties properties;
    private final LayerReaders readers;
    private final Supplier<LayerUrls> urls;
    private final Opening opening;
    private volatile CountDownLatch stopped = new CountDownLatch(0);
    private @Nullable LayerServer server;

    /** Opens a server. */
    interface Opening {
        LayerServer at(InetSocketAddress address) throws IOException;
    }

    /** {@code urls} are not asked for before somebody is served: they make a key. */
    LayerServing(
            LayerServerProperties properties,
            LayerReaders readers,
            Supplier<LayerUrls> urls,
            Opening opening) {
        this.properties = properties;
        this.readers = readers;
        this.urls = urls;
        this.opening = opening;
    }

    @Override
    public void start() {
        var stop = new CountDownLatch(1);
        stopped = stop;
        if (!served()) {
            Thread.ofVirtual().name("layers").start(() -> tryAgain(stop));
        }
    }

    private void tryAgain(CountDownLatch stop) {
        try {
            var done = false;
            while (!done && !stop.await(BETWEEN_TRIES.toMillis(), TimeUnit.MILLISECONDS)) {
                done = served();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Whether there is nothing more to do. */
    private synchronized boolean served() {
        try {
            var nearest = readers.nearestAddress();
            if (isRunning() && (nearest.isPresent() || properties.port() != null)) {
                serve(nearest);
            }
            return true;
        } catch (IOException | RuntimeException e) {
            log.warn("Layers cannot be served, trying again: reason={}", e.toString());
            return false;
        }
    }

    private void serve(Optional<InetAddress> nearest) throws IOException {
        var port = properties.port() == null ? 0 : properties.port();
        var opened = opening.at(new InetSocketAddress(address(nearest), port));
        server = opened;
        var base = base(nearest, opened.port());
        urls.get().announce(base);
        log.info("Serving layers url={}", base);
    }

    private InetAddress address(Optional<InetAddress> nearest) throws IOException {
        if (!properties.address().isEmpty()) {
            return InetAddress.getByName(properties.address());
        }
        return properties.url().isEmpty()
                ? nearest.orElseGet(InetAddress::getLoopbackAddress)
                : InetAddress.getByName("0.0.0.0");
    }

    private URI base(Optional<InetAddress> nearest, int port) throws IOException {
        if (!properties.url().isEmpty()) {
            return URI.create(properties.url());
        }
        var host = nearest.orElse(address(nearest)).getHostAddress();
        try {
            return new URI("http", null, host, port, null, null, null);
        } catch (URISyntaxException e) {
            throw new IOException("no URL for " + host, e);
        }
    }

    @Override
    public synchronized void stop() {
        stopped.countDown();
        if (server != null) {
            server.close();
            server = null;
        }
    }

    @Override
    public boolean isRunning() {
        return stopped.getCount() > 0;
    }
}
