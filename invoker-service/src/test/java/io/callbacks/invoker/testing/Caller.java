package io.callbacks.invoker.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;

/** A client that sends what it is told, however wrong, over one connection. */
public final class Caller implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 15_000;

    private final Socket socket = new Socket();
    private final Wire wire;

    public Caller(InetSocketAddress server) {
        try {
            socket.connect(server);
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(PATIENCE_MILLIS);
            wire = new Wire(socket.getInputStream());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sends text, each line break of it as CR LF. */
    public Caller send(String text) {
        return raw(text.replace("\n", "\r\n").getBytes(ISO_8859_1));
    }

    public Caller raw(byte[] bytes) {
        try {
            socket.getOutputStream().write(bytes);
            socket.getOutputStream().flush();
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public Answer answer() {
        try {
            var head = wire.head();
            return new Answer(head, wire.body(head));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** An answer without a body, whatever its length says. */
    public Head head() {
        try {
            return wire.head();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public byte[] chunk() {
        try {
            return wire.chunk();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** All that comes until the other side closes. */
    public String untilEnd() {
        try {
            return new String(wire.untilEnd(), ISO_8859_1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
