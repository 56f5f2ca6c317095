import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.ProtocolException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Calls addresses in turn at a steady rate, whether or not the answers come: a slow answer delays no
 * other call, and a latency counts from when its call was due, not from when it could be sent.
 *
 * <p>An order is a line on standard input: {@code RATE WARM_UP_SECONDS SECONDS ADDRESS...}; what came
 * of it, without the warm-up, is a line on standard output: a JSON object.
 */
final class Load implements AutoCloseable {
    private static final int MOST_OPEN = 512;
    private static final long GRACE = TimeUnit.SECONDS.toNanos(5);
    private static final int NEVER = -1;

    private final double rate;
    private final int warmUp;
    private final List<Server> servers;
    private final long[] latency;
    private final long[] late;
    private final Semaphore free = new Semaphore(MOST_OPEN);
    private final CountDownLatch unanswered;
    private final Map<String, AtomicInteger> errors = new ConcurrentSkipListMap<>();
    private volatile long lastAnswer;

    private Load(double rate, double warmUpSeconds, double seconds, List<Server> servers) {
        this.rate = rate;
        this.warmUp = (int) (rate * warmUpSeconds);
        this.servers = servers;
        int calls = warmUp + (int) (rate * seconds);
        latency = new long[calls];
        late = new long[calls];
        unanswered = new CountDownLatch(calls);
    }

    public static void main(String... arguments) throws Exception {
        var orders = new BufferedReader(new InputStreamReader(System.in));
        for (var line = orders.readLine(); line != null; line = orders.readLine()) {
            var words = line.split(" ");
            var servers = new ArrayList<Server>();
            for (var address : Arrays.asList(words).subList(3, words.length)) {
                servers.add(new Server(URI.create(address)));
            }
            try (var load =
                    new Load(
                            Double.parseDouble(words[0]),
                            Double.parseDouble(words[1]),
                            Double.parseDouble(words[2]),
                            servers)) {
                System.out.println(load.run());
            }
        }
    }

    private String run() throws InterruptedException {
        long begin = System.nanoTime();
        long latest = begin + due(latency.length) + GRACE;
        for (int i = 0; i < latency.length; i++) {
            int number = i;
            long due = begin + due(i);
            awaitTime(due);
            if (free.tryAcquire(latest - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                Thread.startVirtualThread(() -> call(number, due));
            } else {
                failed(number, "not sent");
            }
        }
        unanswered.await();
        return outcome(begin + due(warmUp));
    }

    private long due(int call) {
        return (long) (call * 1e9 / rate);
    }

    private static void awaitTime(long time) {
        for (long left = time - System.nanoTime(); left > 0; left = time - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }

    private void call(int number, long due) {
        late[number] = System.nanoTime() - due;
        try {
            var status = servers.get(number % servers.size()).call();
            lastAnswer = System.nanoTime();
            if (status.equals("200")) {
                latency[number] = lastAnswer - due;
                unanswered.countDown();
            } else {
                failed(number, status);
            }
        } catch (IOException | RuntimeException e) {
            failed(number, e.getClass().getSimpleName());
        } finally {
            free.release();
        }
    }

    private void failed(int number, String why) {
        latency[number] = NEVER;
        if (number >= warmUp) {
            errors.computeIfAbsent(why, _ -> new AtomicInteger()).incrementAndGet();
        }
        unanswered.countDown();
    }

    // --- what came of it

    private String outcome(long begin) {
        var answered =
                Arrays.stream(latency, warmUp, latency.length)
                        .filter(nanos -> nanos != NEVER)
                        .sorted()
                        .toArray();
        var sent = Arrays.stream(late, warmUp, late.length).sorted().toArray();
        double seconds = (lastAnswer - begin) / 1e9;
        return String.format(
                Locale.ROOT,
                "{\"sent\": %d, \"calls\": %d, \"failed\": %d, \"errors\": {%s}, \"rate\": %.1f,"
                        + " \"p50\": %.3f, \"p90\": %.3f, \"p99\": %.3f, \"max\": %.3f, \"late_p99\": %.3f}",
                latency.length,
                latency.length - warmUp,
                latency.length - warmUp - answered.length,
                told(errors),
                seconds > 0 ? answered.length / seconds : 0,
                millis(answered, 0.5),
                millis(answered, 0.9),
                millis(answered, 0.99),
                millis(answered, 1),
                millis(sent, 0.99));
    }

    private static String told(Map<String, AtomicInteger> errors) {
        var parts = new ArrayList<String>();
        errors.forEach((why, count) -> parts.add("\"%s\": %d".formatted(why, count.get())));
        return String.join(", ", parts);
    }

    /** Of sorted nanoseconds. */
    private static double millis(long[] sorted, double share) {
        return sorted.length == 0
                ? 0
                : sorted[Math.min(sorted.length - 1, (int) (sorted.length * share))] / 1e6;
    }

    @Override
    public void close() throws IOException {
        for (var server : servers) {
            server.close();
        }
    }

    // --- HTTP

    /** One address, and the connections to it that are idle now. */
    private static final class Server implements Closeable {
        private final InetSocketAddress socket;
        private final byte[] request;
        private final Deque<Connection> idle = new ConcurrentLinkedDeque<>();

        Server(URI address) {
            socket = new InetSocketAddress(address.getHost(), address.getPort());
            request =
                    "POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"
                            .formatted(address.getRawPath(), address.getAuthority())
                            .getBytes(StandardCharsets.US_ASCII);
        }

        /** Sends a request and reads all of its answer; its status, and what the platform says of it. */
        String call() throws IOException {
            var connection = idle.pollFirst();
            if (connection == null) {
                connection = new Connection(socket);
            }
            try {
                var status = connection.exchange(request);
                idle.addFirst(connection);
                return status;
            } catch (IOException e) {
                connection.close();
                throw e;
            }
        }

        @Override
        public void close() throws IOException {
            for (var connection : idle) {
                connection.close();
            }
        }
    }

    /** Keeps to answers that have a length, which is all that is asked for here. */
    private static final class Connection implements Closeable {
        private static final int PATIENCE_MILLIS = 5_000;
        private static final String LENGTH = "content-length:";
        private static final String ERROR = "x-callbacks-error:";

        private final Socket socket = new Socket();
        private final InputStream in;

        Connection(InetSocketAddress address) throws IOException {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(PATIENCE_MILLIS);
            socket.connect(address, PATIENCE_MILLIS);
            in = new BufferedInputStream(socket.getInputStream());
        }

        String exchange(byte[] request) throws IOException {
            socket.getOutputStream().write(request);
            var status = line();
            long length = -1;
            var error = "";
            for (var header = line(); !header.isEmpty(); header = line()) {
                if (header.regionMatches(true, 0, LENGTH, 0, LENGTH.length())) {
                    length = Long.parseLong(header.substring(LENGTH.length()).strip());
                } else if (header.regionMatches(true, 0, ERROR, 0, ERROR.length())) {
                    error = " " + header.substring(ERROR.length()).strip();
                }
            }
            if (length < 0 || status.length() < 12) {
                throw new ProtocolException(status);
            }
            in.skipNBytes(length);
            return status.substring(9, 12) + error;
        }

        private String line() throws IOException {
            var line = new StringBuilder();
            for (int c = in.read(); c != '\n'; c = in.read()) {
                if (c < 0) {
                    throw new ProtocolException("ended early");
                }
                if (c != '\r') {
                    line.append((char) c);
                }
            }
            return line.toString();
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
