package io.callbacks.invoker.http;

import io.netty.handler.codec.http.HttpHeaders;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;

/** The id a request goes by in answers and logs. */
public final class RequestId {
    /** Carries it. */
    public static final String HEADER = "X-Request-Id";

    private static final int LONGEST = 64;

    private RequestId() {}

    /** The caller's, if it sent one that is sane; else a new one. */
    public static String of(HttpHeaders headers) {
        var sent = headers.get(HEADER);
        return sent != null && isSane(sent) ? sent : made();
    }

    /** Adds it to a request, unless it is there already, as its caller wrote it. */
    public static void addTo(HttpHeaders headers, String id) {
        if (!headers.getAll(HEADER).equals(List.of(id))) {
            headers.set(HEADER, id);
        }
    }

    private static boolean isSane(String id) {
        return !id.isEmpty() && id.length() <= LONGEST && id.chars().allMatch(RequestId::isPlain);
    }

    private static boolean isPlain(int c) {
        return c >= 'a' && c <= 'z'
                || c >= 'A' && c <= 'Z'
                || c >= '0' && c <= '9'
                || c == '.'
                || c == '_'
                || c == '-';
    }

    /** Unlike, not secret: no need for the slower kind of randomness. */
    private static String made() {
        var random = ThreadLocalRandom.current();
        long version4 = random.nextLong() & ~0xf000L | 0x4000L;
        long variant2 = random.nextLong() >>> 2 | Long.MIN_VALUE;
        return new UUID(version4, variant2).toString();
    }
}
