import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/**
 * Answers every request with the same few bytes: what a load generator measures here is its own and
 * the machine's. Says its port on standard output; ends with standard input.
 */
final class Floor {
    private static final byte[] ANSWER =
            "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\npong".getBytes(StandardCharsets.US_ASCII);
    private static final int BODY = 2;

    public static void main(String... arguments) throws IOException {
        var server = new ServerSocket(0, 512, InetAddress.getLoopbackAddress());
        System.out.println(server.getLocalPort());
        Thread.ofVirtual().start(() -> accept(server));
        while (System.in.read() >= 0) {
            // nothing is said; its end is what counts
        }
    }

    private static void accept(ServerSocket server) {
        try {
            while (true) {
                var socket = server.accept();
                Thread.ofVirtual().start(() -> serve(socket));
            }
        } catch (IOException e) {
            throw new IllegalStateException("cannot accept", e);
        }
    }

    private static void serve(Socket socket) {
        try (socket) {
            socket.setTcpNoDelay(true);
            var in =
                    new BufferedReader(
                            new InputStreamReader(
                                    socket.getInputStream(), StandardCharsets.US_ASCII));
            for (var line = in.readLine(); line != null; line = in.readLine()) {
                if (line.isEmpty()) {
                    in.skip(BODY);
                    socket.getOutputStream().write(ANSWER);
                }
            }
        } catch (IOException e) {
            // the other side has gone: so does this one
        }
    }
}
