package io.callbacks.invoker.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** What is behind the door, answering byte by byte as its script says. */
public final class ScriptedServer implements AutoCloseable {
    /** Answers one request; closing the exchange breaks off. */
    public interface Script {
        void answer(Exchange exchange) throws Exception;
    }

    /** One request, with the connection it came on. */
    public record Exchange(Head head, byte[] body, Socket socket) {
        public void write(String text) throws IOException {
            socket.getOutputStream().write(text.replace("\n", "\r\n").getBytes(ISO_8859_1));
            socket.getOutputStream().flush();
        }

        public void answer(int status, String body) throws IOException {
            write("HTTP/1.1 %d Said\nContent-Length: %d\n\n".formatted(status, body.length()));
            socket.getOutputStream().write(body.getBytes(ISO_8859_1));
        }

        public void chunk(String text) throws IOException {
            write(Integer.toHexString(text.length()) + "\n" + text + "\n");
        }

        /** Waits until the other side has closed. */
        public void awaitClose() throws IOException {
            while (socket.getInputStream().read() >= 0) {
                // whatever it still sends
            }
        }
    }

    private final ServerSocket listener;
    private final Set<Socket> connections = ConcurrentHashMap.newKeySet();
    private final BlockingQueue<Exchange> received = new LinkedBlockingQueue<>();
    private final BlockingQueue<Exchange> closed = new LinkedBlockingQueue<>();
    private volatile Script script;

    public ScriptedServer(Script script) {
        this(0, script);
    }

    public ScriptedServer(int port, Script script) {
        this.script = script;
        listener = bound(port);
        // of a platform thread's socket the port is free as soon as it is closed
        Thread.ofPlatform().daemon().start(this::accept);
    }

    /** A port that was closed a moment ago may serve somebody's outgoing connection meanwhile. */
    private static ServerSocket bound(int port) {
        return await().atMost(Duration.ofSeconds(10))
                .ignoreExceptionsInstanceOf(BindException.class)
                .until(
                        () -> new ServerSocket(port, 100, InetAddress.getLoopbackAddress()),
                        ServerSocket::isBound);
    }

    public URI url() {
        return URI.create("http://127.0.0.1:" + listener.getLocalPort());
    }

    public void now(Script next) {
        script = next;
    }

    /** The next request it got. */
    public Exchange received() throws InterruptedException {
        return next(received, "no request came");
    }

    /** The next exchange whose script has seen the other side close. */
    public Exchange closed() throws InterruptedException {
        return next(closed, "nobody closed");
    }

    public int count() {
        return received.size();
    }

    /** A script that hangs until the other side goes away. */
    public void hang(Exchange exchange) throws IOException {
        exchange.awaitClose();
        closed.add(exchange);
    }

    @Override
    public void close() {
        try {
            listener.close();
            for (var connection : connections) {
                connection.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Exchange next(BlockingQueue<Exchange> queue, String otherwise)
            throws InterruptedException {
        var exchange = queue.poll(10, TimeUnit.SECONDS);
        if (exchange == null) {
            throw new AssertionError(otherwise);
        }
        return exchange;
    }

    private void accept() {
        try {
            while (true) {
                var socket = listener.accept();
                connections.add(socket);
                Thread.ofVirtual().start(() -> serve(socket));
            }
        } catch (IOException e) {
            // closed: the test is over
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            var wire = new Wire(socket.getInputStream());
            while (!socket.isClosed()) {
                var head = wire.head();
                var exchange = new Exchange(head, wire.body(head), socket);
                received.add(exchange);
                script.answer(exchange);
            }
        } catch (IOException e) {
            // the other side has closed
        } catch (Exception e) {
            throw new IllegalStateException("the script failed", e);
        }
    }
}
