package io.callbacks.invoker.http;

import static io.netty.handler.codec.http.HttpHeaderNames.CONTENT_LENGTH;

import io.netty.channel.ChannelOption;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;
import java.time.Duration;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;
import reactor.netty.ByteBufFlux;
import reactor.netty.NettyOutbound;
import reactor.netty.NettyPipeline;
import reactor.netty.channel.AbortedException;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.client.HttpClientResponse;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;
import reactor.netty.resources.ConnectionProvider;
import reactor.netty.resources.LoopResources;

/** What sending on and handing back have in common, whoever is behind the door. */
public final class Upstream {
    private static final int LONGEST_HEAD = 64 * 1024;
    private static final int MOST_CONNECTIONS = 512;
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(1);

    /** Shorter than what is behind the door keeps them, so that none is used while it is closed. */
    private static final Duration IDLE = Duration.ofSeconds(30);

    /** An engine's DNS says ten minutes, and gives a service another address when it comes back. */
    private static final Duration ADDRESS_KEPT = Duration.ofSeconds(1);

    private Upstream() {}

    /** A client that sends a request once, and adds nothing to it. */
    public static HttpClient client(String name, LoopResources loops) {
        var connections =
                ConnectionProvider.builder(name)
                        .maxConnections(MOST_CONNECTIONS)
                        .pendingAcquireTimeout(CONNECT_TIMEOUT)
                        .maxIdleTime(IDLE)
                        .evictInBackground(IDLE)
                        .disposeInactivePoolsInBackground(IDLE, IDLE.multipliedBy(2))
                        .lifo()
                        .build();
        return HttpClient.create(connections)
                .runOn(loops)
                .resolver(names -> names.cacheMaxTimeToLive(ADDRESS_KEPT).roundRobinSelection(true))
                // a request that was read but not answered may have been carried out
                .disableRetry(true)
                .followRedirect(false)
                .compress(false)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) CONNECT_TIMEOUT.toMillis())
                .option(ChannelOption.TCP_NODELAY, true)
                .doOnChannelInit(
                        (_, channel, _) ->
                                channel.pipeline()
                                        .addAfter(
                                                NettyPipeline.HttpCodec,
                                                GivenHead.class.getSimpleName(),
                                                new GivenHead()))
                .httpResponseDecoder(
                        limits ->
                                limits.maxHeaderSize(LONGEST_HEAD)
                                        .maxInitialLineLength(LONGEST_HEAD));
    }

    /** The headers a request is sent on with: the caller's, and no others. */
    public static HttpHeaders headersOf(HttpServerRequest request, RequestBody body) {
        var headers = new DefaultHttpHeaders();
        EndToEndHeaders.ofRequest(request.requestHeaders(), headers);
        if (body.exists() && !headers.contains(CONTENT_LENGTH)) {
            headers.set(HttpHeaderNames.TRANSFER_ENCODING, "chunked");
        }
        return headers;
    }

    /** Sends a request with exactly these headers. */
    public static NettyOutbound request(NettyOutbound out, HttpHeaders headers, RequestBody body) {
        out.withConnection(connection -> GivenHead.give(connection, headers));
        return body.exists() ? out.send(body.content()) : out;
    }

    /** Hands an answer back, its headers being there already; each part of a stream as it comes. */
    public static Mono<Void> answer(
            HttpClientResponse answer,
            ByteBufFlux content,
            HttpServerRequest request,
            HttpServerResponse response) {
        return Mono.defer(() -> Mono.from(send(answer, content, request, response)))
                .onErrorMap(AbortedException.class, CallerGoneException::new);
    }

    private static Publisher<Void> send(
            HttpClientResponse answer,
            ByteBufFlux content,
            HttpServerRequest request,
            HttpServerResponse response) {
        int status = answer.status().code();
        var length = answer.responseHeaders().get(CONTENT_LENGTH);
        response.status(answer.status());
        if (length != null && status != 204) {
            response.header(CONTENT_LENGTH, length);
        }
        if (request.method().equals(HttpMethod.HEAD) || status == 204 || status == 304) {
            return response.send();
        }
        if (length == null) {
            response.chunkedTransfer(request.version().equals(HttpVersion.HTTP_1_1));
        }
        return response.send(content.retain(), _ -> length == null);
    }
}
