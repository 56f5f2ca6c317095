package io.callbacks.invoker.http;

import static io.netty.handler.codec.http.HttpHeaderNames.CONNECTION;

import io.netty.handler.codec.http.HttpHeaders;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** The headers that are meant for the other end, not for the connection they came on. */
public final class EndToEndHeaders {
    /** The platform's own; nobody else's are let through. */
    public static final String PLATFORM = "X-Callbacks-";

    private static final String FORWARDED = "Forwarded";
    private static final String X_FORWARDED = "X-Forwarded-";

    private static final Set<String> HOP_BY_HOP =
            names(
                    "Connection",
                    "Expect",
                    "HTTP2-Settings",
                    "Keep-Alive",
                    "Proxy-Authenticate",
                    "Proxy-Authorization",
                    "Proxy-Connection",
                    "TE",
                    "Trailer",
                    "Transfer-Encoding",
                    "Upgrade");

    /** A request without them would be another one, whatever {@code Connection} names. */
    private static final Set<String> INDISPENSABLE = names("Content-Length", "Host");

    private EndToEndHeaders() {}

    /**
     * Adds those of a request to {@code out}, names and values as they were sent: without
     * hop-by-hop headers, those {@code Connection} names, the platform's own, and those told by a
     * proxy.
     */
    public static void ofRequest(HttpHeaders in, HttpHeaders out) {
        var named = namedByConnection(in);
        for (var headers = in.iteratorCharSequence(); headers.hasNext(); ) {
            var header = headers.next();
            var name = header.getKey().toString();
            if (isEndToEnd(name, named)
                    && !name.equalsIgnoreCase(FORWARDED)
                    && !startsWith(name, X_FORWARDED)
                    && !startsWith(name, PLATFORM)) {
                out.add(header.getKey(), header.getValue());
            }
        }
    }

    /**
     * Adds those of an answer to {@code out}; the platform's own only if {@code passed} has them.
     */
    public static void ofAnswer(HttpHeaders in, HttpHeaders out, Set<String> passed) {
        var named = namedByConnection(in);
        for (var headers = in.iteratorCharSequence(); headers.hasNext(); ) {
            var header = headers.next();
            var name = header.getKey().toString();
            if (isEndToEnd(name, named)
                    && !name.equalsIgnoreCase("Content-Length")
                    && (!startsWith(name, PLATFORM) || passed.contains(name))) {
                out.add(header.getKey(), header.getValue());
            }
        }
    }

    /** A set of header names, which have no case. */
    public static Set<String> names(String... names) {
        var set = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
        set.addAll(List.of(names));
        return set;
    }

    private static boolean isEndToEnd(String name, Set<String> named) {
        return !HOP_BY_HOP.contains(name) && !named.contains(name);
    }

    private static Set<String> namedByConnection(HttpHeaders headers) {
        Set<String> named = Set.of();
        for (var all = headers.valueCharSequenceIterator(CONNECTION); all.hasNext(); ) {
            var value = all.next().toString();
            if (!value.equalsIgnoreCase("keep-alive")) {
                named = with(named, value.split(","));
            }
        }
        return named;
    }

    private static Set<String> with(Set<String> names, String... more) {
        var all = names();
        all.addAll(names);
        for (var name : more) {
            all.add(name.strip());
        }
        all.removeAll(INDISPENSABLE);
        return all;
    }

    private static boolean startsWith(String name, String prefix) {
        return name.regionMatches(true, 0, prefix, 0, prefix.length());
    }
}
