package io.callbacks.invoker.http;

import static io.netty.handler.codec.http.HttpHeaderNames.CONTENT_LENGTH;
import static io.netty.handler.codec.http.HttpHeaderNames.HOST;
import static io.netty.handler.codec.http.HttpHeaderNames.TRANSFER_ENCODING;

import io.netty.handler.codec.http.HttpHeaders;
import java.util.regex.Pattern;
import reactor.netty.http.server.HttpServerRequest;

/**
 * What a request must keep to before anything is made of it. What breaks a rule is refused, never
 * repaired: two readers of a repaired request might disagree on what it says.
 */
public final class RequestRules {
    private static final Pattern HOST_VALUE =
            Pattern.compile("(?:[A-Za-z0-9._~-]+|\\[[0-9A-Fa-f:.]+])(?::[0-9]{1,5})?");

    private RequestRules() {}

    /**
     * Lets a request pass that keeps to the rules.
     *
     * @throws ProblemException (400) for one that does not
     */
    public static void check(HttpServerRequest request) {
        checkTarget(request.uri());
        checkHost(request.requestHeaders());
        checkFraming(request.requestHeaders());
    }

    private static void checkTarget(String target) {
        refuseIf(
                !target.startsWith("/"), "The request target must be a path that begins with '/'.");
        for (int i = 0; i < target.length(); i++) {
            char c = target.charAt(i);
            refuseIf(
                    c <= ' ' || c >= 0x7f || c == '#' || c == '\\',
                    "The request target holds a character that must be percent-encoded.");
        }
    }

    private static void checkHost(HttpHeaders headers) {
        var hosts = headers.getAll(HOST);
        refuseIf(hosts.size() != 1, "A request has exactly one Host header.");
        refuseIf(!HOST_VALUE.matcher(hosts.getFirst()).matches(), "The Host header is malformed.");
    }

    private static void checkFraming(HttpHeaders headers) {
        if (!headers.contains(TRANSFER_ENCODING)) {
            return;
        }
        var encodings = headers.getAll(TRANSFER_ENCODING);
        refuseIf(
                encodings.size() != 1 || !encodings.getFirst().equalsIgnoreCase("chunked"),
                "The only Transfer-Encoding understood is chunked.");
        refuseIf(
                headers.contains(CONTENT_LENGTH),
                "A request has a Content-Length or a Transfer-Encoding, not both.");
    }

    private static void refuseIf(boolean broken, String rule) {
        if (broken) {
            throw Problem.badRequest(rule).closing().asException();
        }
    }
}
