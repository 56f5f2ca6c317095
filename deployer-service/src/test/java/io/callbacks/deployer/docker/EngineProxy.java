package io.callbacks.deployer.docker;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A way to the engine that can be cut, as if the engine were gone. */
public final class EngineProxy implements AutoCloseable {
    private final Path engine;
    private final Path socket;
    private final Set<SocketChannel> connections = ConcurrentHashMap.newKeySet();
    private ServerSocketChannel server;

    /**
     * @param engine where the engine is; only a socket can be stood in for
     */
    public EngineProxy(URI engine, Path directory) {
        this.engine = Path.of(engine.getPath());
        this.socket = directory.resolve("engine.sock");
        this.server = open();
    }

    /** Where it is to be called. */
    public String address() {
        return "unix://" + socket;
    }

    /** The engine is gone. */
    public void cut() {
        try {
            server.close();
            Files.deleteIfExists(socket);
            for (var connection : connections) {
                connection.close();
            }
            connections.clear();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The engine is there again. */
    public void restore() {
        server = open();
    }

    private ServerSocketChannel open() {
        try {
            var opened = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
            opened.bind(UnixDomainSocketAddress.of(socket));
            Thread.startVirtualThread(() -> accept(opened));
            return opened;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void accept(ServerSocketChannel from) {
        try {
            while (true) {
                var client = from.accept();
                var target = SocketChannel.open(UnixDomainSocketAddress.of(engine));
                connections.add(client);
                connections.add(target);
                Thread.startVirtualThread(() -> copy(client, target));
                Thread.startVirtualThread(() -> copy(target, client));
            }
        } catch (IOException e) {
            return; // cut
        }
    }

    private void copy(SocketChannel from, SocketChannel to) {
        var buffer = ByteBuffer.allocate(16 * 1024);
        try (from;
                to) {
            while (from.read(buffer.clear()) >= 0) {
                buffer.flip();
                while (buffer.hasRemaining()) {
                    to.write(buffer);
                }
            }
        } catch (IOException e) {
            return; // the other side is gone
        } finally {
            connections.remove(from);
            connections.remove(to);
        }
    }

    @Override
    public void close() {
        cut();
    }
}
