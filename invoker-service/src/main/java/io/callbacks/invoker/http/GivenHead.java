package io.callbacks.invoker.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.util.AttributeKey;
import java.util.Objects;
import reactor.netty.Connection;

/**
 * Writes a request with the headers it was given, all of them and no others. The client in front of
 * it adds some, names a length in its own way, and gives one to a body in chunks.
 */
final class GivenHead extends ChannelOutboundHandlerAdapter {
    private static final AttributeKey<HttpHeaders> NEXT =
            AttributeKey.valueOf(GivenHead.class, "next");

    /** Gives the next request on a connection its headers. */
    static void give(Connection connection, HttpHeaders headers) {
        connection.channel().attr(NEXT).set(headers);
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        if (message instanceof HttpRequest request) {
            var given = context.channel().attr(NEXT).getAndSet(null);
            request.headers().set(Objects.requireNonNull(given, "no headers were given"));
        }
        context.write(message, promise);
    }
}
