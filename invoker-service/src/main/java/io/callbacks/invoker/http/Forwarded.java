package io.callbacks.invoker.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.net.InetSocketAddress;
import reactor.netty.http.server.HttpServerRequest;

/** What the door tells those behind it about where a request came from, and nobody else does. */
public final class Forwarded {
    private static final int HTTP_PORT = 80;

    private Forwarded() {}

    /** Adds it, for a request whose Host was checked. */
    public static void addTo(HttpHeaders out, HttpServerRequest request) {
        var host = request.requestHeaders().get(HttpHeaderNames.HOST, "");
        out.set("X-Forwarded-For", addressOf(request));
        out.set("X-Forwarded-Host", host);
        out.set("X-Forwarded-Port", portOf(host));
        out.set("X-Forwarded-Proto", request.scheme());
    }

    /** The address of the peer. */
    public static String addressOf(HttpServerRequest request) {
        return request.remoteAddress() instanceof InetSocketAddress peer
                ? peer.getAddress().getHostAddress()
                : "";
    }

    private static String portOf(String host) {
        int colon = host.lastIndexOf(':');
        return colon > host.lastIndexOf(']')
                ? host.substring(colon + 1)
                : Integer.toString(HTTP_PORT);
    }
}
