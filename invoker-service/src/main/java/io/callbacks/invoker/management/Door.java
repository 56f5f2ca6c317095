package io.callbacks.invoker.management;

import static io.netty.handler.codec.http.HttpHeaderNames.CONTENT_LENGTH;
import static io.netty.handler.codec.http.HttpHeaderNames.CONTENT_TYPE;
import static io.netty.handler.codec.http.HttpHeaderNames.HOST;
import static io.netty.handler.codec.http.HttpHeaderNames.ORIGIN;
import static io.netty.handler.codec.http.HttpHeaderNames.TRANSFER_ENCODING;

import io.callbacks.invoker.http.Problem;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.Set;
import java.util.regex.Pattern;
import reactor.netty.http.server.HttpServerRequest;

/**
 * Who may manage: callers that call the platform by a name of its own, and no page of another site.
 * A browser sends neither JSON nor a lie about these headers without asking first.
 */
final class Door {
    /** A name might be rebound to this machine by its owner; an address cannot be. */
    private static final Pattern ADDRESS = Pattern.compile("\\[.*]|[0-9]{1,3}(?:\\.[0-9]{1,3}){3}");

    private static final Pattern JSON =
            Pattern.compile(
                    "application/(?:merge-patch\\+)?json\\s*(?:;.*)?", Pattern.CASE_INSENSITIVE);

    private static final Set<String> WRITING = Set.of("POST", "PUT", "PATCH");

    private final Set<String> hosts;
    private final Set<String> origins;

    Door(Set<String> hosts, Set<String> origins) {
        this.hosts = hosts;
        this.origins = origins;
    }

    /** Lets a call pass, or throws what is wrong with it; its body is not looked at. */
    void check(HttpServerRequest request) {
        var headers = request.requestHeaders();
        checkHost(headers.get(HOST, ""));
        checkOrigins(headers);
        if (WRITING.contains(request.method().name()) || hasBody(headers)) {
            checkType(headers);
        }
    }

    private void checkHost(String host) {
        var name = host.replaceFirst(":[0-9]+$", "");
        boolean known =
                name.equalsIgnoreCase("localhost")
                        || ADDRESS.matcher(name).matches()
                        || hosts.stream().anyMatch(name::equalsIgnoreCase);
        if (!known) {
            throw refused(
                    421,
                    "unknown-host",
                    "This platform is not known as '%s'; add it to callbacks.invoker.hosts."
                            .formatted(name));
        }
    }

    private void checkOrigins(HttpHeaders headers) {
        var host = headers.get(HOST, "");
        for (var origin : headers.getAll(ORIGIN)) {
            boolean own =
                    origin.equalsIgnoreCase("http://" + host)
                            || origin.equalsIgnoreCase("https://" + host);
            if (!own && origins.stream().noneMatch(origin::equalsIgnoreCase)) {
                throw refused(
                        403,
                        "foreign-origin",
                        "Pages of other sites may not call this; add an origin you trust to"
                                + " callbacks.invoker.origins.");
            }
        }
    }

    private static void checkType(HttpHeaders headers) {
        var types = headers.getAll(CONTENT_TYPE);
        if (types.size() != 1 || !JSON.matcher(types.getFirst()).matches()) {
            throw refused(
                    415,
                    "unsupported-media-type",
                    "Management calls take JSON only; send Content-Type: application/json.");
        }
    }

    private static boolean hasBody(HttpHeaders headers) {
        return headers.contains(TRANSFER_ENCODING) || !headers.get(CONTENT_LENGTH, "0").equals("0");
    }

    private static RuntimeException refused(int status, String name, String detail) {
        return Problem.of(status, name, detail).asException();
    }
}
