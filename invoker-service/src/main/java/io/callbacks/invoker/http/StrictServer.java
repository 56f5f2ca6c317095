package io.callbacks.invoker.http;

import io.netty.handler.codec.http.HttpDecoderConfig;
import java.time.Duration;
import reactor.netty.NettyPipeline;
import reactor.netty.http.server.HttpServer;

/** A server that reads HTTP to the letter and does not wait for ever for it. */
public final class StrictServer {
    private static final int LONGEST_LINE = 16 * 1024;
    private static final int LONGEST_HEAD = 64 * 1024;

    /** Longer than a request waits in line before the rest of a long body is read. */
    private static final Duration READ_TIMEOUT = Duration.ofSeconds(30);

    private static final Duration IDLE_TIMEOUT = Duration.ofSeconds(75);

    private StrictServer() {}

    /** Makes a server strict. */
    public static HttpServer of(HttpServer server) {
        return of(server, READ_TIMEOUT);
    }

    static HttpServer of(HttpServer server, Duration readTimeout) {
        return server.readTimeout(readTimeout)
                .idleTimeout(IDLE_TIMEOUT)
                .doOnChannelInit(
                        (_, channel, _) ->
                                channel.pipeline()
                                        .replace(
                                                NettyPipeline.HttpCodec,
                                                NettyPipeline.HttpCodec,
                                                new StrictCodec(config())));
    }

    private static HttpDecoderConfig config() {
        return new HttpDecoderConfig()
                .setMaxInitialLineLength(LONGEST_LINE)
                .setMaxHeaderSize(LONGEST_HEAD)
                .setStrictLineParsing(true)
                .setUseRfc9112TransferEncoding(true)
                .setAllowDuplicateContentLengths(false);
    }
}
